import HTTPTypes
import Hummingbird

/// In which language a page of the office is written. Unlike the board, which strangers read in passing, such
/// a page has one.
enum Language: String, Sendable, CaseIterable {
    case chinese = "zh"
    case english = "en"

    static let cookieName = "muster-lang"

    var other: Language { self == .chinese ? .english : .chinese }

    /// What `?lang=` says, else the cookie it set, else the first of both that the browser names in
    /// `Accept-Language`, else Chinese.
    init(of request: Request, query: FormFields) {
        let chosen = query["lang"] ?? request.cookies[Self.cookieName]?.value
        self = chosen.flatMap(Language.init) ?? Self.preferred(in: request.headers[.acceptLanguage])
    }

    /// The order in which browsers list them is that of their weights.
    private static func preferred(in header: String?) -> Language {
        for part in (header ?? "").prefix(200).split(separator: ",") {
            let tag = part.drop { $0 == " " }.prefix(2).lowercased()
            if let language = Language(rawValue: tag) { return language }
        }
        return .chinese
    }
}

extension BoardWords {
    func text(in language: Language) -> String { language == .chinese ? chinese : english }

    /// For a view.
    func html(in language: Language) -> HTMLText { HTMLText(text(in: language), limit: 400) }
}
