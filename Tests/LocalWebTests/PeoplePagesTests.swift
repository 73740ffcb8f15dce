import Foundation
import SiteModel
import Synchronization
import Testing

@testable import Accounts
@testable import LocalWeb

/// The labour officer's pages: what they show, to whom, and what they ask for.
@Suite(.timeLimit(.minutes(10)))
struct PeoplePagesTests {
    private static let worker = "/people/worker/00abcd-7"
    private static var team: String { TeamsPage.path + TeamKey(PeopleScene.carpenters).text }

    private func scene(_ role: AccountRole = .labourOfficer) async throws -> (OfficeScene, String, String) {
        let scene = try OfficeScene()
        try await scene.add("wang", role)
        let token = try await scene.token("wang")
        return (scene, token, try #require(scene.book.sessions.session(withToken: token)).formToken)
    }

    private static func form(_ csrf: String, _ fields: [(String, String)]) -> String {
        ([("csrf", csrf)] + fields).map { "\($0.0)=\(PercentEncoding.encoded($0.1))" }.joined(separator: "&")
    }

    @Test(arguments: ["zh", "en"])
    func everyPageEscapesNamesAndSpeaksOneLanguage(language: String) async throws {
        let (scene, token, csrf) = try await scene()
        try await scene.serve { port in
            var pages: [WebAnswer] = []
            for path in [
                "/people", "/people/join", "/people/join?card=1", "/people/join/reads", Self.worker + "/card",
                Self.worker, "/people/worker/00abcd-8", "/teams", Self.team,
                "/changes?show=all", "/changes/board?show=all", "/enrolment", "/enrolment/board",
                "/export", "/corrections", "/corrections?show=all", "/changes/statistics",
                "/changes/statistics?month=2026-10", "/changes/statistics?month=%3Cb%3E",
            ] {
                let address = path + (path.contains("?") ? "&" : "?") + "lang=\(language)"
                pages.append(try await WebAnswer.of(port, "GET", address, token: token))
            }
            for path in ["/people", "/people/hits"] {
                pages.append(
                    try await WebAnswer.of(
                        port, "POST", path + "?lang=\(language)", token: token,
                        form: Self.form(csrf, [("q", "\"><script>张")])))
            }
            for page in pages {
                #expect(page.status == 200)
                let body = page.body.replacing("<script src=\"/people.js\" defer></script>", with: "")
                #expect(!body.contains("<script") && !body.contains("<b>张") && !body.contains("<i>木工"))
                #expect(!body.contains("<u>li") && !body.contains("<s>错误") && !body.contains("<em>公司"))
                #expect(!body.contains("style=") && !body.contains("onclick"))
                #expect(!body.contains("[[") && !body.contains("{{") && !body.contains("]]"))
                #expect(!body.contains(PeopleScene.secret))
            }
        }
    }

    @Test(arguments: AccountRole.allCases)
    func eachRoleGetsWhatItMay(role: AccountRole) async throws {
        let (scene, token, csrf) = try await scene(role)
        let rows: [(String, String, Permission)] = [
            ("GET", "/people", .readMasked), ("POST", "/people", .readMasked),
            ("POST", "/people/hits", .readMasked), ("GET", Self.worker, .readMasked),
            ("POST", Self.worker + "/show", .readPersonal), ("GET", "/people/join", .changePersonnel),
            ("POST", "/people/join", .changePersonnel), ("POST", Self.worker + "/contract", .changePersonnel),
            ("POST", Self.worker + "/leave", .changePersonnel),
            ("POST", Self.worker + "/confirm-leaving", .changePersonnel),
            ("POST", Self.worker + "/copy", .readPersonal),
            ("POST", Self.worker + "/photo", .changePersonnel),
            ("GET", Self.worker + "/photo", .readPersonal), ("GET", Self.worker + "/card", .changePersonnel),
            ("POST", Self.worker + "/card", .changePersonnel),
            ("GET", "/people/join/reads", .changePersonnel),
            ("POST", "/people/join/read", .changePersonnel),
            ("POST", "/people/join/identity", .changePersonnel),
            ("GET", "/teams", .readMasked), ("GET", Self.team, .readMasked),
            ("POST", Self.team, .changePersonnel),
            ("GET", "/changes", .readMasked), ("GET", "/changes/board", .readMasked),
            ("POST", "/changes", .changePersonnel), ("GET", "/enrolment", .readMasked),
            ("GET", "/corrections", .readMasked), ("POST", "/corrections", .confirmCorrections),
            ("GET", "/changes/statistics", .readMasked),
            ("GET", "/export", .export), ("POST", "/export", .export),
        ]
        try await scene.serve { port in
            for (method, path, permission) in rows {
                let answer = try await WebAnswer.of(
                    port, method, path, token: token, form: method == "POST" ? "csrf=\(csrf)" : nil)
                let may = role.permissions.contains(permission)
                #expect((answer.status == 403) == !may, "\(method) \(path): \(answer.status)")
                guard method == "POST" else { continue }
                let foreign = try await WebAnswer.of(port, "POST", path, token: token, form: "csrf=0")
                #expect(foreign.status == 403, "\(path) without the session's token")
                #expect(try await WebAnswer.of(port, "POST", path, form: "csrf=\(csrf)").status == 303)
            }
            let page = try await WebAnswer.of(port, "GET", Self.worker, token: token)
            #expect(page.body.contains("/show\"") == role.permissions.contains(.readPersonal))
            #expect(page.body.contains("/leave\"") == role.permissions.contains(.changePersonnel))
        }
        if !role.permissions.contains(.changePersonnel) {
            #expect(scene.people.orders.withLock { $0 }.isEmpty)
        }
    }

    @Test func everythingIsShownOnlyAfterItsEntryIsWritten() async throws {
        let (scene, token, csrf) = try await scene()
        try await scene.serve { port in
            let masked = try await WebAnswer.of(port, "GET", Self.worker, token: token)
            #expect(!masked.body.contains(PeopleScene.secret) && scene.shown.withLock { $0 }.isEmpty)
            let form = Self.form(csrf, [])
            let shown = try await WebAnswer.of(port, "POST", Self.worker + "/show", token: token, form: form)
            #expect(shown.status == 200 && shown.body.contains(PeopleScene.secret))
            #expect(scene.shown.withLock { $0.map(\.1) } == [PeopleScene.line().worker])
            scene.isLedgerWorking.withLock { $0 = false }
            let refused = try await WebAnswer.of(
                port, "POST", Self.worker + "/show", token: token, form: form)
            #expect(refused.status == 503 && !refused.body.contains(PeopleScene.secret))
        }
    }

    @Test func aWorkersCopyIsGivenOnlyAfterItsEntryIsWritten() async throws {
        let (scene, token, csrf) = try await scene()
        try await scene.serve { port in
            let form = Self.form(csrf, [])
            let page = try await WebAnswer.of(port, "GET", Self.worker, token: token).body
            #expect(page.contains("action=\"\(Self.worker)/copy\"") && scene.shown.withLock { $0 }.isEmpty)
            let copy = try await WebAnswer.of(port, "POST", Self.worker + "/copy", token: token, form: form)
            #expect(copy.status == 200 && copy.body.contains(PeopleScene.secret))
            let name = "muster-copy-00abcd-7.html"
            #expect(copy.header("Content-Disposition") == "attachment; filename=\"\(name)\"")
            #expect(copy.header("Cache-Control") == "no-store")
            #expect(scene.shown.withLock { $0.map(\.1) } == [PeopleScene.line().worker])
            #expect(scene.shown.withLock { $0.map(\.0.place) } == ["/people/worker/copy"])
            let unknown = try await WebAnswer.of(
                port, "POST", "/people/worker/00abcd-9/copy", token: token, form: form)
            #expect(unknown.status == 404 && scene.shown.withLock { $0.count } == 1)
            scene.isLedgerWorking.withLock { $0 = false }
            let refused = try await WebAnswer.of(
                port, "POST", Self.worker + "/copy", token: token, form: form)
            #expect(refused.status == 503 && !refused.body.contains(PeopleScene.secret))
        }
    }

    @Test func whatIsRefusedComesBackAsItWasTyped() async throws {
        let (scene, token, csrf) = try await scene()
        scene.people.refusal.withLock {
            $0 = [
                BoardWords("工资卡号 <x> 不是银行卡号", "wage_card <x> is no bank card number"),
                BoardWords("第二", "second"),
            ]
        }
        try await scene.serve { port in
            let update = try await WebAnswer.of(
                port, "POST", Self.worker + "/wage-card", token: token,
                form: Self.form(csrf, [("wage_card", "12<34"), ("wage_bank", "示范银行")]))
            #expect(update.status == 422 && update.body.contains("&lt;x&gt; 不是银行卡号"))
            #expect(update.body.contains("value=\"12&lt;34\"") && update.body.contains("value=\"示范银行\""))
            #expect(update.body.firstMatch(of: /open>\s*<summary>工资卡/) != nil)
            let join = try await WebAnswer.of(
                port, "POST", "/people/join", token: token,
                form: Self.form(csrf, [("name", "王测试"), ("id_number", "1"), ("team", "甲班")]))
            #expect(join.status == 422 && join.body.contains("value=\"王测试\"") && join.body.contains("第二"))
            #expect(!join.body.contains("second"), "one language")
            let team = try await WebAnswer.of(
                port, "POST", Self.team, token: token,
                form: Self.form(
                    csrf,
                    [("worker", "00abcd-9"), ("action", "leave"), ("sure", "1"), ("at_date", "2026-11-20")]))
            #expect(team.status == 422 && team.body.contains("value=\"2026-11-20\""))
            #expect(team.body.firstMatch(of: /value="00abcd-9"[^>]* checked/) != nil)
        }
    }

    @Test func formsAskForWhatTheySay() async throws {
        let (scene, token, csrf) = try await scene()
        try await scene.serve { port in
            let forms: [(String, [(String, String)], PeopleOrder)] = [
                (
                    "/people/join",
                    [("name", "王测试"), ("id_number", " 110 "), ("team", "甲班"), ("by", "mallory")],
                    PeopleOrder(.join, workers: ["110"], fields: ["name": "王测试", "team": "甲班"], by: "wang")
                ),
                (
                    Self.worker + "/leave",
                    [("at_date", "2026-11-20"), ("at_time", "17:30"), ("confirmed", "1")],
                    PeopleOrder(
                        .leave, workers: ["00abcd-7"], at: "2026-11-20T17:30", isConfirmedByLeaver: true,
                        by: "wang")
                ),
                (
                    Self.worker + "/insurance", [("insured_from", "2026-11-20"), ("wage_card", "1")],
                    PeopleOrder(
                        .update, workers: ["00abcd-7"], fields: ["insured_from": "2026-11-20"], by: "wang")
                ),
                (
                    Self.worker + "/place", [("team", "乙班"), ("at_date", "2026-11-19")],
                    PeopleOrder(
                        .move, workers: ["00abcd-7"], at: "2026-11-19", fields: ["team": "乙班"], by: "wang")
                ),
                (
                    Self.worker + "/place", [("team", "钢筋班")],
                    PeopleOrder(.move, workers: ["00abcd-7"], fields: ["team": "钢筋班"], by: "wang")
                ),
                (
                    "/people/worker/00abcd-8/rejoin", [],
                    PeopleOrder(.join, workers: ["00abcd-8"], by: "wang")
                ),
                (
                    Self.team,
                    [
                        ("worker", "00abcd-7"), ("worker", "00abcd-9"), ("worker", "110101199001011237"),
                        ("action", "move"), ("to", TeamKey(PeopleScene.other).text),
                    ],
                    PeopleOrder(
                        .move, workers: ["00abcd-7", "00abcd-9"], fields: ["team": "钢筋班", "employer": "-"],
                        by: "wang")
                ),
            ]
            for (path, fields, order) in forms {
                let answer = try await WebAnswer.of(
                    port, "POST", path, token: token, form: Self.form(csrf, fields))
                #expect(answer.status == 303, "\(path): \(answer.status)")
                #expect(scene.people.orders.withLock { $0.last } == order, "\(path)")
            }
            let photo = try await WebAnswer.of(
                port, "POST", Self.worker + "/photo", token: token, form: "bytes",
                headers: ["Content-Type: image/jpeg", "X-Form-Token: \(csrf)"])
            #expect(photo.status == 303)
            #expect(scene.people.orders.withLock { $0.last?.photo } == Array("bytes".utf8))
        }
    }

    @Test func aTeamLeavesOnlyWhenItIsConfirmed() async throws {
        let (scene, token, csrf) = try await scene()
        try await scene.serve { port in
            for fields in [
                [("action", "leave"), ("worker", "00abcd-7")], [("action", "leave"), ("sure", "1")],
                [("action", "move"), ("worker", "00abcd-7")],
            ] {
                let answer = try await WebAnswer.of(
                    port, "POST", Self.team, token: token, form: Self.form(csrf, fields))
                #expect(answer.status == 422)
            }
            #expect(scene.people.orders.withLock { $0 }.isEmpty)
            let unknown = try await WebAnswer.of(port, "GET", "/teams/team/0000000000000000", token: token)
            #expect(unknown.status == 404)
            #expect(try await WebAnswer.of(port, "GET", "/people/worker/x", token: token).status == 404)
        }
    }

    @Test func whoJoinsIsShownTheNewestNotice() async throws {
        let (scene, token, csrf) = try await scene()
        try await scene.serve { port in
            let page = try await WebAnswer.of(port, "GET", "/people/join", token: token).body
            #expect(page.contains("<p>&lt;b&gt;张 采集</p><p>第二段</p>") && page.contains("inline\" open>"))
            #expect(page.contains("name=\"notice_version\" value=\"2026-1\">"))
            #expect(page.components(separatedBy: "name=\"notice_version\"").count == 2, "asked for once")

            // As ticked, so it is written; who was not ticked was shown nothing.
            for fields in [[("notice_version", "2026-1")], []] {
                let form = [("name", "王测试"), ("id_number", "110"), ("team", "甲班")] + fields
                _ = try await WebAnswer.of(
                    port, "POST", "/people/join", token: token, form: Self.form(csrf, form))
                let order = scene.people.orders.withLock { $0.last }
                #expect(order?.fields["notice_version"] == fields.first?.1)
            }
            scene.people.refusal.withLock { $0 = [BoardWords("错", "wrong")] }
            let refused = try await WebAnswer.of(
                port, "POST", "/people/join", token: token,
                form: Self.form(csrf, [("notice_version", "2026-1")]))
            #expect(refused.body.contains("value=\"2026-1\" checked>"))

            // A long one is folded; without one the page says so.
            scene.people.notice.withLock { $0?.text = String(repeating: "字", count: 401) }
            let long = try await WebAnswer.of(port, "GET", "/people/join", token: token).body
            #expect(long.contains("<details class=\"inline\"><summary>告知全文"))
            scene.people.notice.withLock { $0 = nil }
            let none = try await WebAnswer.of(port, "GET", "/people/join", token: token).body
            #expect(none.contains("尚未公布隐私告知") && !none.contains("notice_version"))
        }
    }

    @Test func theStartPageCountsTheClocksByStage() async throws {
        let (scene, token, _) = try await scene()
        scene.openWork.withLock { work in
            (work.lateChangeCount, work.urgentChangeCount, work.warnedChangeCount) = (31, 32, 33)
            (work.escalatedCount, work.warnedEnrolmentCount) = (34, 35)
        }
        try await scene.serve { port in
            let body = try await WebAnswer.of(port, "GET", "/office", token: token).body
            for (count, label, badge) in [
                (31, "逾期变动", "severe"), (32, "变动已过 20 小时", "severe"), (33, "变动已过 12 小时", "caution"),
                (34, "登记逾期（10 天）", "severe"), (35, "登记已过 7 天", "caution"),
            ] {
                let tile = body.split(separator: "<li>").first { $0.contains(">\(label)<") }
                #expect(
                    tile?.contains(">\(count)</b>") == true && tile?.contains("badge \(badge)") == true,
                    "\(label)")
            }
            let board = try await WebAnswer.of(port, "GET", "/changes", token: token).body
            #expect(board.contains("其中逾期 1 条，已过 20 小时 1 条，已过 12 小时 1 条"))
            let enrolments = try await WebAnswer.of(port, "GET", "/enrolment", token: token).body
            #expect(enrolments.contains("逾期 1 人，已过 7 天 0 人"))
        }
    }

