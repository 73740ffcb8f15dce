import SiteModel
import Testing

@testable import PlatformSync

/// Runs a delivery until the condition holds, or fails with its status.
func deliver(
    _ site: DeliverySite, _ adapter: any PlatformAdapter,
    until isDone: @escaping @Sendable (DeliveryStatus) async throws -> Bool,
    sourceLocation: SourceLocation = #_sourceLocation
) async throws -> DeliveryStatus {
    let delivery = try site.delivery(to: adapter)
    return try await withThrowingTaskGroup(of: Void.self, returning: DeliveryStatus.self) { tasks in
        tasks.addTask { try await delivery.run() }
        let deadline = SystemSiteClock.uptime() + .seconds(300)
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

extension DeliveryStatus {
    /// Everything up to an entry was taken in, and the platform has judged it.
    func isSettled(upTo head: Int64) -> Bool {
        position >= head && confirmed + rejected == recorded && changesOpen + changesSent == 0
    }
}

/// What makes a pass one at the platform.
func passKey(_ row: [String: Any]) -> String {
    ["idCardNumber", "date", "direction"].map { "\(row[$0] ?? "")" }.joined(separator: " ")
}
