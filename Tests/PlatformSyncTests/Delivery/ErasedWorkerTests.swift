import AttendanceLedger
import SiteModel
import Testing

@testable import PlatformSync

/// What waits of a worker who is erased counts no more: else no day of theirs would ever be complete.
@Suite(.timeLimit(.minutes(5))) struct ErasedWorkerTests {
    enum Place: CaseIterable {
        /// Taken in and not planned: the deliveries are paused.
        case unplanned
        /// The platform gave a receipt, and no verdict yet.
        case sent
        case refused
        /// Nobody knows whether it arrived.
        case unknown
    }

    @Test("an erased worker's waiting correction counts no more", arguments: Place.allCases)
    func aWaitingCorrectionCountsNoMore(place: Place) async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["木工二班"])
        let (worker, other) = (
            try await site.join(1, team: "木工二班", isBaseline: true),
            try await site.join(2, team: "木工二班", isBaseline: true)
        )
        try await site.pass(other)
        let platform = OddPlatform(
            submit: { _, passes in
                guard passes.contains(where: { $0.means == .corrected }) else { return .taken(number: nil) }
                return switch place {
                case .unplanned: .taken(number: nil)
                case .sent: .received(receipt: "1")
                case .refused: .refused(PlatformRefusal(code: "10", words: "x", cause: .record))
                case .unknown: .unknown(words: "no answer in time")
                }
            }, verdict: { _ in .pending })
        var policy = DeliveryPolicy.hasty
        (policy.pendingLimit, policy.looks) = (.seconds(600), [.seconds(600)])
        try await delivering(site, platform, policy: policy) { delivery in
            try await wait(for: delivery) { $0.confirmed == 1 }
            if place == .unplanned { try await delivery.setPaused(true) }
            let now = site.clock.now()
            _ = try await site.ledger.append([
                EntryDraft(
                    Correction(
                        action: .added, target: nil,
                        passes: [
                            StatedPass(
                                direction: .entering, at: now.wall.advanced(byMilliseconds: -3_600_000))
                        ], by: "officer", reason: "forgot"),
                    kind: .correction, subject: .worker(worker), clock: now)
            ])
            try await wait(for: delivery) { status in
                switch place {
                case .unplanned: status.recorded == 2
                case .sent: status.sent == 1
                case .refused: status.rejected == 1
                case .unknown: status.unknown == 1
                }
            }
            _ = try await site.ledger.append([
                EntryDraft(
                    WorkerErased(isForced: true, by: "test", reason: "test"), kind: .workerErased,
                    subject: .worker(worker), clock: site.clock.now())
            ])
            let head = try #require(try site.reader.head()).sequence.rawValue
            try await wait(for: delivery) { $0.position >= head }
            let status = try await delivery.status()
            #expect(status.recorded == 1 && status.confirmed == 1, "\(status)")
            #expect(status.rejected + status.sent + status.unknown + status.open == 0, "\(status)")
        }
    }
}
