import SandboxPlatform
import SiteModel
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
}

extension HoldingsAnswer {
    /// Nil of any other answer.
    var payrollRows: [HeldPayroll]? {
        if case .payroll(let rows, _, _) = self { rows } else { nil }
    }
}
