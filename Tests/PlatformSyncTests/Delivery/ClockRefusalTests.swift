import AttendanceLedger
import SiteModel
import Synchronization
import Testing

@testable import PlatformSync

/// Around midnight a platform whose clock is seconds behind finds a pass to be of tomorrow.
@Suite struct ClockRefusalTests {
    private static let refusal = SubmissionAnswer.refused(
        PlatformRefusal(
            code: "-1", words: "[date]不能大于当天",
            cause: .clock(UTCInstant(rfc3339: "2026-03-02T15:59:58Z"))))

    @Test func aPassThatIsOfTomorrowThereIsSentAgain() async throws {
        let (site, worker) = try await Self.site()
        try await site.pass(worker, count: 4)
        let platform = OddPlatform(submit: { number, _ in
            number < 5 ? Self.refusal : .taken(number: nil)
        })
        let status = try await deliver(site, platform) { $0.confirmed + $0.rejected == 4 }
        #expect(status.confirmed == 4 && status.rejected == 0)
        #expect(platform.taken.count == 4 && platform.taken == platform.taken.sorted())
        #expect(status.platformTime == UTCInstant(rfc3339: "2026-03-02T15:59:58Z"))
    }

    /// Then it is no matter of seconds.
    @Test func aPassOfADayAgoIsSetAside() async throws {
        let (site, worker) = try await Self.site()
        try await site.pass(worker, age: .seconds(86_400 + 60))
        let status = try await deliver(site, OddPlatform(submit: { _, _ in Self.refusal })) {
            $0.rejected == 1
        }
        #expect(status.confirmed == 0)
    }

    @Test func aChangeThatIsOfTomorrowThereIsSentAgain() async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["木工二班"])
        try await site.join(1, team: "木工二班")
        let count = Mutex(0)
        let platform = OddPlatform(other: { submission in
            guard case .siteMembership = submission else { return nil }
            return count.withLock { count in
                count += 1
                return count <= 3 ? Self.refusal : .taken(number: nil)
            }
        })
        let head = try #require(try site.reader.head()).sequence.rawValue
        let status = try await deliver(site, platform) {
            $0.position >= head && ($0.changesOpen + $0.changesSent == 0)
        }
        #expect(status.changesRejected == 0)
    }

    private static func site() async throws -> (DeliverySite, WorkerID) {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["木工二班"])
        return (site, try await site.join(1, team: "木工二班", isBaseline: true))
    }
}
