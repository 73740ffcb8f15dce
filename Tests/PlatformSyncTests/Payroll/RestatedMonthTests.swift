import AttendanceLedger
import Foundation
import SandboxPlatform
import SiteModel
import Testing

@testable import PlatformSync

/// A later statement of a month stands in place of the former; what a platform has already is a person's to
/// put right, for nobody documented what a second `Payroll.Add` does.
@Suite(.serialized) struct RestatedMonthTests {
    @Test func theSameFiguresAreConfirmedWithoutACall() async throws {
        try await restated(by: 0, 0) { delivery, view, _ in
            let status = try await delivery.status()
            #expect(status.payroll.confirmed == 4)
            let rejected = try await delivery.rejected(limit: 10)
            #expect(rejected.isEmpty)
            let rows = try await view.rows("payrolls")
            #expect(rows.count == 2)
        }
    }

    @Test func otherFiguresWaitForAPersonWhoPutsThemRightByHand() async throws {
        try await restated(by: 1, 0) { delivery, view, site in
            let rejected = try await delivery.rejected(limit: 10)
            #expect(rejected.map(\.code) == [RejectedDelivery.statedCode] && rejected[0].pass == 1)
            #expect(try await view.rows("payrolls").count == 2, "nothing goes by itself")
            try await delivery.settle(
                rejected[0].entry, pass: 1, resend: false, by: "officer", reason: "put right, no. 17")
            try await Self.until { try await delivery.status().payroll.rejected == 0 }
            #expect(try await delivery.status().payroll.settled == 1)
            // What was put right by hand is what the platform has.
            let rows = try #require(try await delivery.statement(rejected[0].entry)).rows
            try await site.state("钢筋一班", rows)
            try await Self.until { try await delivery.status().payroll.confirmed == 5 }
            #expect(try await delivery.rejected(limit: 10).isEmpty)
        }
    }

    @Test func whatIsStillThereIsNotSentAgainWhenAPersonSaysResend() async throws {
        try await restated(by: 1, 0) { delivery, view, site in
            let bad = try #require(try await delivery.rejected(limit: 10).first)
            try await delivery.settle(
                bad.entry, pass: 1, resend: true, by: "officer", reason: "deleted there")
            // It was not: the platform shows the old one.
            try await Self.until {
                let status = try await delivery.status()
                let isRejectedAnew = try site.reader.deliveryAnswers(of: bad.worker).contains {
                    try DeliveryAnswered(encoded: $0.body).code == RejectedDelivery.statedCode
                }
                return isRejectedAnew && status.payroll.rejected == 1 && status.isPayrollSettled
            }
            #expect(try await view.rows("payrolls").count == 2)
            #expect(try await delivery.rejected(limit: 10).map(\.code) == [RejectedDelivery.statedCode])
        }
    }

    /// A correction took somebody's only day away.
    @Test func aRowThatBecameNothingIsADifferenceToo() async throws {
        try await restated(by: -22, -9_000) { delivery, _, _ in
            let rejected = try await delivery.rejected(limit: 10)
            #expect(rejected.count == 1)
        }
    }

    @Test func whatWasNotSentYetIsReplaced() async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["钢筋一班"])
        let worker = try await site.join(1, team: "钢筋一班")
        try await site.pass(worker)
        for days in 1...3 {
            try await site.state("钢筋一班", [MonthRow(worker: worker, days: days, minutes: 60)])
        }
        try await withSandbox(in: site.path) { port in
            let status = try await deliver(site, try site.platform(port: port)) { $0.payroll.confirmed == 1 }
            #expect(status.payroll.open == 0 && status.payroll.rejected == 0)
            let rows = try await SandboxView(port: port).rows("payrolls")
            #expect(rows.map { "\($0["days"] ?? "")" } == ["3"])
        }
    }

    private static func until(_ isDone: () async throws -> Bool) async throws {
        let deadline = SystemSiteClock.uptime() + .seconds(60)
        while try await !isDone() {
            guard SystemSiteClock.uptime() < deadline else {
                Issue.record("it never came")
                return
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Two workers' month is confirmed, then stated once more with another first row.
    private func restated(
        by days: Int, _ minutes: Int,
        _ body: @escaping @Sendable (PlatformDelivery, SandboxView, DeliverySite) async throws -> Void
    ) async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["钢筋一班"])
        let workers = [try await site.join(1, team: "钢筋一班"), try await site.join(2, team: "钢筋一班")]
        for worker in workers { try await site.pass(worker) }
        try await site.state("钢筋一班", workers.map { MonthRow(worker: $0, days: 22, minutes: 9_000) })
        try await withSandbox(in: site.path) { port in
            _ = try await deliver(site, try site.platform(port: port)) { $0.payroll.confirmed == 2 }
            try await site.state(
                "钢筋一班",
                [
                    MonthRow(worker: workers[0], days: 22 + days, minutes: 9_000 + minutes),
                    MonthRow(worker: workers[1], days: 22, minutes: 9_000),
                ])
            let delivery = try site.delivery(to: try site.platform(port: port))
            let running = Task { try await delivery.run() }
            let head = try #require(try site.reader.head()).sequence.rawValue
            try await Self.until {
                let status = try await delivery.status()
                return status.position >= head && status.isPayrollSettled
            }
            try await body(delivery, SandboxView(port: port), site)
            await delivery.stop()
            try await running.value
            await delivery.close()
        }
    }
}
