import Foundation
import SiteModel
import Synchronization
import Testing

@testable import Accounts
@testable import LocalWeb

/// The pages behind the login, as browsers and attackers see them.
@Suite struct OfficeTests {
    private static let form = "name=wang&password=correct+horse+9"

    @Test func aLoginLeadsOnAndTheLogoutEndsIt() async throws {
        let scene = try OfficeScene()
        try await scene.add("wang", display: "王芳")
        try await scene.serve { port in
            let stranger = try await WebAnswer.of(port, "GET", "/test/masked?a=1")
            #expect(stranger.status == 303)
            #expect(stranger.header("Location") == "/login?next=%2Ftest%2Fmasked%3Fa%3D1")
            let login = try await WebAnswer.of(
                port, "POST", "/login", form: Self.form + "&next=%2Ftest%2Fmasked%3Fa%3D1")
            #expect(login.status == 303 && login.header("Location") == "/test/masked?a=1")
            let cookie = try #require(login.header("Set-Cookie"))
            #expect(cookie.hasSuffix("; Path=/; HttpOnly; SameSite=Strict"))
            let token = try #require(login.token)
            let page = try await WebAnswer.of(port, "GET", "/office", token: token)
            #expect(page.status == 200 && page.body.contains("王芳") && page.body.contains("劳资专管员"))
            #expect(!page.body.contains(token))
            let out = try await WebAnswer.of(
                port, "POST", "/logout", token: token, form: "csrf=\(page.formToken)")
            #expect(out.status == 303 && out.header("Location") == "/login")
            #expect(try await WebAnswer.of(port, "GET", "/office", token: token).status == 303)
        }
    }

    @Test func everyPageIsLockedDown() async throws {
        let scene = try OfficeScene()
        try await scene.add("wang")
        let token = try await scene.token("wang")
        try await scene.serve { port in
            for path in ["/login", "/office", "/test/masked", "/test/broken"] {
                let answer = try await WebAnswer.of(
                    port, "GET", path, token: path == "/login" ? nil : token)
                let policy = answer.header("Content-Security-Policy") ?? ""
                #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
                #expect(policy.contains("form-action 'self'") && !policy.contains("unsafe"))
                #expect(answer.header("Cache-Control") == "no-store", "\(path)")
                #expect(answer.header("X-Content-Type-Options") == "nosniff")
                #expect(!answer.body.contains("style=") && !answer.body.contains("<script"))
            }
        }
    }

    @Test func aWrongPasswordIsNotEchoedAndSaysNotWhichWasWrong() async throws {
        let scene = try OfficeScene()
        try await scene.add("wang")
        try await scene.serve { port in
            let wrong = try await WebAnswer.of(
                port, "POST", "/login", form: "name=wang&password=sesame-open")
            let unknown = try await WebAnswer.of(
                port, "POST", "/login", form: "name=nobd&password=sesame-open")
            #expect(wrong.status == 403 && wrong.body.contains("账号或密码不正确"))
            #expect(wrong.body.replacing("wang", with: "nobd") == unknown.body)
            #expect(!wrong.body.contains("sesame") && wrong.header("Set-Cookie") == nil)
        }
    }

