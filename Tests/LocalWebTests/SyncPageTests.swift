import SiteModel
import Synchronization
import Testing

@testable import Accounts
@testable import LocalWeb

/// The page about deliveries: what it shows, to whom, and what it asks for.
@Suite(.timeLimit(.minutes(10)))
struct SyncPageTests {
    private func scene(_ role: AccountRole = .labourOfficer) async throws -> (OfficeScene, String, String) {
        let scene = try OfficeScene()
        try await scene.add("wang", role)
        let token = try await scene.token("wang")
        return (scene, token, try #require(scene.book.sessions.session(withToken: token)).formToken)
    }

    private static func form(_ csrf: String, _ fields: [(String, String)]) -> String {
        ([("csrf", csrf)] + fields).map { "\($0.0)=\(PercentEncoding.encoded($0.1))" }.joined(separator: "&")
    }

    private static let settlement = [("platform", "city"), ("entry", "4711"), ("pass", "0")]

    @Test(arguments: ["zh", "en"])
    func thePlatformsWordsAreEscapedAndThePageSpeaksOneLanguage(language: String) async throws {
        let (scene, token, _) = try await scene()
        try await scene.serve { port in
            for path in ["/sync", "/sync/board"] {
                let page = try await WebAnswer.of(port, "GET", "\(path)?lang=\(language)", token: token)
                #expect(page.status == 200)
                let body = page.body.replacing("<script src=\"/people.js\" defer></script>", with: "")
                for tag in ["<script", "<s>", "<em>", "<u>10", "<i>", "<b>张", "style=", "[[", "{{", "]]"] {
                    #expect(!body.contains(tag), "\(path): \(tag)")
                }
                #expect(body.contains("&lt;s&gt;张三"), "the platform's words stand there")
                #expect(!body.contains(PeopleScene.secret))
                #expect(body.contains("<path class=\"line\" d=\"M0 "), "the backlog is drawn")
                #expect(body.contains("aria-current=\"date\""), "today stands in the calendar")
                #expect(body.contains("<li>110101********0014 "), "what is unexpected stands there")
            }
        }
    }

    @Test(arguments: AccountRole.allCases)
    func eachRoleGetsWhatItMay(role: AccountRole) async throws {
        let (scene, token, csrf) = try await scene(role)
        let rows: [(String, String, Permission)] = [
            ("GET", "/sync", .readMasked), ("GET", "/sync/board", .readMasked),
            ("POST", "/sync/show", .readPersonal), ("POST", "/sync/order", .changePersonnel),
            ("POST", "/sync/settle", .changePersonnel), ("POST", "/sync/settle-all", .changePersonnel),
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
            }
            guard role.permissions.contains(.readMasked) else { return }
            let page = try await WebAnswer.of(port, "GET", "/sync", token: token)
            #expect(page.body.contains("/sync/settle") == role.permissions.contains(.changePersonnel))
            #expect(page.body.contains("/sync/order") == role.permissions.contains(.changePersonnel))
            #expect(page.body.contains("/sync/show") == role.permissions.contains(.readPersonal))
        }
        #expect(scene.sync.settlements.withLock { $0 }.isEmpty)
    }

    @Test func aDecisionNeedsAReasonAndSaysWho() async throws {
        let (scene, token, csrf) = try await scene()
        try await scene.serve { port in
            let act = { (fields: [(String, String)]) async throws -> WebAnswer in
                try await WebAnswer.of(
                    port, "POST", "/sync/settle", token: token,
                    form: Self.form(csrf, Self.settlement + fields))
            }
            let without = try await act([("act", "resend"), ("reason", "  ")])
            #expect(without.status == 422 && without.body.contains("请填写原因"))
            #expect(without.body.contains("<details class=\"inline\" open>"))
            #expect(try await act([("act", "forget"), ("reason", "x")]).status == 400)
            #expect(scene.sync.settlements.withLock { $0 }.isEmpty)

            #expect(try await act([("act", "resend"), ("reason", "班组已改正")]).status == 303)
            #expect(try await act([("act", "dismiss"), ("reason", "测试卡")]).status == 303)
            scene.sync.refusal.withLock { $0 = BoardWords("未完成 <x>", "Not done") }
            let refused = try await act([("act", "dismiss"), ("reason", "再试")])
            #expect(refused.status == 422 && refused.body.contains("未完成 &lt;x&gt;"))
            #expect(refused.body.contains("value=\"再试\""))
        }
        let settled = scene.sync.settlements.withLock { $0 }
        #expect(settled.map(\.isResent) == [true, false, false])
        #expect(settled.map(\.by) == ["wang", "wang", "wang"])
        #expect(settled[0].platform == "city" && settled[0].entry.rawValue == 4_711)
        #expect(settled[0].reason == "班组已改正")
    }

