import Logging
import SiteModel
import Synchronization

@testable import LocalWeb

/// An invented site whose state a test changes while the board shows it.
final class Scene: Sendable {
    static let noon = UTCInstant(rfc3339: "2026-11-21T04:10:53.123Z")!

    private let present: Mutex<BoardSnapshot>
    private let changes = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    init(_ change: (inout BoardSnapshot) -> Void = { _ in }) {
        var snapshot = Scene.snapshot()
        change(&snapshot)
        present = Mutex(snapshot)
    }

    /// Three swipes, two teams, one reader and one barrier; nothing wrong.
    static func snapshot() -> BoardSnapshot {
        var reader = DeviceStatus(
            lane: "北门", name: "north-in", isBarrier: false, direction: .entering, driver: "rdm6300",
            port: "/dev/ttyUSB0", state: .online)
        reader.lastReadAt = noon
        reader.reads = 17
        let barrier = DeviceStatus(
            lane: "北门", name: "barrier", isBarrier: true, direction: .unknown, driver: "lcus-relay",
            port: "/dev/ttyUSB1", state: .online)
        return BoardSnapshot(
            siteName: "示范工地", node: "north-gate", now: noon, offsetMilliseconds: 8 * 3_600_000,
            isClockSynchronised: true,
            swipes: [swipe(3, name: "张三"), swipe(2, name: "李四"), swipe(1, name: "王五")],
            teams: [
                TeamPresence(name: "钢筋一班", onSiteCount: 2, memberCount: 20),
                TeamPresence(name: "木工班", onSiteCount: 1, memberCount: 10),
            ],
            onSiteCount: 3, grantedTodayCount: 3, refusedTodayCount: 0, devices: [reader, barrier],
            ledgerPosition: LedgerSequence(18_204))
    }

    static func swipe(
        _ sequence: Int64, name: String = "张三", team: String = "钢筋一班", reason: DenialReason? = nil,
        direction: Direction = .entering, isOpened: Bool = true, isTimeUncertain: Bool = false
    ) -> BoardSwipe {
        BoardSwipe(
            sequence: LedgerSequence(sequence),
            occurredAt: noon.advanced(byMilliseconds: (sequence - 3) * 60_000),
            person: .worker(name: name, team: team), lane: "北门", direction: direction, reason: reason,
            isOpened: isOpened, isTimeUncertain: isTimeUncertain)
    }

    var snapshot: BoardSnapshot { present.withLock { $0 } }

    func change(_ change: (inout BoardSnapshot) -> Void) {
        present.withLock { change(&$0) }
        changes.continuation.yield()
    }

    func swipe(_ sequence: Int64, name: String) {
        change {
            $0.swipes.insert(Self.swipe(sequence, name: name), at: 0)
            $0.ledgerPosition = LedgerSequence(sequence)
        }
    }

    func board() throws -> LiveBoard {
        try LiveBoard(
            snapshot: { self.snapshot },
            follow: { wake in
                for await _ in self.changes.stream { wake() }
            },
            logger: Logger(label: "test"))
    }
}