    @Test func whoLeftUnconfirmedIsFoundAndConfirms() async throws {
        let (scene, token, csrf) = try await scene()
        let left = "/people/worker/00abcd-8"
        try await scene.serve { port in
            let open = try await WebAnswer.of(port, "GET", "/changes", token: token).body
            #expect(open.contains("离场未确认 1 人") && !open.contains("data-row=\"19\""))
            for path in ["/changes?show=leaving", Self.team] {
                let body = try await WebAnswer.of(port, "GET", path, token: token).body
                #expect(body.contains("href=\"\(left)\"") && body.contains("caution\">离场未确认"), "\(path)")
            }
            let team = TeamsPage.path + TeamKey(PeopleScene.other).text
            #expect(!(try await WebAnswer.of(port, "GET", team, token: token).body.contains("离场未确认")))
            let page = try await WebAnswer.of(port, "GET", left, token: token).body
            #expect(page.contains("action=\"\(left)/confirm-leaving\"") && page.contains("离场未确认"))
            let present = try await WebAnswer.of(port, "GET", Self.worker, token: token).body
            #expect(!present.contains("confirm-leaving"))

            let unticked = try await WebAnswer.of(
                port, "POST", left + "/confirm-leaving", token: token, form: Self.form(csrf, []))
            #expect(unticked.status == 422 && scene.people.orders.withLock { $0 }.isEmpty)
            let form = Self.form(csrf, [("confirmed", "1")])
            let done = try await WebAnswer.of(
                port, "POST", left + "/confirm-leaving", token: token, form: form)
            #expect(done.status == 303 && done.header("Location") == left)
            let order = PeopleOrder(.leave, workers: ["00abcd-8"], isConfirmedByLeaver: true, by: "wang")
            #expect(scene.people.orders.withLock { $0 } == [order])

            // A second press writes nothing.
            scene.people.lacksLeaverConfirmation.withLock { $0 = false }
            let again = try await WebAnswer.of(
                port, "POST", left + "/confirm-leaving", token: token, form: form)
            #expect(again.status == 303 && scene.people.orders.withLock { $0.count } == 1)
        }
    }

