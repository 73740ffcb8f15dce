import AttendanceLedger
import SiteModel
import Synchronization
import Testing

@testable import PlatformSync

/// A gateway whose clock is wrong, at a platform that looks at the time of a request.
@Suite(.serialized) struct WrongClockTests {
    @Test(
        "B4: refused for our time, nothing is poisoned: its Date is a hint, all stays queued and goes on",
        arguments: [660, -660] as [Int64])
    func aWrongClockIsNamedAndNothingIsLost(seconds: Int64) async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["钢筋一班"])
        let worker = try await site.join(1, team: "钢筋一班")
        try await site.pass(worker, count: 30)
        let head = try #require(try site.reader.head()).sequence.rawValue
        let clock = ShiftedClock(site.clock)
        try await withSandbox(in: site.path) { port in
            let view = SandboxView(port: port)
            _ = try await deliver(site, try site.platform(port: port, clock: clock)) {
                $0.isSettled(upTo: head)
            }
            clock.shift(bySeconds: seconds)
            try await site.pass(worker, count: 30, age: .seconds(100))
            let delivery = try site.delivery(to: try site.platform(port: port, clock: clock))
            let running = Task { try await delivery.run() }
            try await wait(for: delivery) { $0.stopped != nil && $0.open + $0.unknown == 30 }
            // Many refusals later nothing has been given up.
            try await Task.sleep(for: .milliseconds(300))
            let status = try await delivery.status()
            #expect(status.stopped?.hasPrefix("-2 ") == true)
            let off = try #require(status.platformTime).milliseconds - site.clock.now().wall.milliseconds
            #expect(abs(off) < 5_000, "the platform's Date is the hint")
            #expect(status.confirmed == 30 && status.rejected == 0 && status.changesRejected == 0)
            #expect(try await view.rows("attendance").count == 30)
            clock.shift(bySeconds: 0)
            try await wait(for: delivery) { $0.confirmed == 60 }
            let done = try await delivery.status()
            #expect(done.stopped == nil && done.platformTime == nil)
            await delivery.stop()
            try await running.value
            await delivery.close()
            let rows = try await view.rows("attendance")
            #expect(rows.count == 60 && Set(rows.map(passKey)).count == 60)
        }
    }

    private func wait(
        for delivery: PlatformDelivery, until isThere: (DeliveryStatus) -> Bool
    ) async throws {
        let deadline = SystemSiteClock.uptime() + .seconds(180)
        while try await !isThere(delivery.status()) {
            guard SystemSiteClock.uptime() < deadline else {
                Issue.record("\(try await delivery.status())")
                return
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}

/// A clock whose wall time somebody has set wrong.
private final class ShiftedClock: SiteClock {
    private let clock: any SiteClock
    private let seconds = Mutex<Int64>(0)

    init(_ clock: any SiteClock) {
        self.clock = clock
    }

    func shift(bySeconds seconds: Int64) { self.seconds.withLock { $0 = seconds } }

    func now() -> ClockReading {
        let now = clock.now()
        return ClockReading(
            wall: now.wall.advanced(byMilliseconds: seconds.withLock { $0 } * 1_000), uptime: now.uptime,
            boot: now.boot, synchronisation: now.synchronisation)
    }
}
