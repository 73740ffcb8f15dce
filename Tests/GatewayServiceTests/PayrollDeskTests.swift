import AttendanceLedger
import Foundation
import PersonnelChanges
import SiteModel
import Testing

@testable import GatewayService
@testable import LocalWeb
@testable import PlatformSync

/// An officer says that a month is final, by command and by page, with a sandbox platform at the other end.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct PayrollDeskTests {
    private func ask(
        _ desk: SyncDesk, _ request: PayrollRequest, text: Bool = false
    ) async throws -> (status: Int, body: String) {
        let route = try #require(PayrollRoutes(desk: desk).all.first)
        let answer = await route.handler(
            ControlRequest(query: text ? ["format": "text"] : [:], body: request.encoded))
        return (answer.status, String(decoding: answer.body, as: UTF8.self))
    }

    /// The last day of the month before this one.
    private func lastDay(_ site: SyncSite) -> CivilDate {
        CivilDate(daysSince1970: CivilMonth(of: site.today).firstDay.daysSince1970 - 1)
    }

    /// A day of nine hours, from reads of an entering lane alone.
    private func work(_ site: SyncSite, _ worker: WorkerID, on day: CivilDate) async throws {
        for hour in [8, 17] as [Int64] {
            let at = day.daysSince1970 * 86_400_000 + hour * 3_600_000 - TestSite.offset
            let age = site.clock.now().wall.milliseconds - at
            try await site.pass(worker, count: 1, age: .milliseconds(age))
        }
    }

    @Test func aMonthThatHasEndedIsStatedAndGoesUpBehindItsAttendance() async throws {
        let site = try await SyncSite()
        let worker = try await site.join(daysAgo: 70)
        let day = lastDay(site)
        try await work(site, worker, on: day)
        try site.people.fold()
        let month = CivilMonth(of: day)
        try await site.withSandbox { port in
            let desk = try site.desk(port: port)
            try await site.delivering(desk) {
                let head = try #require(try site.reader.head()).sequence
                let dry = try await ask(
                    desk, PayrollRequest(month: month, isDry: true, by: "o"), text: true)
                #expect(dry.status == 200 && dry.body.contains("1 天 d  0.0 小时 h"), "\(dry.body)")
                #expect(dry.body.contains("未定稿 not final") && dry.body.contains("张*"))
                let kinds = try site.reader.entries(after: head, limit: 1_000).map(\.kind)
                #expect(!kinds.contains(.monthStated), "a dry run writes nothing")

                let stated = try await ask(
                    desk, PayrollRequest(month: month, team: "钢筋一班", isDry: false, by: "officer"))
                #expect(stated.status == 200 && stated.body.contains("\"stated_by\":\"officer\""))
                let standing = try await site.wait(desk) { $0.payroll.confirmed == 1 }
                #expect(standing.status?.confirmed == 2)
                // Again: nothing changed, so nothing is written.
                let before = try site.reader.head()
                let again = try await ask(desk, PayrollRequest(month: month, isDry: false, by: "officer"))
                #expect(try site.reader.head() == before)
                #expect(again.body.contains("\"confirmed\":1,\"rejected\":0,\"settled\":0}]}]"), "\(again)")

                let board = try await PayrollPages(desk: desk).closures.board(nil)
                #expect(board.month == month && board.hasEnded && board.teams.count == 1)
                #expect(board.teams[0].platforms.map(\.confirmedCount) == [1])
            }
        }
        await site.ledger.close()
    }

    @Test func whatCannotBeFinalIsRefusedInBothLanguages() async throws {
        let site = try await SyncSite()
        let worker = try await site.join(daysAgo: 70)
        try await work(site, worker, on: CivilDate(daysSince1970: site.today.daysSince1970 - 1))
        try await work(site, worker, on: site.today)
        try site.people.fold()
        let desk = try site.desk(port: 1)
        let running = CivilMonth(of: site.today)
        let early = try await ask(desk, PayrollRequest(month: running, isDry: false, by: "officer"))
        #expect(early.status == 422)
        #expect(early.body == "\(running) 尚未结束，不能定稿 (\(running) has not ended)")
        let unknown = try await ask(
            desk, PayrollRequest(month: running, team: "没有的班", isDry: true, by: "officer"))
        #expect(unknown.status == 422 && unknown.body.contains("there is no attendance of that team"))
        await site.ledger.close()
    }

    /// Somebody corrected something between the look and the click.
    @Test func anOfficerStatesWhatTheySawOrNothing() async throws {
        let site = try await SyncSite()
        let worker = try await site.join(daysAgo: 70)
        let day = lastDay(site)
        try await work(site, worker, on: day)
        try site.people.fold()
        let desk = try site.desk(port: 1)
        let pages = PayrollPages(desk: desk).closures
        let seen = try #require(try await pages.board(nil).teams.first)
        try await work(site, worker, on: CivilDate(daysSince1970: day.daysSince1970 - 1))
        let order = PayrollOrder(month: CivilMonth(of: day), team: seen.team, mark: seen.mark, by: "wang")
        guard case .refused(let words) = await pages.state(order) else {
            Issue.record("stated what nobody saw")
            return
        }
        #expect(words.chinese.contains("数据已有变动"))
        let now = try #require(try await pages.board(nil).teams.first)
        let good = PayrollOrder(month: CivilMonth(of: day), team: now.team, mark: now.mark, by: "wang")
        #expect(await pages.state(good) == .done)
        let stated = try #require(try await pages.board(nil).teams.first)
        #expect(stated.statedBy == "wang" && stated.changedCount == 0 && stated.dayCount == 2)
        await site.ledger.close()
    }
}