    @Test func theBoardOfChangesSaysItInWordsToo() async throws {
        let (scene, token, csrf) = try await scene()
        try await scene.serve { port in
            let open = try await WebAnswer.of(port, "GET", "/changes", token: token).body
            for state in ["late", "urgent", "soon", "calm"] { #expect(open.contains("clockbar \(state)\"")) }
            #expect(open.contains("已逾期 1 小时 0 分") && open.contains("剩 4 小时 0 分") && open.contains("50 %"))
            #expect(open.contains("data-row=\"24\"") && !open.contains("data-row=\"20\""))
            let late = try await WebAnswer.of(port, "GET", "/changes/board?show=late", token: token).body
            #expect(
                late.contains("data-row=\"21\"") && !late.contains("data-row=\"22\"")
                    && !late.contains("<html"))
            let all = try await WebAnswer.of(port, "GET", "/changes?show=all", token: token).body
            #expect(all.contains("data-row=\"20\"") && all.contains("已确认（人工）"))

            let done = try await WebAnswer.of(
                port, "POST", "/changes?show=late", token: token,
                form: Self.form(csrf, [("change", "21"), ("reference", "平台 77")]))
            #expect(done.status == 303 && done.header("Location") == "/changes?show=late")
            let kept = scene.people.confirmations.withLock { $0 }
            #expect(
                kept.map(\.0) == [LedgerSequence(21)] && kept.map(\.1) == ["平台 77"]
                    && kept.map(\.2) == ["wang"])
            #expect(scene.people.attachments.withLock { $0 } == [[]])
            let scan = [("csrf", csrf), ("change", "22"), ("reference", "平台 78")].map {
                "--b\r\nContent-Disposition: form-data; name=\"\($0.0)\"\r\n\r\n\($0.1)\r\n"
            }.joined()
            let sent = try await WebAnswer.of(
                port, "POST", "/changes", token: token,
                form: scan + "--b\r\nContent-Disposition: form-data; name=\"attachment\"; filename=\"a.png\""
                    + "\r\n\r\nscan\r\n--b--\r\n",
                headers: ["Content-Type: multipart/form-data; boundary=b"])
            #expect(sent.status == 303)
            #expect(scene.people.attachments.withLock { $0.last } == Array("scan".utf8))
            for (change, reference) in [("21", ""), ("20", "x")] {
                let refused = try await WebAnswer.of(
                    port, "POST", "/changes", token: token,
                    form: Self.form(csrf, [("change", change), ("reference", reference)]))
                #expect(refused.status == 422)
            }
            let bad = try await WebAnswer.of(
                port, "POST", "/changes", token: token, form: Self.form(csrf, [("change", "x")]))
            #expect(bad.status == 400)
        }
    }

    @Test func noAddressNamesAPerson() async throws {
        let (scene, token, csrf) = try await scene()
        try await scene.serve { port in
            _ = try await WebAnswer.of(
                port, "POST", "/people", token: token, form: Self.form(csrf, [("q", "张测试")]))
            #expect(scene.people.asked.withLock { $0 } == ["张测试"])
            for path in ["/people?q=x", "/teams", Self.team, "/changes", "/enrolment", Self.worker] {
                let body = try await WebAnswer.of(port, "GET", path, token: token).body
                for match in body.matches(of: /(href|action|data-refresh)="([^"]*)"/) {
                    #expect(match.2.utf8.allSatisfy { $0 < 0x80 } && !match.2.contains("%"), "\(match.2)")
                }
            }
            #expect(scene.people.asked.withLock { $0.count } == 1, "a search is never a GET")
        }
    }

    @Test func aTeamsKeyStandsForNameAndEmployer() {
        let keys = [("甲", "乙"), ("甲乙", ""), ("", "甲乙"), ("甲", "")].map {
            TeamKey(Team(name: $0.0, employer: $0.1)).text
        }
        #expect(Set(keys).count == 4 && keys.allSatisfy { $0.count == 16 })
    }
}
