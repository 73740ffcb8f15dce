import DeviceSessions
import Dispatch
import Glibc
import Logging
import SiteModel
import Synchronization
import Testing
import VirtualSite

/// One after another: they count descriptors, and two cores make a poor gate for four readers at once.
@Suite(.serialized)
struct DeviceTests {}

/// Virtual devices in a folder of their own, a supervisor over them, and what it handed up.
final class Site: Sendable {
    struct Seen {
        var swipes: [Swipe] = []
        /// Swipes in each call of the handler.
        var calls: [Int] = []
        var events: [DeviceEvent] = []
        var isReady = false
    }

    let folder: String
    private let seen = Mutex(Seen())

    private let judge: SwipeHandler

    /// `judge` decides and is the ledger too; by default everybody is granted.
    init(judge: @escaping SwipeHandler = Site.grantAll) {
        self.judge = judge
        var template = Array("\(P_tmpdir)/muster-devices-XXXXXX".utf8CString)
        precondition(mkdtemp(&template) != nil, "no temporary folder")
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in (0..<8).flatMap({ ["reader\($0)", "relay\($0)"] }) { unlink(path(name)) }
        rmdir(folder)
    }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    func reader(
        _ number: Int = 0, lane: String = "north", driver: String = "rdm6300",
        direction: Direction = .entering
    ) -> ReaderPlan {
        ReaderPlan(
            name: ReaderName(lane: lane, reader: "in\(number)"), address: .port(path("reader\(number)")),
            driver: driver, direction: direction)
    }

    func barrier(lane: String = "north", channel: Int = 1) -> BarrierPlan {
        BarrierPlan(
            lane: lane, address: .port(path("relay0")), driver: "lcus-relay",
            options: ["channel": "\(channel)"])
    }

    /// Runs the plan while `body` does its part, then stops it and waits for the end.
    func run(
        _ lanes: [LanePlan],
        _ body: @Sendable (DeviceSupervisor) async throws -> Void
    ) async throws {
        let supervisor = try DeviceSupervisor(
            plan: DevicePlan(lanes: lanes), clock: try SystemSiteClock(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            swipes: { [self] swipes in
                seen.withLock {
                    $0.swipes += swipes
                    $0.calls.append(swipes.count)
                }
                return await judge(swipes)
            },
            events: { [self] event in seen.withLock { $0.events.append(event) } })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                await supervisor.run { [self] in seen.withLock { $0.isReady = true } }
            }
            let isReady = await eventually { self.seen.withLock { $0.isReady } }
            do {
                if isReady { try await body(supervisor) }
            } catch {
                supervisor.stop()
                throw error
            }
            supervisor.stop()
            try await group.waitForAll()
            if !isReady { throw NotReady() }
        }
    }

    struct NotReady: Error {}

    static let grantAll: SwipeHandler = { swipes in
        swipes.map { $0.isTimeUncertain ? .unchanged : .granted }
    }

    var swipes: [Swipe] { seen.withLock { $0.swipes } }
    var calls: [Int] { seen.withLock { $0.calls } }
    var events: [DeviceEvent] { seen.withLock { $0.events } }

    var gapsBegun: [ReaderGap] { events.compactMap { if case .gapBegan(let gap) = $0 { gap } else { nil } } }
    var gapsEnded: [ReaderGap] { events.compactMap { if case .gapEnded(let gap) = $0 { gap } else { nil } } }
}

/// A value that a test and the handler under test both see.
final class Shared<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    init(_ value: Value) {
        self.value = Mutex(value)
    }

    func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
        value.withLock { body(&$0) }
    }
}

/// Runs what blocks (a full line) on a thread that is not the sessions'.
func onThread(_ body: @escaping @Sendable () -> Void) async {
    await withCheckedContinuation { continuation in
        DispatchQueue.global().async {
            body()
            continuation.resume()
        }
    }
}

/// Looks every millisecond until `condition` holds or `seconds` are over.
func eventually(within seconds: Double = 10, _ condition: @Sendable () -> Bool) async -> Bool {
    let deadline = SystemSiteClock.uptime() + .seconds(seconds)
    while !condition() {
        if SystemSiteClock.uptime() > deadline { return false }
        await pause()
    }
    return true
}

/// One millisecond, off the cooperative pool's clock: poll on nothing would block a pool thread.
private func pause() async {
    try? await Task.sleep(for: .milliseconds(1))  // try?: a cancelled wait is a short one.
}

/// Cards with the numbers 1 to `count`.
func cards(_ count: Int, from first: Int = 1) -> [CardNumber] {
    (first..<(first + count)).map { CardNumber(value: UInt64($0), bitLength: 32)! }
}

/// Descriptors of this process whose pseudo-terminal has hung up: each belongs to a port that was not closed.
/// Living terminals are left out: other suites run at the same time.
func hungUpTerminalCount() -> Int {
    (0..<1_024).count { descriptor in
        var target = [UInt8](repeating: 0, count: 256)
        let count = target.withUnsafeMutableBytes { buffer in
            readlink("/proc/self/fd/\(descriptor)", buffer.baseAddress!, buffer.count)
        }
        guard count > 0 else { return false }
        let path = String(decoding: target[0..<count], as: UTF8.self)
        return path.hasPrefix("/dev/pts/") && path.hasSuffix(" (deleted)")
    }
}
