import SiteModel
import Synchronization
import Testing

@testable import Accounts
@testable import LocalWeb

/// Invented months, whose names try to be tags; what the page asks for is kept.
final class PayrollScene: Sendable {
    let orders = Mutex<[PayrollOrder]>([])
    let refusal = Mutex<BoardWords?>(nil)
    let hasEnded = Mutex(true)

    var closures: OfficePayroll {
        OfficePayroll(
            board: { [self] month in
                PayrollBoard(
                    month: month ?? CivilMonth(year: 2026, month: 10)!, hasEnded: hasEnded.withLock { $0 },
                    teams: Self.teams)
            },
            state: { [self] order in
                orders.withLock { $0.append(order) }
                return refusal.withLock { $0.map { .refused($0) } ?? .done }
            })
    }

    private static var teams: [PayrollBoard.TeamMonth] {
        func team(_ name: String) -> PayrollBoard.TeamMonth {
            PayrollBoard.TeamMonth(
                team: Team(name: name, employer: "<em>公司"), workerCount: 12, dayCount: 240,
                tenthsOfHours: 20_485, mark: "cafe")
        }
        var stated = team("木工<i>一班")
        stated.statement = LedgerSequence(4_711)
        stated.statedBy = "wang<b>"
        stated.platforms = [
            PayrollBoard.AtPlatform(
                name: "city", openCount: 0, sentCount: 0, confirmedCount: 11, refusedCount: 1,
                settledCount: 0)
        ]
        var corrected = stated
        corrected.changedCount = 2
        return [team("钢筋一班"), stated, corrected]
    }
}

@Suite(.timeLimit(.minutes(10)))
struct PayrollPageTests {
    private func scene(_ role: AccountRole = .labourOfficer) async throws -> (OfficeScene, String, String) {
        let scene = try OfficeScene()
        try await scene.add("wang", role)
        let token = try await scene.token("wang")
        return (scene, token, try #require(scene.book.sessions.session(withToken: token)).formToken)
    }

    @Test(arguments: ["zh", "en"])
    func thePageSpeaksOneLanguageAndEscapesNames(language: String) async throws {
        let (scene, token, _) = try await scene()
        try await scene.serve { port in
            let page = try await WebAnswer.of(
                port, "GET", "/sync/payroll?month=2026-09&lang=\(language)", token: token)
            #expect(page.status == 200)
            for tag in ["<em>", "<i>", "wang<b>", "style=", "[[", "{{", "]]"] {
                #expect(!page.body.contains(tag), "\(tag)")
            }
            let words =
                language == "zh"
                ? ["未定稿", "已定稿", "退回 1，确认 11/12", "2 人的数据被更正", "2048.5"]
                : ["Not final", "Final", "1 refused, 11/12 confirmed", "2 workers were corrected", "2048.5"]
            for word in words { #expect(page.body.contains(word), "\(word)") }
            #expect(page.body.contains("month=2026-08") && page.body.contains("month=2026-10"))
            for field in ["mark\" value=\"cafe", "month\" value=\"2026-09", "team\" value=\"钢筋一班"] {
                #expect(page.body.contains("name=\"\(field)\""), "\(field)")
            }
            #expect(page.body.ranges(of: "name=\"mark\"").count == 2, "two may be stated")
        }
    }

    @Test(arguments: AccountRole.allCases)
    func eachRoleGetsWhatItMay(role: AccountRole) async throws {
        let (scene, token, csrf) = try await scene(role)
        try await scene.serve { port in
            let page = try await WebAnswer.of(port, "GET", "/sync/payroll", token: token)
            #expect((page.status == 403) == !role.permissions.contains(.readMasked))
            let may = role.permissions.contains(.changePersonnel)
            #expect(page.body.contains("name=\"mark\"") == may)
            let form = "csrf=\(csrf)&month=2026-10&team=A&employer=B&mark=cafe"
            let answer = try await WebAnswer.of(port, "POST", "/sync/payroll", token: token, form: form)
            #expect(answer.status == (may ? 303 : 403))
            let foreign = try await WebAnswer.of(port, "POST", "/sync/payroll", token: token, form: "csrf=0")
            #expect(foreign.status == 403)
        }
        let orders = scene.payroll.orders.withLock { $0 }
        #expect(orders.map(\.by) == (role.permissions.contains(.changePersonnel) ? ["wang"] : []))
        #expect(orders.allSatisfy { $0.team == Team(name: "A", employer: "B") && $0.mark == "cafe" })
    }

    @Test func aRefusalIsShownAndAnOpenMonthHasNoButton() async throws {
        let (scene, token, csrf) = try await scene()
        scene.payroll.refusal.withLock { $0 = BoardWords("数据已有变动 <s>", "changed") }
        scene.payroll.hasEnded.withLock { $0 = false }
        try await scene.serve { port in
            let form = "csrf=\(csrf)&month=2026-10&team=A&employer=B&mark=cafe"
            let answer = try await WebAnswer.of(port, "POST", "/sync/payroll", token: token, form: form)
            #expect(answer.status == 422 && answer.body.contains("数据已有变动 &lt;s&gt;"))
            #expect(!answer.body.contains("name=\"mark\""))
        }
    }
}
