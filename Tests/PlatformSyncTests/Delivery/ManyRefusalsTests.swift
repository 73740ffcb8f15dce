import AttendanceLedger
import SiteModel
import Synchronization
import Testing

@testable import PlatformSync

/// Thousands of refusals: one is found by its key, all of a kind are decided about at once, and a platform
/// that refuses one after the other is left alone.
@Suite(.timeLimit(.minutes(10))) struct ManyRefusalsTests {
    /// In the field it takes 64 of them.
    private static let policy: DeliveryPolicy = {
        var policy = DeliveryPolicy.hasty
        policy.refusalsUntilPause = 8
        return policy
    }()

    @Test("D4: after a run of single refusals with one code the deliveries pause by themselves")
    func aPlatformThatRefusesEverythingIsLeftAlone() async throws {
        let (site, worker) = try await Self.site()
        try await site.pass(worker, count: 40)
        let platform = SwitchedPlatform()
        try await delivering(site, platform.adapter, policy: Self.policy) { delivery in
            try await wait(for: delivery) { $0.isPaused }
            let status = try await delivery.status()
            #expect(status.pauseCode == "10" && status.rejected == 8)
        }
        // Also after a restart, until somebody looked.
        try await delivering(site, platform.adapter, policy: Self.policy) { delivery in
            try await wait(for: delivery) { $0.isPaused && $0.pauseCode == "10" }
            let count = try await delivery.settleAll(
                RefusedSelection(code: "10"), resend: true, by: "officer", reason: "mended there",
                isDry: true)
            #expect(count == BulkSettlement(count: 8, keptCount: 0))
            #expect(try await delivery.status().rejected == 8)
            platform.refuses = false
            _ = try await delivery.settleAll(
                RefusedSelection(code: "10"), resend: true, by: "officer", reason: "mended there",
                isDry: false)
            try await delivery.setPaused(false)
            try await wait(for: delivery) { $0.confirmed == 40 }
            #expect(try await delivery.status().pauseCode == nil)
        }
    }

    /// One that is taken between them says that the records are bad, and not the way.
    @Test func refusalsAmongPassesThatAreTakenPauseNothing() async throws {
        let (site, worker) = try await Self.site()
        try await site.pass(worker, count: 20)
        let platform = SwitchedPlatform(refusing: { $0.milliseconds / 1_000 % 2 == 0 })
        try await delivering(site, platform.adapter, policy: Self.policy) { delivery in
            try await wait(for: delivery) { $0.rejected == 10 && $0.confirmed == 10 }
            #expect(try await !delivery.status().isPaused)
        }
    }

    /// Nothing was sent: a roster that came without photos.
    @Test func whatTheSiteLacksPausesNothing() async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["木工二班"])
        for number in 0..<Self.policy.refusalsUntilPause + 6 {
            try await site.join(number, team: "木工二班", hasPhoto: false)
        }
        let platform = OddPlatform(other: { submission in
            guard case .worker = submission else { return nil }
            return .refused(
                PlatformRefusal(
                    code: PlatformRefusal.localCode, words: "[headImage]不能为空", cause: .record))
        })
        try await delivering(site, platform, policy: Self.policy) { delivery in
            try await wait(for: delivery) { $0.changesRejected == Int64(Self.policy.refusalsUntilPause + 6) }
            #expect(try await !delivery.status().isPaused)
        }
    }

    @Test func passesOfADayAndOthersOfACodeAreChosen() async throws {
        let (site, worker) = try await Self.site()
        let entries = try await site.pass(worker, count: 6)
        let older = try await site.pass(worker, count: 3, age: .seconds(2 * 86_400))
        let platform = SwitchedPlatform()
        try await delivering(site, platform.adapter) { delivery in
            try await wait(for: delivery) { $0.rejected == 9 }
            let day = site.clock.now().wall.advanced(byMilliseconds: -2 * 86_400_000)
                .day(offsetMilliseconds: 28_800_000)
            func count(_ code: String?, _ day: CivilDate?) async throws -> Int {
                try await delivery.settleAll(
                    RefusedSelection(code: code, day: day), resend: false, by: "officer", reason: "x",
                    isDry: true
                ).count
            }
            #expect(try await count("11", nil) == 0)
            #expect(try await count("10", nil) == 9)
            #expect(try await count(nil, day) == 3)
            #expect(try await count("10", day) == 3)
            #expect(try await count("11", day) == 0)
            let found = try await delivery.settleAll(
                RefusedSelection(day: day), resend: false, by: "officer", reason: "drill", isDry: false)
            #expect(found.count == 3)
            try await wait(for: delivery) { $0.rejected == 6 && $0.recorded == 6 }
            #expect(try await delivery.rejected(older[0]).isEmpty)
            #expect(try await delivery.rejected(entries[5]).map(\.code) == ["10"])
        }
    }

    /// Of thousands of one worker each is there, and all are decided about at once.
    @Test func oneOfThousandsIsFoundByItsKey() async throws {
        let (site, worker) = try await Self.site()
        let passes = try await site.pass(worker, count: 3_000)
        let delivery = try site.delivery(to: ScriptedPlatform())
        try await delivery.setPaused(true)
        _ = try await site.ledger.append(
            passes.map { pass in
                EntryDraft(
                    DeliveryAnswered(
                        platform: "city", entry: pass, state: .rejected, code: "10", words: "x"),
                    kind: .deliveryAnswered, subject: .worker(worker), clock: site.clock.now())
            })
        let running = Task { try await delivery.run() }
        try await wait(for: delivery) { $0.rejected == 3_000 }
        #expect(try await delivery.rejected(limit: 1_000).count == 1_000)
        #expect(try await delivery.rejected(passes[2_999]).count == 1)
        let all = try await delivery.settleAll(
            RefusedSelection(code: "10"), resend: false, by: "officer", reason: "x", isDry: false)
        #expect(all.count == 3_000)
        try await wait(for: delivery) { $0.rejected == 0 && $0.recorded == 0 }
        await delivery.stop()
        try await running.value
        await delivery.close()
    }

    private static func site() async throws -> (DeliverySite, WorkerID) {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["木工二班"])
        return (site, try await site.join(1, team: "木工二班", isBaseline: true))
    }
}

/// Refuses calls in which a pass is chosen, until it is told otherwise.
private final class SwitchedPlatform: Sendable {
    private let isRefusing = Mutex(true)
    private let chosen: @Sendable (UTCInstant) -> Bool

    init(refusing chosen: @escaping @Sendable (UTCInstant) -> Bool = { _ in true }) {
        self.chosen = chosen
    }

    var refuses: Bool {
        get { isRefusing.withLock { $0 } }
        set { isRefusing.withLock { $0 = newValue } }
    }

    var adapter: OddPlatform {
        OddPlatform(submit: { [self] _, passes in
            refuses && passes.contains { chosen($0.at) }
                ? .refused(PlatformRefusal(code: "10", words: "refused", cause: .record))
                : .taken(number: nil)
        })
    }
}
