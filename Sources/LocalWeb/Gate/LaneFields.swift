import SiteModel

/// Which lane, and which way.
enum LaneFields {
    /// - Parameter none: what choosing no lane means; nil: one has to be chosen.
    static func lane(
        _ lanes: [String], chosen: String, _ words: BoardWords, none: BoardWords?, id: String,
        _ language: Language
    ) -> ControlView {
        // With one lane there is nothing to choose.
        let first = none.map { [(value: "", label: $0.text(in: language))] } ?? []
        return ControlView(
            ChoiceView(
                "lane", words, options: first + lanes.map { (value: $0, label: $0) }, chosen: chosen,
                language, id: id))
    }

    static func direction(chosen: String, id: String, _ language: Language) -> ControlView {
        let directions: [Direction] = [.entering, .leaving]
        return ControlView(
            ChoiceView(
                "direction", BoardWords("方向", "Direction"),
                options: directions.map { (value: $0.formValue, label: $0.words.text(in: language)) },
                chosen: chosen, language, id: id))
    }
}

extension Direction {
    /// In forms.
    var formValue: String { self == .entering ? "in" : "out" }

    /// - Returns: nil for what no form of ours says.
    init?(formValue: String) {
        switch formValue {
        case "in": self = .entering
        case "out": self = .leaving
        default: return nil
        }
    }
}
