import Accounts
import HTTPTypes
import Hummingbird
import Logging
import SiteModel

/// Adds routes that only who is logged in, and may, gets to. A handler never sees a request without a
/// session, without the permission or, for a POST, without the session's form token.
///
///     guarded.get("/people", needs: .readMasked) { request, session in
///         .page(OfficePage(BoardWords("人员", "People"), "people", view))
///     }
///     guarded.post("/people/leave", needs: .changePersonnel) { request, session in
///         .seeOther("/people", note: SessionNote("已登记离场", "Marked as left"))
///     }
///
/// Without a session: 303 to the login, which leads back. Without the permission: a page with 403.
struct Guarded {
    typealias Handler = @Sendable (OfficeRequest, Session) async throws -> OfficeAnswer

    /// Enough for a form with a text and a list of ticked boxes.
    static let formByteLimit = 64 * 1_024

    let router: Router<WebContext>
    let door: OfficeDoor

    /// - Parameters:
    ///   - path: `/worker/:id` gives the handler the parameter `id`.
    ///   - permission: nil admits everybody who is logged in.
    func get(_ path: String, needs permission: Permission?, _ handler: @escaping Handler) {
        router.get(RouterPath(path)) { [door] request, context in
            await door.answerGet(request, context, permission, handler)
        }
    }

    /// A body that is no form comes as `OfficeRequest.body`; its token is then in the header `X-Form-Token`,
    /// which no foreign page can send.
    ///
    /// - Parameter byteLimit: of the body; a larger one is refused with 413.
    func post(
        _ path: String, needs permission: Permission?, byteLimit: Int = Self.formByteLimit,
        _ handler: @escaping Handler
    ) {
        router.post(RouterPath(path)) { [door] request, context in
            await door.answerPost(request, context, permission, byteLimit, handler)
        }
    }
}

/// Lets in and keeps out.
struct OfficeDoor: Sendable {
    let shell: OfficeShell
    let logger: Logger

    func session(of request: Request) -> Session? {
        shell.cookie.value(in: request).flatMap { shell.office.accounts.sessions.session(withToken: $0) }
    }

    func answerGet(
        _ request: Request, _ context: WebContext, _ permission: Permission?,
        _ handler: Guarded.Handler
    ) async -> Response {
        guard let session = session(of: request) else {
            return OfficeShell.seeOther(Self.login(leadingTo: request))
        }
        guard let query = OfficeRequest.query(of: request) else {
            return shell.response(.unreadableForm, to: .plain(request), session)
        }
        return await answer(OfficeRequest(request, context, query: query), session, permission, handler)
    }

    func answerPost(
        _ request: Request, _ context: WebContext, _ permission: Permission?, _ byteLimit: Int,
        _ handler: Guarded.Handler
    ) async -> Response {
        guard let session = session(of: request) else { return OfficeShell.seeOther("/login") }
        do throws(OfficeProblem) {
            guard SameOrigin.allows(request) else { throw .foreignForm }
            let asked = try await OfficeRequest.read(request, context, upTo: byteLimit)
            let token = asked.form["csrf"] ?? request.headers[.formToken] ?? ""
            guard session.hasFormToken(token) else { throw .foreignForm }
            return await answer(asked, session, permission, handler)
        } catch {
            return shell.response(error, to: .plain(request), session)
        }
    }

    private func answer(
        _ request: OfficeRequest, _ session: Session, _ permission: Permission?, _ handler: Guarded.Handler
    ) async -> Response {
        if let permission, !session.may(permission) {
            return shell.response(.notAllowed, to: request, session)
        }
        do {
            return shell.response(try await handler(request, session), to: request, session)
        } catch let problem as OfficeProblem {
            return shell.response(problem, to: request, session)
        } catch {
            // Only its type: the words of an error may name a person.
            logger.error("a page failed", metadata: ["error": "\(type(of: error))"])
            return shell.response(.failed, to: request, session)
        }
    }

    private static func login(leadingTo request: Request) -> String {
        guard let path = LocalPath(request.head.path) else { return "/login" }
        return "/login?next=\(PercentEncoding.encoded(path.text))"
    }
}
