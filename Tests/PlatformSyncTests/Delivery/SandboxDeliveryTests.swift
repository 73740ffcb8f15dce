import AttendanceLedger
import Foundation
import SandboxPlatform
import SiteModel
import Testing

@testable import PlatformSync

/// The whole way: ledger, delivery, adapter, a platform that was written from the documents alone.
@Suite(.serialized) struct SandboxDeliveryTests {
    /// Runs a delivery until the condition holds, or fails with its status.
    private func deliver(
        _ site: DeliverySite, _ adapter: any PlatformAdapter,
        until isDone: @escaping @Sendable (DeliveryStatus) async throws -> Bool,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> DeliveryStatus {
        let delivery = try site.delivery(to: adapter)
        return try await withThrowingTaskGroup(of: Void.self, returning: DeliveryStatus.self) { tasks in
            tasks.addTask { try await delivery.run() }
            let deadline = SystemSiteClock.uptime() + .seconds(60)
            var status = try await delivery.status()
            while try await !isDone(status) {
                guard SystemSiteClock.uptime() < deadline else {
                    Issue.record("not delivered: \(status)", sourceLocation: sourceLocation)
                    break
                }
                try await Task.sleep(for: .milliseconds(20))
                status = try await delivery.status()
            }
            await delivery.stop()
            try await tasks.waitForAll()
            await delivery.close()
            return status
        }
    }

    private static func isSettled(_ status: DeliveryStatus, head: Int64) -> Bool {
        status.position >= head && status.confirmed + status.rejected == status.recorded
            && status.changesOpen + status.changesSent == 0
    }

    @Test func aWorkerIsRegisteredBeforeTheirPasses() async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["钢筋一班"])
        let worker = try await site.join(1, team: "钢筋一班")
        try await site.pass(worker, count: 45)
        let head = try #require(try site.reader.head()).sequence.rawValue
        try await withSandbox(in: site.path) { port in
            let status = try await deliver(site, try site.platform(port: port)) {
                Self.isSettled($0, head: head)
            }
            #expect(status.confirmed == 45)
            #expect(status.changesRejected == 0)
            let view = SandboxView(port: port)
            #expect(try await view.rows("attendance").count == 45)
            #expect(try await view.rows("workers").count == 1)
            #expect(try await view.rows("teams").count == 1)
        }
    }
}
