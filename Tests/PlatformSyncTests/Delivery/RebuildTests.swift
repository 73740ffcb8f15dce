import AttendanceLedger
import Foundation
import SiteModel
import Testing

@testable import PlatformSync

/// A file of deliveries that is lost is made again from what the ledger proves.
@Suite(.serialized) struct RebuildTests {
    /// A ledger whose passes were all confirmed but the last ten, and no file of deliveries.
    private func site(passCount: Int) async throws -> DeliverySite {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["钢筋一班"])
        let worker = try await site.join(1, team: "钢筋一班")
        let before = try #require(try site.reader.head()).sequence.rawValue
        try await site.pass(worker, count: passCount, age: .seconds(3_600))
        let head = try #require(try site.reader.head()).sequence.rawValue
        let told = (before + 1...head).map { LedgerSequence($0) }
        // The newest is confirmed: those that are not lie below it.
        let proven = Array(told.dropLast(11)) + [told[told.count - 1]]
        let drafts = stride(from: 0, to: proven.count, by: 1_000).map { start in
            EntryDraft(
                AttendanceConfirmed(
                    platform: "city", receipt: "r\(start)",
                    entries: Array(proven[start..<min(start + 1_000, proven.count)])),
                kind: .attendanceConfirmed, clock: site.clock.now())
        }
        _ = try await site.ledger.append(drafts)
        return site
    }

    /// Cut off half-way, it begins again: nothing below the newest proof is forgotten.
    @Test func aRebuildThatIsCutOffBeginsAgain() async throws {
        let site = try await site(passCount: 5_000)
        let platform = ScriptedPlatform()
        try await cutOffARebuild(of: site, platform)
        let head = try #require(try site.reader.head()).sequence.rawValue
        let status = try await deliver(site, platform) { $0.isSettled(upTo: head) }
        #expect(status.recorded == 5_000)
        #expect(status.confirmed == 5_000)
        #expect(platform.passTimes.count == 10)
    }

    /// The file is free when it is gone.
    private func cutOffARebuild(of site: DeliverySite, _ platform: ScriptedPlatform) async throws {
        let delivery = try site.delivery(to: platform)
        try await delivery.beginAndFoldSome()
        await delivery.close()
    }

    /// What was handed over long ago says nothing of what was sent since.
    @Test func anOldBundleTakesNoDoubtAway() async throws {
        let site = try await site(passCount: 50)
        _ = try await site.ledger.append([
            EntryDraft(
                BundleWritten(after: LedgerSequence(0), by: "officer"), kind: .bundleWritten,
                clock: site.clock.now())
        ])
        let worker = try await site.join(2, team: "钢筋一班")
        try await site.pass(worker, count: 5)
        let delivery = try site.delivery(to: ScriptedPlatform())
        try await delivery.beginAndFoldSome()
        let head = try #require(try site.reader.head()).sequence.rawValue
        #expect(try await delivery.doubt >= head - 1)
        await delivery.close()
    }
}

extension PlatformDelivery {
    fileprivate func beginAndFoldSome() throws {
        try begin()
        _ = try takeIn()
    }

    fileprivate var doubt: Int64 { get throws { try file.mark(.doubt) } }
}
