import AttendanceLedger
import SiteModel
import Testing

@testable import PlatformSync

/// What was confirmed is signed, and what is derived can be made again.
@Suite(.serialized) struct SignedConfirmationsTests {
    @Test func aCheckpointFollowsConfirmationsAndNotEachOfThem() async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["钢筋一班"])
        let worker = try await site.join(1, team: "钢筋一班")
        try await site.pass(worker, count: 100, age: .seconds(3_600))
        let head = try #require(try site.reader.head()).sequence.rawValue
        _ = try await deliver(site, ReceiptPlatform()) { $0.isSettled(upTo: head) }
        var (proofs, checkpoints): ([LedgerSequence], [LedgerSequence]) = ([], [])
        try site.reader.forEachEntry { entry in
            if entry.kind == .attendanceConfirmed { proofs.append(entry.sequence) }
            if entry.kind == .checkpoint { checkpoints.append(entry.sequence) }
        }
        #expect(proofs.count == 20)
        // The first confirmation, and the end.
        #expect((1...2).contains(checkpoints.count))
        #expect(try #require(checkpoints.last) > #require(proofs.last))
    }

    @Test func aMarkedFileIsMadeAgainAndSaysTheSame() async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["钢筋一班"])
        let worker = try await site.join(1, team: "钢筋一班")
        try await site.pass(worker, count: 30, age: .seconds(3_600))
        let platform = ReceiptPlatform()
        let head = try #require(try site.reader.head()).sequence.rawValue
        let before = try await deliver(site, platform) { $0.isSettled(upTo: head) }
        #expect(try DeliveryRebuild.mark(in: site.path) == ["deliveries-city.db"])
        let again = try #require(try site.reader.head()).sequence.rawValue
        let after = try await deliver(site, platform) { $0.isSettled(upTo: again) }
        #expect(after.recorded == before.recorded && after.confirmed == before.confirmed)
        #expect(before.confirmed == 30)
        #expect(platform.passTimes.count == 30)
        #expect(platform.newWorkerCount == 1 && platform.joiningCount == 1)
    }
}
