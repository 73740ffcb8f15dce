import Accounts
import HTTPTypes
import Hummingbird
import SiteModel

/// Puts pages into their frame: head, navigation, language, note, and the headers of an answer.
struct OfficeShell: Sendable {
    /// An entry of the navigation. Shown to whoever may open it.
    struct Place: Sendable {
        let path: String
        let label: BoardWords
        /// Nil: everybody who is logged in.
        let needs: Permission?
    }

    /// Our own style, script, pictures and forms; nothing inline, nothing foreign, no frame.
    static let contentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

    let office: Office
    let templates: OfficeTemplates
    let navigation: [Place]
    let cookie: SessionCookie

    func response(_ page: OfficePage, to request: OfficeRequest, _ session: Session?) -> Response {
        let language = request.language
        let clock = office.clock()
        let time = clock.now.clockText(offsetMilliseconds: office.offsetMilliseconds)
        let view = ShellView(
            title: page.title.html(in: language), siteName: HTMLText(office.siteName, limit: 40),
            time: HTMLText(String(time.prefix(5))), isClockDoubtful: !clock.isVouchedFor,
            navigation: links(for: session, at: request.path, language),
            languagePath: HTMLText(languagePath(request), limit: 1_000),
            account: session.map { account($0, language) }, note: note(for: session, language),
            main: templates.html(page.template, page.view, in: language))
        return Self.finished(
            .bytes(
                Array(templates.html("layout", view, in: language).renderText.utf8),
                type: "text/html; charset=utf-8", HTTPResponse.Status(code: page.status)), request)
    }

    func response(_ problem: OfficeProblem, to request: OfficeRequest, _ session: Session?) -> Response {
        let view = ProblemView(
            title: problem.title.html(in: request.language), words: problem.words.html(in: request.language),
            back: HTMLText(session == nil ? "/login" : LocalPath.start))
        return response(
            OfficePage(problem.title, "problem", view, status: problem.status), to: request, session)
    }

    func response(_ answer: OfficeAnswer, to request: OfficeRequest, _ session: Session) -> Response {
        switch answer {
        case .page(let page): return response(page, to: request, session)
        case .fragment(let page):
            let html = templates.html(page.template, page.view, in: request.language)
            return Self.finished(
                .bytes(
                    Array(html.renderText.utf8), type: "text/html; charset=utf-8",
                    HTTPResponse.Status(code: page.status)), request)
        case .jpeg(let bytes):
            var response = Self.finished(.bytes(bytes, type: "image/jpeg"), request)
            response.headers[.cacheControl] = "no-store"
            return response
        case .file(let bytes, let name):
            // Whatever it holds, a browser keeps it and shows nothing of it.
            var response = Self.finished(.bytes(bytes, type: "application/octet-stream"), request)
            response.headers[.contentDisposition] = "attachment; filename=\"\(name)\""
            response.headers[.cacheControl] = "no-store"
            return response
        case .seeOther(let path, let note):
            if let note { office.accounts.sessions.leave(note, for: session) }
            return Self.seeOther(path)
        }
    }

    static func seeOther(_ path: String) -> Response {
        Response(status: .seeOther, headers: [.location: path])
    }

    /// What every page of the office says in its head.
    private static func finished(_ response: Response, _ request: OfficeRequest) -> Response {
        var response = response
        response.headers[.contentSecurityPolicy] = contentSecurityPolicy
        response.headers[.referrerPolicy] = "same-origin"
        response.headers[.vary] = "Cookie, Accept-Language"
        if request.query["lang"] == request.language.rawValue {
            response.headers[values: .setCookie].append(
                "\(Language.cookieName)=\(request.language.rawValue); Path=/; HttpOnly; SameSite=Strict; "
                    + "Max-Age=31536000")
        }
        return response
    }

    private func links(for session: Session?, at path: String, _ language: Language) -> [LinkView] {
        guard let session else { return [] }
        return navigation.filter { $0.needs.map(session.may) ?? true }
            .map { place in
                LinkView(
                    path: HTMLText(place.path), label: place.label.html(in: language),
                    // Also on the pages beneath a place.
                    isHere: place.path == path || place.path != "/" && path.hasPrefix(place.path + "/"))
            }
    }

    private func account(_ session: Session, _ language: Language) -> AccountView {
        AccountView(
            name: HTMLText(session.displayName, limit: 40), role: session.role.words.html(in: language),
            formToken: HTMLText(session.formToken))
    }

    private func note(for session: Session?, _ language: Language) -> NoteView? {
        session.flatMap { office.accounts.sessions.takeNote(for: $0) }.map { note in
            NoteView(
                text: HTMLText(language == .chinese ? note.chinese : note.english, limit: 400),
                isProblem: note.isProblem)
        }
    }

    /// The same address in the other language.
    private func languagePath(_ request: OfficeRequest) -> String {
        let fields = request.query.encoded(without: "lang") + ["lang=\(request.language.other.rawValue)"]
        return "\(request.path)?\(fields.joined(separator: "&"))"
    }
}

struct ShellView: Sendable {
    let title: HTMLText
    let siteName: HTMLText
    let time: HTMLText
    let isClockDoubtful: Bool
    let navigation: [LinkView]
    let languagePath: HTMLText
    let account: AccountView?
    let note: NoteView?
    let main: HTMLText
}

struct LinkView: Sendable {
    let path: HTMLText
    let label: HTMLText
    let isHere: Bool
}

struct AccountView: Sendable {
    let name: HTMLText
    let role: HTMLText
    let formToken: HTMLText
}

struct NoteView: Sendable {
    let text: HTMLText
    let isProblem: Bool
}

struct ProblemView: Sendable {
    let title: HTMLText
    let words: HTMLText
    let back: HTMLText
}

extension AccountRole {
    var words: BoardWords {
        switch self {
        case .labourOfficer: BoardWords("劳资专管员", "Labour officer")
        case .siteManager: BoardWords("项目经理", "Site manager")
        case .inspector: BoardWords("检查人员", "Inspector")
        case .gateGuard: BoardWords("门卫", "Gate guard")
        }
    }
}
