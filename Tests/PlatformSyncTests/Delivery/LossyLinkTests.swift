import AttendanceLedger
import Foundation
import SiteModel
import Testing

@testable import PlatformSync

/// A backlog over a link that comes and goes and loses a third of what is said.
@Suite(.serialized, .timeLimit(.minutes(5))) struct LossyLinkTests {
    private static let backlog = 4_000
    private static let workerCount = 20
    private static let window = Duration.milliseconds(2_000)

    @Test(
        "D6: each window brings a backlog forward, today's is confirmed within 5 s, and all is there once",
        arguments: [(1, false), (2, true)] as [(UInt64, Bool)])
    func aBacklogGoesUpWindowByWindow(seed: UInt64, isNewestFirst: Bool) async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["木工二班"])
        var workers: [WorkerID] = []
        for number in 0..<Self.workerCount { workers.append(try await site.join(number, team: "木工二班")) }
        let platform = LossyPlatform(seed: seed, loss: 0.3, roundTrip: .milliseconds(2))
        platform.setThere(true)
        let head = try #require(try site.reader.head()).sequence.rawValue
        _ = try await deliver(site, platform) { $0.isSettled(upTo: head) }
        platform.setThere(false)
        for worker in workers {
            try await site.pass(worker, count: Self.backlog / Self.workerCount, age: .seconds(86_400))
        }
        var policy = DeliveryPolicy.hasty
        policy.isNewestFirst = isNewestFirst
        let delivery = try site.delivery(to: platform, policy: policy)
        let running = Task { try await delivery.run() }
        var (windows, liveCount, slowest) = (0, 0, Duration.zero)
        while try await delivery.status().confirmed < Self.backlog + liveCount, windows < 100 {
            windows += 1
            let before = try await delivery.status().confirmed
            let answers = platform.answerCount
            platform.setThere(true)
            while platform.answerCount == answers { try await Task.sleep(for: .milliseconds(1)) }
            // Somebody passes as soon as the link is known to be there.
            let opened = SystemSiteClock.uptime()
            let pass = try await site.pass(workers[0], age: .seconds(300 - windows))[0]
            liveCount += 1
            while try !isConfirmed(pass, on: site), SystemSiteClock.uptime() - opened < .seconds(60) {
                try await Task.sleep(for: .milliseconds(5))
            }
            slowest = max(slowest, SystemSiteClock.uptime() - opened)
            let left = Self.window - (SystemSiteClock.uptime() - opened)
            if left > .zero { try await Task.sleep(for: left) }
            // On a busy machine a window lasts until something came through it.
            while try await delivery.status().confirmed <= before + 1,
                SystemSiteClock.uptime() - opened < .seconds(60)
            { try await Task.sleep(for: .milliseconds(20)) }
            #expect(
                try await delivery.status().confirmed > before + 1,
                "window \(windows) brought nothing of the backlog, seed \(seed)")
            platform.setThere(false)
            try await Task.sleep(for: .milliseconds(100))
        }
        await delivery.stop()
        try await running.value
        let held = platform.held
        print(
            "lossy link, seed \(seed): \(windows) windows, \(platform.lostCount) calls or answers lost, "
                + "\(held.count) passes, live ones confirmed within \(slowest)")
        #expect(held.count == Self.backlog + liveCount && Set(held).count == held.count)
    }

    private func isConfirmed(_ pass: LedgerSequence, on site: DeliverySite) throws -> Bool {
        let after = LedgerSequence(pass.rawValue - 1)
        return try site.reader.entries(after: after, limit: 10_000).contains { entry in
            guard entry.kind == .attendanceConfirmed else { return false }
            return try AttendanceConfirmed(encoded: entry.body).entries.contains(pass)
        }
    }
}
