import AttendanceLedger
import Foundation
import SiteModel
import Testing

@testable import PlatformSync

/// A platform that is away for two months, under a clock that is moved by hand.
@Suite(.serialized, .timeLimit(.minutes(5))) struct LongOutageTests {
    private static let dayCount = 60
    private static let passesPerDay = 100
    private static let workerCount = 10

    @Test("D9: sixty days away: nothing is dropped, an event takes at most 200 bytes, all goes up afterwards")
    func sixtyDaysAway() async throws {
        let clock = ManualSiteClock()
        let site = try DeliverySite(clock: clock)
        try await site.addCompany(teams: ["木工二班"])
        var workers: [WorkerID] = []
        for number in 0..<Self.workerCount { workers.append(try await site.join(number, team: "木工二班")) }
        let platform = ScriptedPlatform()
        let first = try #require(try site.reader.head()).sequence.rawValue
        _ = try await deliver(site, platform) { $0.isSettled(upTo: first) }
        let before = try byteCount(of: site)
        platform.setReachable(false)
        let late = try await site.join(50, team: "木工二班")
        let delivery = try site.delivery(to: platform, policy: DeliveryPolicy())
        let running = Task { try await delivery.run() }
        var attempts: [Int] = []
        for day in 1...Self.dayCount {
            for worker in workers {
                try await site.pass(worker, count: Self.passesPerDay / Self.workerCount)
            }
            for _ in 0..<2 {
                let before = platform.attemptCount
                clock.advance(byMilliseconds: 12 * 3_600_000)
                try await isTried(platform, after: before, delivery, clock)
            }
            attempts.append(platform.attemptCount)
            let status = try await delivery.status()
            #expect(status.open + status.unknown == Int64(day * Self.passesPerDay), "day \(day)")
            #expect(status.changesOpen > 0 && status.rejected == 0)
        }
        let head = try #require(try site.reader.head()).sequence.rawValue
        let count = Self.dayCount * Self.passesPerDay
        #expect(zip(attempts, attempts.dropFirst()).allSatisfy(<), "each day it was tried")
        platform.setReachable(true)
        await delivery.tryNow()
        let deadline = SystemSiteClock.uptime() + .seconds(60)
        while try await !delivery.status().isSettled(upTo: head), SystemSiteClock.uptime() < deadline {
            clock.advance(byMilliseconds: 1_000)
            delivery.wake()
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(try await delivery.status().confirmed == Int64(count))
        await delivery.stop()
        try await running.value
        let times = platform.passTimes
        #expect(times.count == count)
        #expect(try site.reader.verify().isWhole)
        let told = try site.reader.deliveryAnswers(of: late).map { try DeliveryAnswered(encoded: $0.body) }
        #expect(told.contains { $0.state == .confirmed })
        await site.ledger.close()
        let taken = try byteCount(of: site) - before
        print("60 days away: \(count) passes, \(taken / count) bytes each, \(attempts.last ?? 0) attempts")
        #expect(taken <= 200 * count)
    }

    private func isTried(
        _ platform: ScriptedPlatform, after before: Int, _ delivery: PlatformDelivery,
        _ clock: ManualSiteClock
    ) async throws {
        let deadline = SystemSiteClock.uptime() + .seconds(180)
        while platform.attemptCount == before, SystemSiteClock.uptime() < deadline {
            clock.advance(byMilliseconds: 100)
            delivery.wake()
            try await Task.sleep(for: .milliseconds(1))
        }
        #expect(platform.attemptCount > before)
    }

    /// Of ledger and deliveries; their logs are bounded and not counted.
    private func byteCount(of site: DeliverySite) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: site.path)
            .filter { $0.hasSuffix(".db") }
            .map { name in
                let of = try FileManager.default.attributesOfItem(atPath: "\(site.path)/\(name)")
                return (of[.size] as? Int) ?? 0
            }.reduce(0, +)
    }
}