    @Test func whatWasRefusedWithOneCodeIsDecidedAboutAtOnce() async throws {
        let (scene, token, csrf) = try await scene()
        try await scene.serve { port in
            let one = try await WebAnswer.of(port, "GET", "/sync", token: token)
            #expect(!one.body.contains("/sync/settle-all"))
            scene.sync.rejectionCount.withLock { $0 = 3 }
            let page = try await WebAnswer.of(port, "GET", "/sync", token: token)
            #expect(page.body.contains("<code>&lt;u&gt;10</code> × 3"))
            let act = { (fields: [(String, String)]) async throws -> WebAnswer in
                try await WebAnswer.of(
                    port, "POST", "/sync/settle-all", token: token,
                    form: Self.form(csrf, [("platform", "city"), ("code", "10")] + fields))
            }
            #expect(try await act([("act", "resend"), ("reason", "")]).status == 422)
            #expect(try await act([("act", "forget"), ("reason", "x")]).status == 400)
            #expect(try await act([("act", "dismiss"), ("reason", "演练")]).status == 303)
        }
        let settled = scene.sync.bulkSettlements.withLock { $0 }
        #expect(settled.count == 1 && settled[0].code == "10" && !settled[0].isResent)
        #expect(settled[0].by == "wang" && settled[0].reason == "演练")
    }

    @Test func wholeWordsAreShownOnlyAfterTheirEntryIsWritten() async throws {
        let (scene, token, csrf) = try await scene()
        try await scene.serve { port in
            let form = Self.form(csrf, [])
            let shown = try await WebAnswer.of(port, "POST", "/sync/show", token: token, form: form)
            #expect(shown.status == 200 && shown.body.contains(PeopleScene.secret))
            #expect(scene.shown.withLock { $0.map(\.0.workerCount) } == [1])
            scene.isLedgerWorking.withLock { $0 = false }
            let refused = try await WebAnswer.of(port, "POST", "/sync/show", token: token, form: form)
            #expect(refused.status == 503 && !refused.body.contains(PeopleScene.secret))
        }
        #expect(scene.sync.revealed.withLock { $0 } == 1)
    }

    @Test func anOfficerTriesNowPausesAndGoesOn() async throws {
        let (scene, token, csrf) = try await scene()
        try await scene.serve { port in
            for act in ["now", "pause", "resume"] {
                let answer = try await WebAnswer.of(
                    port, "POST", "/sync/order", token: token,
                    form: Self.form(csrf, [("platform", "city"), ("act", act)]))
                #expect(answer.status == 303)
            }
        }
        #expect(scene.sync.orders.withLock { $0.map(\.1) } == [.now, .pause, .resume])
    }

    @Test func withoutPlatformsThePageSaysWhatToDo() async throws {
        let (scene, token, _) = try await scene()
        scene.sync.isWithoutPlatforms.withLock { $0 = true }
        try await scene.serve { port in
            let page = try await WebAnswer.of(port, "GET", "/sync", token: token)
            #expect(page.status == 200 && page.body.contains("platforms"))
        }
    }
}

/// What is drawn.
struct SyncDrawingTests {
    private func sample(_ minute: Int64, _ count: Int64) -> SyncPlatform.Sample {
        .init(at: Scene.noon.advanced(byMilliseconds: minute * 60_000), waitingCount: count)
    }

    @Test func theHighestBacklogTouchesTheTopAndNoneTheGround() throws {
        let view = try #require(
            BacklogView(
                [sample(0, 0), sample(5, 50), sample(10, 100)], now: Scene.noon, offsetMilliseconds: 0,
                .chinese))
        #expect(view.line.renderText == "M0 99L300 51L600 2")
        #expect(view.area.renderText == "M0 100L0 99L300 51L600 2L600 100Z")
    }

    @Test func anEmptyBacklogIsALineOnTheGround() throws {
        let view = try #require(
            BacklogView([sample(0, 0), sample(1, 0)], now: Scene.noon, offsetMilliseconds: 0, .chinese))
        #expect(view.line.renderText == "M0 99L600 99")
        #expect(BacklogView([sample(0, 7)], now: Scene.noon, offsetMilliseconds: 0, .chinese) == nil)
    }

    @Test func theCalendarEndsWithThisWeekAndKnowsEachDay() throws {
        // A Saturday.
        let today = try #require(CivilDate(iso8601: "2026-11-28"))
        let day = { (text: String, recorded: Int64, confirmed: Int64, rejected: Int64) in
            SyncPlatform.Day(
                day: try #require(CivilDate(iso8601: text)), recordedCount: recorded,
                sentCount: confirmed + rejected, confirmedCount: confirmed, rejectedCount: rejected)
        }
        let calendar = CalendarView(
            [
                try day("2026-10-26", 4, 4, 0), try day("2026-11-26", 1_000, 999, 1),
                try day("2026-11-28", 10, 5, 0),
            ], today: today, .english)
        let days = calendar.weeks.flatMap(\.days)
        #expect(days.count == 35)
        #expect(days[0].date.renderText == "10-26" && days[0].state.renderText == "complete")
        #expect(days[34].date.renderText == "29" && days[34].state.renderText == "ahead")
        #expect(days[33].isToday && days[33].state.renderText == "waiting")
        #expect(days[33].bar?.confirmedWidth.renderText == "50")
        #expect(days[31].state.renderText == "refused")
        #expect(days[31].bar?.refusedWidth.renderText == "4", "one of a thousand is still to be seen")
        #expect(days[30].state.renderText == "empty")
        #expect(
            days[33].words.renderText
                == "2026-11-28: 10 recorded, 5 sent, 5 confirmed, 5 waiting, 0 refused")
    }
}
