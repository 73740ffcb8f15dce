import AttendanceLedger
import SandboxPlatform
import SiteModel
import Synchronization
import Testing

@testable import PlatformSync

/// Rows of months that a platform shows: which are ours, and what they say.
@Suite(.serialized) struct HeldPayrollTests {
    /// Some platforms ignore a filter: the first page is of another month.
    @Test func aPageOfOtherMonthsIsNotTheEnd() async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["钢筋一班"])
        var workers: [WorkerID] = []
        for number in 0..<51 { workers.append(try await site.join(number, team: "钢筋一班")) }
        let former = CivilMonth(of: CivilDate(daysSince1970: site.month.firstDay.daysSince1970 - 1))
        try await site.state(
            "钢筋一班", workers.map { MonthRow(worker: $0, days: 22, minutes: 9_000) }, month: former)
        try await withSandbox(in: site.path) {
            $0.ignoresMonths = true
        } _: { [workers] port in
            let view = SandboxView(port: port)
            _ = try await deliver(site, try site.platform(port: port)) { $0.payroll.confirmed == 51 }
            try await site.state("钢筋一班", [MonthRow(worker: workers[0], days: 1, minutes: 60)])
            try await view.order(#"{"faults":["drop:1@Payroll.Add"]}"#)
            let status = try await deliver(site, try site.platform(port: port)) {
                $0.payroll.confirmed == 52
            }
            #expect(status.payroll.rejected == 0)
            #expect(try await view.rows("payrolls").count == 52)
        }
    }

    /// It has something of this worker's month: nobody knows with which figures.
    @Test func whatIsSaidToBeThereAndIsNotShownWaitsForAPerson() async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["钢筋一班"])
        let worker = try await site.join(1, team: "钢筋一班")
        try await site.state("钢筋一班", [MonthRow(worker: worker, days: 22, minutes: 9_000)])
        let platform = OddPlatform(other: { submission in
            guard case .payroll = submission else { return nil }
            return .refused(PlatformRefusal(code: "-1", words: "工资单已存在", cause: .duplicate))
        })
        let status = try await deliver(site, platform) { $0.payroll.confirmed + $0.payroll.rejected == 1 }
        #expect(status.payroll.rejected == 1)
    }

    /// Whoever took the stick may send it while the platform is away.
    @Test func aMonthThatWasHandedOverIsLookedForAgainAfterADelay() async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["钢筋一班"])
        let worker = try await site.join(1, team: "钢筋一班")
        try await site.state("钢筋一班", [MonthRow(worker: worker, days: 22, minutes: 9_000)])
        _ = try await site.ledger.append([
            EntryDraft(
                BundleWritten(after: LedgerSequence(0), by: "officer"), kind: .bundleWritten,
                clock: site.clock.now())
        ])
        let steps = Mutex<[String]>([])
        let platform = OddPlatform(
            other: { submission in
                guard case .payroll = submission else { return nil }
                return steps.withLock { steps in
                    steps.append("send")
                    let isFirst = steps.count { $0 == "send" } == 1
                    return isFirst ? .later(PlatformDelay(reason: "http 429")) : .taken(number: nil)
                }
            },
            question: { question in
                if case .payroll = question { steps.withLock { $0.append("look") } }
                return nil
            })
        _ = try await deliver(site, platform) { $0.payroll.confirmed == 1 }
        let looks = ["look", "look", "send"]
        #expect(steps.withLock { $0 } == looks + looks)
    }

    @Test func aRowWithOurCodeOfAnotherMonthIsAnotherOne() throws {
        let worker = WorkerID(rawValue: 7)
        let month = try #require(CivilMonth(iso8601: "2026-11"))
        let former = try #require(CivilMonth(iso8601: "2026-10"))
        let row = PayrollRow(
            person: Invented.person, code: PayrollRow.code(of: month, worker), days: 20, minutes: 9_000)
        for (code, isAbout) in [
            (PayrollRow.code(of: month, worker), true), (PayrollRow.code(of: former, worker), false),
            (PayrollRow.code(of: month, WorkerID(rawValue: 8)), true), ("PR-7", true), (nil, true),
        ] {
            let held = HeldPayroll(code: code, idNumber: Invented.idNumber, days: .notShown)
            #expect(held.isAbout(row) == isAbout, "\(code ?? "no code")")
        }
    }

    @Test(arguments: [
        (#""20""#, true), (#"20.0"#, true), (#""""#, true), ("null", true), ("21", false),
        (#""20.5""#, false), (#""twenty""#, false), ("[20]", false),
    ])
    func figuresAreOursOrAreNot(days: String, isOurs: Bool) async throws {
        let body =
            #"{"code":0,"data":{"totalCount":1,"rows":[{"thirdPayRollCode":"202611-x","days":\#(days)}]}}"#
        let server = try await ScriptedServer(ScriptedServer.ok(body))
        let platform = try DeliverySite().platform(port: server.port)
        let month = try #require(CivilMonth(iso8601: "2026-11"))
        let held = await platform.holdings(.payroll(month: month, teamNumber: 1, page: 0)).payrollRows
        let row = PayrollRow(person: Invented.person, code: "202611-x", days: 20, minutes: 9_000)
        #expect(try #require(held?.first).says(row) == isOurs)
        await platform.close()
        try await server.close()
    }
}

extension HoldingsAnswer {
    /// Nil of any other answer.
    var payrollRows: [HeldPayroll]? {
        if case .payroll(let rows, _, _) = self { rows } else { nil }
    }
}