    @Test func bruteForceOverTheWebIsTurnedAway() async throws {
        let scene = try OfficeScene()
        try await scene.add("wang")
        try await scene.serve { port in
            var statuses: [Int] = []
            for _ in 0..<8 {
                let answer = try await WebAnswer.of(port, "POST", "/login", form: "name=wang&password=x")
                statuses.append(answer.status)
                if answer.status == 429 { #expect(answer.header("Retry-After") == "2") }
            }
            #expect(statuses == [403, 403, 403, 403, 429, 429, 429, 429])
            // Also the right password has to wait, or the throttle would tell it.
            let right = try await WebAnswer.of(port, "POST", "/login", form: Self.form)
            #expect(right.status == 429)
            scene.clock.advance(byMilliseconds: 2_000)
            #expect(try await WebAnswer.of(port, "POST", "/login", form: Self.form).status == 303)
        }
    }

    @Test func aPlantedSessionIsWorthNothingAfterTheLogin() async throws {
        let scene = try OfficeScene()
        try await scene.add("wang")
        try await scene.add("mallory", .gateGuard)
        let planted = try await scene.token("mallory")
        try await scene.serve { port in
            for old in [planted, String(repeating: "0", count: 64)] {
                let login = try await WebAnswer.of(port, "POST", "/login", token: old, form: Self.form)
                let token = try #require(login.token)
                #expect(token != old)
                #expect(try await WebAnswer.of(port, "GET", "/office", token: old).status == 303)
                #expect(try await WebAnswer.of(port, "GET", "/office", token: token).status == 200)
            }
        }
    }

    @Test func aFormWithoutTheSessionsTokenDoesNothing() async throws {
        let scene = try OfficeScene()
        try await scene.add("wang")
        try await scene.add("li")
        let token = try await scene.token("wang")
        let session = try #require(scene.book.sessions.session(withToken: token))
        let other = try await scene.token("li")
        let foreign = try #require(scene.book.sessions.session(withToken: other))
        try await scene.serve { port in
            for form in ["", "csrf=", "csrf=\(foreign.formToken)", "csrf=\(token)", "csrf=%00"] {
                let answer = try await WebAnswer.of(port, "POST", "/test/change", token: token, form: form)
                #expect(answer.status == 403 && answer.body.contains("表单已失效"), "\(form)")
            }
            let right = try await WebAnswer.of(
                port, "POST", "/test/change", token: token, form: "csrf=\(session.formToken)")
            #expect(right.status == 303)
            let page = try await WebAnswer.of(port, "GET", "/office", token: token)
            #expect(page.body.contains("已保存 &lt;i&gt;"))
            let again = try await WebAnswer.of(port, "GET", "/office", token: token)
            #expect(!again.body.contains("已保存"), "a note is shown once")
        }
    }

    @Test(arguments: [
        ("Origin: http://evil.example", 403), ("Origin: null", 403), ("Origin: http://127.0.0.1", 403),
        ("Sec-Fetch-Site: cross-site", 403), ("Sec-Fetch-Site: same-site", 403),
        ("Sec-Fetch-Site: none", 403), ("Sec-Fetch-Site: same-origin", 303), ("X-Other: 1", 303),
    ])
    func aForeignPageCannotSendOurForms(header: String, status: Int) async throws {
        let scene = try OfficeScene()
        try await scene.add("wang")
        let token = try await scene.token("wang")
        let session = try #require(scene.book.sessions.session(withToken: token))
        try await scene.serve { port in
            let change = try await WebAnswer.of(
                port, "POST", "/test/change", token: token, form: "csrf=\(session.formToken)",
                headers: [header])
            #expect(change.status == status)
            let login = try await WebAnswer.of(port, "POST", "/login", form: Self.form, headers: [header])
            #expect(login.status == status)
            let own = try await WebAnswer.of(
                port, "POST", "/login", form: Self.form, headers: ["Origin: http://127.0.0.1:\(port)"])
            #expect(own.status == 303)
        }
    }

    @Test(arguments: [
        "https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example",
        "/%0d%0aSet-Cookie:a=b",
        "javascript:alert(1)", "office", "", "/login", "/logout", "/\u{9}/evil.example", "/a b", "/王",
    ])
    func aLoginNeverLeadsAway(next: String) async throws {
        #expect(LocalPath(next) == nil || next == "/%0d%0aSet-Cookie:a=b")
        let scene = try OfficeScene()
        try await scene.add("wang")
        try await scene.serve { port in
            let answer = try await WebAnswer.of(
                port, "POST", "/login", form: Self.form + "&next=" + PercentEncoding.encoded(next))
            let location = try #require(answer.header("Location"))
            #expect(answer.status == 303)
            #expect(location == "/office" || location == "/%0d%0aSet-Cookie:a=b")
            #expect(answer.head.components(separatedBy: "Set-Cookie: ").count == 2)
        }
    }

    @Test func eachRoleGetsWhatItMay() async throws {
        let scene = try OfficeScene()
        for role in AccountRole.allCases { try await scene.add(role.name, role) }
        try await scene.serve { port in
            for role in AccountRole.allCases {
                let token = try await scene.token(role.name)
                let form = scene.book.sessions.session(withToken: token)?.formToken ?? ""
                let rows: [(String, String, Permission?)] = [
                    ("GET", "/office", nil), ("GET", "/test/masked", .readMasked),
                    ("GET", "/test/worker/7", .readPersonal), ("POST", "/test/change", .changePersonnel),
                ]
                for (method, path, permission) in rows {
                    let answer = try await WebAnswer.of(
                        port, method, path, token: token, form: method == "POST" ? "csrf=\(form)" : nil)
                    let may = permission.map(role.permissions.contains) ?? true
                    #expect((answer.status == 403) == !may, "\(role) \(path): \(answer.status)")
                    if !may { #expect(answer.body.contains("无此权限")) }
                }
            }
        }
    }

    @Test func personalDataIsShownOnlyAfterItsEntryIsWritten() async throws {
        let scene = try OfficeScene()
        try await scene.add("wang")
        let token = try await scene.token("wang")
        try await scene.serve { port in
            let shown = try await WebAnswer.of(port, "GET", "/test/worker/7", token: token)
            #expect(shown.status == 200 && shown.body.contains("invented secret"))
            let entries = scene.shown.withLock { $0 }
            try #require(entries.count == 1)
            #expect(entries[0].1 == WorkerID(rawValue: 7))
            #expect(
                entries[0].0
                    == PersonalDataShown(account: "wang", place: "/test/worker", reason: "查询"))
            scene.isLedgerWorking.withLock { $0 = false }
            let refused = try await WebAnswer.of(port, "GET", "/test/worker/7", token: token)
            #expect(refused.status == 503 && !refused.body.contains("secret"))
            #expect(refused.body.contains("暂时不能显示"))
        }
    }

    @Test func namesCannotBringTagsAlong() async throws {
        let scene = try OfficeScene()
        let name = "\u{600}<script>alert(1)</script>\"'&"
        try await scene.add("wang", display: name)
        let token = try await scene.token("wang")
        try await scene.serve { port in
            for path in ["/office", "/test/masked", "/office?lang=en&x=%22%3E%3Cscript%3E"] {
                let page = try await WebAnswer.of(port, "GET", path, token: token)
                #expect(page.status == 200 && !page.body.contains("<script"), "\(path)")
                #expect(!page.body.contains("<b>&\"") && !page.body.contains("\u{202E}"))
            }
            let login = try await WebAnswer.of(
                port, "POST", "/login?a=%22%3E%3Cb%3E", form: "name=%22%3E%3Cscript%3E&password=x")
            #expect(!login.body.contains("<script") && !login.body.contains("\"><b>"))
        }
    }

    @Test func bodiesAreBoundedAndReadStrictly() async throws {
        let scene = try OfficeScene()
        try await scene.add("wang")
        let token = try await scene.token("wang")
        let form = try #require(scene.book.sessions.session(withToken: token)).formToken
        try await scene.serve { port in
            let large = try await WebAnswer.of(
                port, "POST", "/test/change", token: token,
                form: "csrf=\(form)&a=" + String(repeating: "a", count: Guarded.formByteLimit))
            #expect(large.status == 413)
            let login = try await WebAnswer.of(
                port, "POST", "/login", form: Self.form + String(repeating: "a", count: 9_000))
            #expect(login.status == 413)
            for bad in ["csrf=%zz", "csrf=%ff", "a=%"] {
                let answer = try await WebAnswer.of(port, "POST", "/test/change", token: token, form: bad)
                #expect(answer.status == 400, "\(bad)")
            }
            // What is no form carries its token in a header.
            let photo = try await WebAnswer.of(
                port, "POST", "/test/photo", token: token, form: "bytes",
                headers: ["Content-Type: image/jpeg", "X-Form-Token: \(form)"])
            #expect(photo.status == 200 && photo.body.contains("5 bytes came"))
            let bare = try await WebAnswer.of(
                port, "POST", "/test/photo", token: token, form: "csrf=\(form)",
                headers: ["Content-Type: text/plain"])
            #expect(bare.status == 403)
        }
    }

    @Test func aPageThatFailsSaysNothingOfWhy() async throws {
        let scene = try OfficeScene()
        try await scene.add("wang")
        let token = try await scene.token("wang")
        try await scene.serve { port in
            let answer = try await WebAnswer.of(port, "GET", "/test/broken", token: token)
            #expect(answer.status == 500 && answer.body.contains("出错了"))
            #expect(!answer.body.contains("notGranted"))
        }
    }

    @Test(arguments: [
        ("/login", "", "zh-CN"), ("/login", "Accept-Language: en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("/login", "Accept-Language: fr,zh-TW,en", "zh-CN"), ("/login", "Accept-Language: fr", "zh-CN"),
        ("/login?lang=en", "Accept-Language: zh", "en"), ("/login?lang=xx", "", "zh-CN"),
        ("/login", "Cookie: muster-lang=en", "en"), ("/login?lang=zh", "Cookie: muster-lang=en", "zh-CN"),
    ])
    func theLanguageIsAskedForKeptOrGuessed(path: String, header: String, language: String) async throws {
        let scene = try OfficeScene()
        try await scene.serve { port in
            let answer = try await WebAnswer.of(
                port, "GET", path, headers: header.isEmpty ? [] : [header])
            #expect(answer.body.contains("<html lang=\"\(language)\">"))
            #expect(answer.body.contains(language == "en" ? "Password" : "密码"))
            let isSet = answer.header("Set-Cookie")?.hasPrefix("muster-lang=") == true
            #expect(isSet == (path.contains("lang=en") || path.contains("lang=zh")))
            #expect(!answer.body.contains("[[") && !answer.body.contains("]]") && !answer.body.contains("{{"))
        }
    }

    @Test func withoutAnAccountTheLoginSaysHowToMakeOne() async throws {
        let scene = try OfficeScene()
        try await scene.serve { port in
            let empty = try await WebAnswer.of(port, "GET", "/login")
            #expect(empty.body.contains("muster account add"))
            try await scene.add("wang")
            let made = try await WebAnswer.of(port, "GET", "/login")
            #expect(!made.body.contains("muster account add"))
        }
    }

    @Test(arguments: [
        ("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "32.1.13.184.0.1.0.2/64"), ("2001:db8:1:2::9", "32.1.13.184.0.1.0.2/64"),
    ])
    func oneNetworkOfIPv6IsOneAddress(text: String, network: String) {
        #expect(BrowserAddress.network(of: text) == network)
    }

    @Test func aClockBarSaysWhereItStands() {
        let rows: [(Int64, String, String, String)] = [
            (0, "calm", "0", "剩 24 小时 0 分"), (12 * 3_600 - 1, "calm", "119", "剩 12 小时 0 分"),
            (12 * 3_600, "soon", "120", "剩 12 小时 0 分"), (20 * 3_600, "urgent", "200", "剩 4 小时 0 分"),
            (24 * 3_600 - 1, "urgent", "239", "剩 0 小时 0 分"), (24 * 3_600, "late", "240", "已逾期 0 小时 0 分"),
            (100 * 3_600, "late", "240", "已逾期 3 天 4 小时"),
        ]
        for (seconds, state, width, words) in rows {
            let bar = ClockBarView(elapsed: .seconds(seconds), .chinese)
            #expect(bar.state.renderText == state && bar.width.renderText == width, "\(seconds)")
            #expect(bar.words.renderText == words)
        }
    }
}
