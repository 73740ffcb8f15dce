import AttendanceLedger
import Foundation
import SiteModel
import Testing

@testable import PlatformSync

extension DeliverySite {
    /// The month of the site's clock.
    var month: CivilMonth { CivilMonth(of: clock.now().wall.day(offsetMilliseconds: 28_800_000)) }

    /// An officer says that the month is final.
    ///
    /// - Parameter month: nil: that of the clock.
    /// - Returns: the entry.
    @discardableResult
    func state(
        _ team: String, _ rows: [MonthRow], month: CivilMonth? = nil
    ) async throws -> LedgerSequence {
        let head = try #require(try reader.head())
        return try await ledger.append([
            EntryDraft(
                MonthStated(
                    month: month ?? self.month, team: Team(name: team, employer: Self.employer),
                    head: head.sequence,
                    headHash: head.hash, by: "officer", rows: rows),
                kind: .monthStated, clock: clock.now())
        ])[0].sequence
    }

    func loseDeliveries() {
        for suffix in ["", "-wal", "-shm"] {
            // try?: a log that is gone already is as good.
            try? FileManager.default.removeItem(atPath: path + "/deliveries-city.db" + suffix)
        }
    }
}

extension DeliveryStatus {
    /// Every row of a month was judged.
    var isPayrollSettled: Bool { payroll.open + payroll.sent == 0 }
}

/// What makes a row of a month one at the platform.
func payrollKey(_ row: [String: Any]) -> String {
    ["idCardNumber", "payMonth"].map { "\(row[$0] ?? "")" }.joined(separator: " ")
}
