import SiteModel

// The pieces that pages are made of. Each is a template of the same name; a page's view holds the piece, and
// its template says {{#name}}{{> field}}{{/name}}.

/// An input with its label, what helps and what is wrong: `{{> field}}`.
struct FieldView: Sendable {
    let id: HTMLText
    let fieldName: HTMLText
    let label: HTMLText
    let value: HTMLText
    /// Of the HTML input: `text`, `password`, `date`, `tel`, `search`, …
    let type: HTMLText
    let autocomplete: HTMLText
    let lengthLimit: HTMLText
    let isRequired: Bool
    let help: HTMLText?
    let error: HTMLText?
    /// Id of a `datalist` of the page.
    let suggestions: HTMLText?

    /// - Parameters:
    ///   - name: of the field in the form; also its id unless a page has several of that name.
    ///   - value: what was typed before.
    ///   - lengthLimit: in UTF-16 units, as browsers count.
    init(
        _ name: String, _ label: BoardWords, value: String = "", _ language: Language, id: String? = nil,
        type: String = "text", autocomplete: String = "off", isRequired: Bool = false,
        lengthLimit: Int = 200, help: BoardWords? = nil, error: BoardWords? = nil, suggestions: String? = nil
    ) {
        self.id = HTMLText(id ?? name)
        fieldName = HTMLText(name)
        self.suggestions = suggestions.map { HTMLText($0) }
        self.label = label.html(in: language)
        self.value = HTMLText(value, limit: 1_000)
        self.type = HTMLText(type)
        self.autocomplete = HTMLText(autocomplete)
        self.lengthLimit = HTMLText("\(lengthLimit)")
        self.isRequired = isRequired
        self.help = help?.html(in: language)
        self.error = error?.html(in: language)
    }
}

/// One of several: `{{> choice}}`.
struct ChoiceView: Sendable {
    struct Option: Sendable {
        let value: HTMLText
        let label: HTMLText
        let isChosen: Bool
    }

    let id: HTMLText
    let fieldName: HTMLText
    let label: HTMLText
    let options: [Option]
    let help: HTMLText?
    let error: HTMLText?

    init(
        _ name: String, _ label: BoardWords, options: [(value: String, label: String)], chosen: String,
        _ language: Language, id: String? = nil, help: BoardWords? = nil, error: BoardWords? = nil
    ) {
        self.id = HTMLText(id ?? name)
        fieldName = HTMLText(name)
        self.label = label.html(in: language)
        self.options = options.map { option in
            Option(
                value: HTMLText(option.value), label: HTMLText(option.label),
                isChosen: option.value == chosen)
        }
        self.help = help?.html(in: language)
        self.error = error?.html(in: language)
    }
}

/// A state in a word with a mark; colour never says it alone: `{{> badge}}`.
struct BadgeView: Sendable {
    enum Kind: String, Sendable {
        case good
        case caution
        case severe
        case plain
    }

    let kind: HTMLText
    let text: HTMLText

    init(_ kind: Kind, _ words: BoardWords, _ language: Language) {
        self.kind = HTMLText(kind.rawValue)
        text = words.html(in: language)
    }
}

/// How much of a term has gone, as a bar with marks at its warnings, and in words: `{{> clockbar}}`.
struct ClockBarView: Sendable {
    /// `calm`, `soon`, `urgent`, `late`: the class.
    let state: HTMLText
    /// 0 to 240.
    let width: HTMLText
    /// Where the warnings stand, as a path.
    let ticks: HTMLText
    let words: HTMLText

    /// - Parameters:
    ///   - elapsed: may be more than `term`.
    ///   - term: 24 h for a change, 10 days for an enrolment.
    ///   - warnings: from where it is soon, and from where it is urgent.
    init(
        elapsed: Duration, of term: Duration = .seconds(24 * 3_600),
        warnings: (soon: Duration, urgent: Duration) = (.seconds(12 * 3_600), .seconds(20 * 3_600)),
        _ language: Language
    ) {
        let share = { (part: Duration) in Int(max(0, min(240, part / term * 240))) }
        let isLate = elapsed >= term
        let state =
            isLate
            ? "late" : elapsed >= warnings.urgent ? "urgent" : elapsed >= warnings.soon ? "soon" : "calm"
        self.state = HTMLText(state)
        width = HTMLText("\(share(elapsed))")
        ticks = HTMLText("M\(share(warnings.soon)) 0V10M\(share(warnings.urgent)) 0V10")
        let length = Self.text(isLate ? elapsed - term : term - elapsed, language)
        words =
            (isLate
            ? BoardWords("已逾期 \(length)", "\(length) late") : BoardWords("剩 \(length)", "\(length) left"))
            .html(in: language)
    }

    /// How long something took, in the middle, against its 24 hours.
    init(median: Duration, _ language: Language) {
        let term = Duration.seconds(24 * 3_600)
        state = HTMLText(median >= term ? "late" : median >= term / 2 ? "soon" : "calm")
        width = HTMLText("\(Int(max(0, min(240, median / term * 240))))")
        ticks = HTMLText("M120 0V10")
        words = HTMLText(Self.text(median, language))
    }

    /// `5 小时 12 分`, `3 天 4 小时`
    static func text(_ length: Duration, _ language: Language) -> String {
        let minutes = Int(length.wholeMilliseconds / 60_000)
        let (days, hours) = (minutes / 1_440, minutes / 60)
        if language == .english {
            return days >= 2 ? "\(days) d \(hours % 24) h" : "\(hours) h \(minutes % 60) min"
        }
        return days >= 2 ? "\(days) 天 \(hours % 24) 小时" : "\(hours) 小时 \(minutes % 60) 分"
    }
}
