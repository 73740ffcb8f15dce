import Mustache

/// The templates of the office, `Pages/office-NAME.mustache`, once for each language. In them
///
///     [[保存|Save]]      is one of both words: Chinese before the bar, English after it
///     {{value}}          is an `HTMLText`, escaped before it comes here
///     {{> field}}        is another template of the list, with the value at hand
struct OfficeTemplates: Sendable {
    private let libraries: [Language: MustacheLibrary]

    /// Every template by the name under which a page asks for it. A new page adds its line here and in
    /// Package.swift.
    private static let texts: [String: [UInt8]] = [
        "layout": PackageResources.office_layout_mustache,
        "login": PackageResources.office_login_mustache,
        "start": PackageResources.office_start_mustache,
        "problem": PackageResources.office_problem_mustache,
        "field": PackageResources.office_field_mustache,
        "byhand": PackageResources.office_byhand_mustache,
        "choice": PackageResources.office_choice_mustache,
        "badge": PackageResources.office_badge_mustache,
        "clockbar": PackageResources.office_clockbar_mustache,
        "changes": PackageResources.office_changes_mustache,
        "changes-board": PackageResources.office_changes_board_mustache,
        "check": PackageResources.office_check_mustache,
        "control": PackageResources.office_control_mustache,
        "correction": PackageResources.office_correction_mustache,
        "corrections": PackageResources.office_corrections_mustache,
        "statistics": PackageResources.office_statistics_mustache,
        "enrolment": PackageResources.office_enrolment_mustache,
        "enrolment-board": PackageResources.office_enrolment_board_mustache,
        "export": PackageResources.office_export_mustache,
        "form": PackageResources.office_form_mustache,
        "card": PackageResources.office_card_mustache,
        "gate": PackageResources.office_gate_mustache,
        "hits": PackageResources.office_hits_mustache,
        "join": PackageResources.office_join_mustache,
        "payroll": PackageResources.office_payroll_mustache,
        "people": PackageResources.office_people_mustache,
        "qr-badge": PackageResources.office_qr_badge_mustache,
        "reads": PackageResources.office_reads_mustache,
        "refusal": PackageResources.office_refusal_mustache,
        "sharebar": PackageResources.office_sharebar_mustache,
        "suggestions": PackageResources.office_suggestions_mustache,
        "sync": PackageResources.office_sync_mustache,
        "sync-board": PackageResources.office_sync_board_mustache,
        "team": PackageResources.office_team_mustache,
        "teams": PackageResources.office_teams_mustache,
        "visitors": PackageResources.office_visitors_mustache,
        "visitors-board": PackageResources.office_visitors_board_mustache,
        "worker": PackageResources.office_worker_mustache,
    ]

    /// - Throws: `MustacheTemplate.ParserError` when an embedded template is broken, which the tests exclude.
    init() throws {
        var libraries: [Language: MustacheLibrary] = [:]
        for language in Language.allCases {
            let templates = try Self.texts.mapValues { bytes in
                try MustacheTemplate(
                    string: "{{% CONTENT_TYPE:TEXT}}\n"
                        + Self.worded(String(decoding: bytes, as: UTF8.self), in: language))
            }
            libraries[language] = MustacheLibrary(templates: templates)
        }
        self.libraries = libraries
    }

    func html(_ name: String, _ view: some Sendable, in language: Language) -> HTMLText {
        guard let html = libraries[language]?.render(view, withTemplate: name) else {
            preconditionFailure("no template \(name)")
        }
        return HTMLText(rendered: html)
    }

    /// Takes one of the words of each `[[Chinese|English]]`.
    static func worded(_ text: String, in language: Language) -> String {
        var worded = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "[["), let end = rest[start.upperBound...].firstRange(of: "]]")
        {
            let words = rest[start.upperBound..<end.lowerBound].split(separator: "|", maxSplits: 1)
            precondition(words.count == 2, "a template has one language: \(words)")
            worded += rest[..<start.lowerBound] + words[language == .chinese ? 0 : 1]
            rest = rest[end.upperBound...]
        }
        return worded + rest
    }
}
