/// An input or a choice: `{{> control}}`.
struct ControlView: Sendable {
    let field: FieldView?
    let choice: ChoiceView?

    init(_ field: FieldView) {
        self.field = field
        choice = nil
    }

    init(_ choice: ChoiceView) {
        self.choice = choice
        field = nil
    }
}

/// A box to tick: `{{> check}}`.
struct CheckView: Sendable {
    let checkName: HTMLText
    let checkWords: HTMLText
    let isTicked: Bool

    init(_ name: String, _ words: BoardWords, isTicked: Bool = false, _ language: Language) {
        checkName = HTMLText(name)
        checkWords = words.html(in: language)
        self.isTicked = isTicked
    }
}

/// A form that folds away: `{{> form}}`. The page holds `csrf`.
struct FormView: Sendable {
    let action: HTMLText
    let heading: HTMLText
    let controls: [ControlView]
    let checks: [CheckView]
    let submit: HTMLText
    let isOpen: Bool
    let isDanger: Bool
    /// A file is sent; a script, where there is one, makes it small first.
    let isPhoto: Bool

    init(
        _ action: String, _ heading: BoardWords, _ controls: [ControlView], checks: [CheckView] = [],
        submit: BoardWords = BoardWords("保存", "Save"), isOpen: Bool = false, isDanger: Bool = false,
        isPhoto: Bool = false, _ language: Language
    ) {
        self.action = HTMLText(action)
        self.heading = heading.html(in: language)
        self.controls = controls
        self.checks = checks
        self.submit = submit.html(in: language)
        self.isOpen = isOpen
        self.isDanger = isDanger
        self.isPhoto = isPhoto
    }
}

/// When something happened, as two fields; without them it is now.
enum MomentFields {
    static func controls(_ request: OfficeRequest, isShownAgain: Bool, prefix: String) -> [ControlView] {
        let language = request.language
        return [
            ControlView(
                FieldView(
                    "at_date", BoardWords("发生日期", "Happened on"),
                    value: isShownAgain ? request.field("at_date") : "", language, id: "\(prefix)-at-date",
                    type: "date", lengthLimit: 10,
                    help: BoardWords(
                        "留空：现在；只填日期：当日结束", "Empty: now. Without a time: the end of that day"))),
            ControlView(
                FieldView(
                    "at_time", BoardWords("时间", "At"), value: isShownAgain ? request.field("at_time") : "",
                    language, id: "\(prefix)-at-time", type: "time", lengthLimit: 5)),
        ]
    }

    /// - Parameter today: of the site, for a time without a date.
    static func text(_ request: OfficeRequest, today: String) -> String? {
        let (date, time) = (request.field("at_date"), request.field("at_time"))
        if time.isEmpty { return date.isEmpty ? nil : date }
        return (date.isEmpty ? today : date) + "T" + time
    }
}

/// What was refused, for the top of a page that is shown again.
struct RefusalView: Sendable {
    let sentences: [HTMLText]

    init?(_ sentences: [BoardWords], _ language: Language) {
        guard !sentences.isEmpty else { return nil }
        self.sentences = sentences.prefix(50).map { $0.html(in: language) }
    }
}
