import AttendanceLedger
import Foundation
import SandboxPlatform
import SiteModel
import Testing

@testable import PlatformSync

/// Months that officers stated, on the whole way to a platform that was written from the documents alone.
@Suite(.serialized) struct PayrollDeliveryTests {
    private func site(_ count: Int, passes: Int = 3) async throws -> (DeliverySite, [WorkerID]) {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["钢筋一班"])
        var workers: [WorkerID] = []
        for number in 0..<count {
            workers.append(try await site.join(number, team: "钢筋一班"))
            try await site.pass(workers[number], count: passes)
        }
        return (site, workers)
    }

    @Test("dependency order: a month goes up behind its attendance", arguments: SandboxDialect.allCases)
    func aMonthGoesUpBehindItsAttendance(dialect: SandboxDialect) async throws {
        let (site, workers) = try await site(3)
        let rows = workers.enumerated().map { MonthRow(worker: $1, days: 20 + $0, minutes: 10_567 + 6 * $0) }
        try await site.state("钢筋一班", rows)
        let head = try #require(try site.reader.head()).sequence.rawValue
        try await withSandbox(in: site.path) {
            $0.dialect = dialect
        } _: { port in
            let status = try await deliver(site, try site.platform(port: port, dialect: dialect.rawValue)) {
                $0.isSettled(upTo: head) && $0.payroll.confirmed == 3
            }
            #expect(status.payroll.rejected == 0 && status.isPayrollSettled)
            let view = SandboxView(port: port)
            let held = try await view.rows("payrolls")
            #expect(held.map { "\($0["days"] ?? "")" } == ["20", "21", "22"])
            #expect(held.map { "\($0["workHours"] ?? "")" } == ["176.1", "176.2", "176.3"])
            #expect(
                held.map { "\($0["thirdPayRollCode"] ?? "")" }
                    == workers.map {
                        PayrollRow.code(of: site.month, $0)
                    })
            let passes = try await view.rows("attendance").compactMap { $0["id"] as? Int }
            let months = held.compactMap { $0["id"] as? Int }
            #expect(passes.count == 9 && months.count == 3)
            #expect(try #require(months.min()) > (try #require(passes.max())), "ahead of the attendance")
        }
    }

    @Test("a pass that is held, or refused, holds its month")
    func aPassThatIsHeldHoldsItsMonth() async throws {
        let (site, workers) = try await site(2)
        let held = try await site.pass(workers[0], age: .seconds(30), awaitsPassage: true)
        try await site.state("钢筋一班", workers.map { MonthRow(worker: $0, days: 1, minutes: 60) })
        try await withSandbox(in: site.path) { port in
            // Several looks at the month lie within this.
            let end = SystemSiteClock.uptime() + .milliseconds(600)
            let waiting = try await deliver(site, try site.platform(port: port)) {
                $0.confirmed == 6 && SystemSiteClock.uptime() > end
            }
            #expect(waiting.payroll.open == 2)
            #expect(try await SandboxView(port: port).rows("payrolls").isEmpty)
            try await site.tell(.passed, of: held[0])
            let status = try await deliver(site, try site.platform(port: port)) { $0.payroll.confirmed == 2 }
            #expect(status.confirmed == 7)
        }
    }

    @Test(
        "unknown effect: a misbehaving platform ends with each row of a month once",
        arguments: [
            "http-500:2", "drop:2", "reset-head:2", "reset-body:2", "duplicate-answer:2", "captive-portal:2",
            "empty:2", "clock-refusal:2", "system-error:2", "foreign-verdict:2", "late-verdict:1", "hang:1",
            "slow:2",
        ])
    func aMisbehavingPlatformEndsWithEachRowOnce(fault: String) async throws {
        let (site, workers) = try await site(4, passes: 1)
        try await site.state("钢筋一班", workers.map { MonthRow(worker: $0, days: 22, minutes: 9_000) })
        let faults = ["Payroll.Add", "Payroll.Query", "AsyncHandleResult.Query"].compactMap {
            FaultRule(text: "\(fault)@\($0)")
        }
        try await withSandbox(in: site.path) {
            $0.faults = faults
        } _: { port in
            let status = try await deliver(site, try site.platform(port: port)) { $0.payroll.confirmed == 4 }
            #expect(status.payroll.rejected == 0)
            let rows = try await SandboxView(port: port).rows("payrolls")
            #expect(rows.count == 4 && Set(rows.map(payrollKey)).count == 4, "\(rows.count) rows")
        }
    }

    @Test("one bad row is set aside in the platform's words, the rest goes on", arguments: [false, true])
    func oneBadRowIsSetAside(keepsPart: Bool) async throws {
        let (site, workers) = try await site(7, passes: 1)
        let statement = try await site.state(
            "钢筋一班", workers.map { MonthRow(worker: $0, days: 22, minutes: 9_000) })
        try await withSandbox(in: site.path) {
            $0.faults = [FaultRule(text: "bad-record:1@Payroll.Add")!]
            $0.keepsPartOfBatch = keepsPart
        } _: { port in
            let view = SandboxView(port: port)
            let status = try await deliver(site, try site.platform(port: port)) {
                $0.payroll.confirmed == 6 && $0.payroll.rejected == 1
            }
            #expect(status.isPayrollSettled)
            let delivery = try site.delivery(to: try site.platform(port: port))
            let running = Task { try await delivery.run() }
            let bad = try #require(try await delivery.rejected(limit: 10).first)
            #expect(bad.words == "数据异常,处理失败" && bad.entry == statement && bad.month == site.month)
            #expect(bad.worker == workers[bad.pass - 1])
            try await view.order(#"{"forget_bad_records":true}"#)
            try await delivery.settle(
                bad.entry, pass: bad.pass, resend: true, by: "officer", reason: "put right there")
            let deadline = SystemSiteClock.uptime() + .seconds(60)
            while try await delivery.status().payroll.confirmed < 7, SystemSiteClock.uptime() < deadline {
                try await Task.sleep(for: .milliseconds(20))
            }
            let rows = try await view.rows("payrolls")
            #expect(rows.count == 7 && Set(rows.map(payrollKey)).count == 7)
            await delivery.stop()
            try await running.value
            await delivery.close()
        }
    }

    @Test("rebuild: a lost file is made again, and nobody's month is sent twice")
    func aLostFileIsMadeAgain() async throws {
        let (site, workers) = try await site(3)
        let rows = workers.map { MonthRow(worker: $0, days: 22, minutes: 9_000) }
        try await site.state("钢筋一班", rows)
        try await withSandbox(in: site.path) { port in
            let view = SandboxView(port: port)
            _ = try await deliver(site, try site.platform(port: port)) { $0.payroll.confirmed == 3 }
            site.loseDeliveries()
            let again = try await deliver(site, try site.platform(port: port)) { $0.payroll.confirmed == 3 }
            #expect(again.isPayrollSettled && again.payroll.rejected == 0)
            let requests = try await view.text("/sandbox/state.json")
            #expect(requests.contains(#""Payroll.Add":1"#), "\(requests)")
            #expect(try await view.rows("payrolls").count == 3)
        }
    }

    @Test("what was sent when the file was lost is found there before it is sent again")
    func whatWasSentWhenTheFileWasLostIsFound() async throws {
        let (site, workers) = try await site(3)
        try await site.state("钢筋一班", workers.map { MonthRow(worker: $0, days: 22, minutes: 9_000) })
        try await withSandbox(in: site.path) {
            // Kept, and no verdict for three days.
            $0.faults = [FaultRule(text: "late-verdict:1@Payroll.Add")!]
        } _: { port in
            let view = SandboxView(port: port)
            _ = try await deliver(site, try site.platform(port: port)) { _ in
                try await view.rows("payrolls").count == 3
            }
            site.loseDeliveries()
            _ = try await deliver(site, try site.platform(port: port)) { $0.payroll.confirmed == 3 }
            #expect(try await view.rows("payrolls").count == 3)
        }
    }
}
