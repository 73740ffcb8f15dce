import Accounts
import HTTPTypes
import Hummingbird

/// `/login` and `/logout`.
struct LoginRoutes: Sendable {
    /// A name, a password and a path.
    static let byteLimit = 8 * 1_024

    let shell: OfficeShell

    private static let title = BoardWords("登录", "Log in")

    func add(to guarded: Guarded) {
        let door = guarded.door
        guarded.router.get("/login") { request, _ in
            let asked = OfficeRequest.plain(request)
            let next = LocalPath(asked.query["next"])
            guard door.session(of: request) == nil else {
                return OfficeShell.seeOther(next?.text ?? LocalPath.start)
            }
            return await form(asked, next)
        }
        guarded.router.post("/login") { request, context in
            do throws(OfficeProblem) {
                // No session has a token for this form yet. A foreign page that logs its visitor in to an
                // account of its own is kept out by the origin.
                guard SameOrigin.allows(request) else { throw .foreignForm }
                let asked = try await OfficeRequest.read(request, context, upTo: Self.byteLimit)
                return await logIn(
                    asked, from: BrowserAddress.text(of: context.channel),
                    replacing: door.session(of: request))
            } catch {
                return shell.response(error, to: .plain(request), nil)
            }
        }
        guarded.post("/logout", needs: nil) { _, session in
            shell.office.accounts.sessions.end(session)
            return .seeOther("/login")
        }
    }

    private func logIn(
        _ request: OfficeRequest, from address: String, replacing old: Session?
    ) async -> Response {
        let next = LocalPath(request.form["next"])
        let outcome = await shell.office.accounts.logIn(
            name: request.field("name"), password: Password(request.form["password"] ?? ""), from: address,
            replacing: old)
        switch outcome {
        case .granted(let token, _):
            var response = OfficeShell.seeOther(next?.text ?? LocalPath.start)
            response.headers[values: .setCookie].append(shell.cookie.set(token))
            return response
        case .refused:
            let words = BoardWords("账号或密码不正确。", "Name or password is wrong.")
            return await form(request, next, words, status: 403)
        case .wait(let seconds):
            let words = BoardWords(
                "尝试次数过多，请在 \(seconds) 秒后再试。", "Too many attempts. Try again in \(seconds) s.")
            var response = await form(request, next, words, status: 429)
            response.headers[.retryAfter] = "\(seconds)"
            return response
        case .busy:
            let words = BoardWords("登录人数过多，请稍后再试。", "Too many log in right now. Try again.")
            return await form(request, next, words, status: 503)
        case .failed:
            let words = BoardWords("账号文件无法读取，请联系管理员。", "The accounts cannot be read. Tell the administrator.")
            return await form(request, next, words, status: 503)
        }
    }

    /// The form; never with the password that was typed.
    private func form(
        _ request: OfficeRequest, _ next: LocalPath?, _ problem: BoardWords? = nil, status: Int = 200
    ) async -> Response {
        let language = request.language
        let view = LoginView(
            problem: problem?.html(in: language), next: next.map { HTMLText($0.text, limit: 512) },
            hasNoAccounts: await !shell.office.accounts.holdsAccounts(),
            name: FieldView(
                "name", BoardWords("账号", "Account"), value: request.field("name"), language,
                autocomplete: "username", isRequired: true, lengthLimit: 32),
            password: FieldView(
                "password", BoardWords("密码", "Password"), language, type: "password",
                autocomplete: "current-password", isRequired: true, lengthLimit: Password.byteLimit))
        return shell.response(OfficePage(Self.title, "login", view, status: status), to: request, nil)
    }
}

struct LoginView: Sendable {
    let problem: HTMLText?
    let next: HTMLText?
    let hasNoAccounts: Bool
    let name: FieldView
    let password: FieldView
}
