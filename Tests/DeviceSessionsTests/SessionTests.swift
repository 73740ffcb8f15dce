import DeviceIO
import Logging
import SiteModel
import Testing
import VirtualSite

@testable import DeviceSessions

extension DeviceTests {
    /// When a session ends, and whom it still lets through.
    @Suite(.timeLimit(.minutes(10)))
    struct SessionTests {
        @Test
        func aStopBetweenOpeningAndServingEndsTheSession() async throws {
            let site = Site()
            let far = try VirtualPort(path: site.path("reader0"))
            let bench = try Bench([LanePlan(name: "north", readers: [site.reader()])])
            let hasEnded = Shared(false)
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    // The port is open here, and the session does not have it yet.
                    await bench.run(0) { bench.devices[0].stop() }
                    hasEnded.withLock { $0 = true }
                }
                #expect(await eventually(within: 5) { hasEnded.withLock { $0 } })
                bench.devices[0].stop()
            }
            bench.thread.stop()
            far.hangUp()
            #expect(await eventually { hungUpTerminalCount() == 0 })
        }

        @Test
        func aStopAtAnyMomentOfTheStartEndsInTime() async throws {
            let site = Site()
            let readers = try (0..<2).map { try VirtualCardReader(path: site.path("reader\($0)")) }
            let relay = try VirtualRelayBoard(path: site.path("relay0"))
            let lanes = readers.indices.map {
                LanePlan(
                    name: "lane\($0)", readers: [site.reader($0, lane: "lane\($0)")],
                    barrier: site.barrier(lane: "lane\($0)", channel: $0 + 1))
            }
            for seed in UInt64(1)...200 {
                var source = SplitMix64(state: seed)
                let delay = Duration.microseconds(Int64.random(in: 0...4_000, using: &source))
                try #require(
                    await endsInTime(lanes, stoppedAfter: delay), "seed \(seed), stop after \(delay)")
            }
            #expect(relay.badByteCount == 0)
        }

        /// A session that hangs is freed by the cancellation, which stops once more.
        private func endsInTime(_ lanes: [LanePlan], stoppedAfter delay: Duration) async throws -> Bool {
            let supervisor = try DeviceSupervisor(
                plan: DevicePlan(lanes: lanes), clock: try SystemSiteClock(), logger: silentLogger,
                swipes: Site.grantAll, events: { _ in })
            let hasEnded = Shared(false)
            return await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    await supervisor.run()
                    hasEnded.withLock { $0 = true }
                }
                group.addTask {
                    let moment = SystemSiteClock.uptime() + delay
                    await onThread { while SystemSiteClock.uptime() < moment {} }
                    supervisor.stop()
                }
                let isInTime = await eventually(within: 5) { hasEnded.withLock { $0 } }
                group.cancelAll()
                return isInTime
            }
        }

        struct LatenessRow: Sendable {
            let direction: Direction
            let age: Duration
            let isLetThrough: Bool
        }

        @Test(arguments: [
            LatenessRow(direction: .entering, age: .milliseconds(200), isLetThrough: true),
            LatenessRow(direction: .entering, age: .seconds(2), isLetThrough: false),
            LatenessRow(direction: .entering, age: .seconds(7), isLetThrough: false),
            LatenessRow(direction: .unknown, age: .milliseconds(200), isLetThrough: true),
            LatenessRow(direction: .unknown, age: .seconds(7), isLetThrough: false),
            LatenessRow(direction: .leaving, age: .seconds(7), isLetThrough: true),
        ])
        func onlyWhoLeavesIsLetThroughLate(row: LatenessRow) async throws {
            let site = Site()
            let relay = try VirtualRelayBoard(path: site.path("relay0"))
            let lane = LanePlan(
                name: "north", readers: [site.reader(direction: row.direction)], barrier: site.barrier())
            let bench = try Bench([lane])
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await bench.run(1) {} }
                #expect(await eventually { relay.offCount() == 1 })
                await bench.replay(cards(1), shownAt: SystemSiteClock.uptime() + (.zero - row.age))
                #expect(
                    await eventually {
                        let barrier = bench.board.statuses[1]
                        return barrier.pulses + barrier.failedPulses == 1
                    })
                bench.devices[1].stop()
            }
            bench.thread.stop()
            #expect(bench.board.statuses[1].failedPulses == (row.isLetThrough ? 0 : 1))
            // Counted once: OFF comes last, so what the relay was told before it has arrived with it.
            #expect(await eventually { relay.offCount() == 2 })
            #expect(relay.pulseCount() == (row.isLetThrough ? 1 : 0))
            #expect(bench.failedDirections == (row.isLetThrough ? [] : [row.direction]))
        }

        /// A person lets somebody through; no reader of the lane read anything.
        @Test
        func aLaneIsOpenedWithoutASwipe() async throws {
            let site = Site()
            let reader = try VirtualCardReader(path: site.path("reader0"))
            let relay = try VirtualRelayBoard(path: site.path("relay0"))
            let lane = LanePlan(name: "north", readers: [site.reader()], barrier: site.barrier())
            try await site.run([lane]) { supervisor in
                #expect(await eventually { supervisor.statuses.allSatisfy { $0.state == .online } })
                #expect(await supervisor.open("north", .entering, swipedAt: SystemSiteClock.uptime()))
                #expect(await eventually { relay.pulseCount() == 1 })
                #expect(
                    await !supervisor.open("south", .entering, swipedAt: SystemSiteClock.uptime()),
                    "there is no barrier")
            }
            withExtendedLifetime(reader) {}
            #expect(site.swipes.isEmpty && relay.pulseCount() == 1)
        }

        @Test
        func whatADeafBarrierDidNotTakeIsNotSentWhenItHearsAgain() async throws {
            let site = Site()
            let reader = try VirtualCardReader(path: site.path("reader0"))
            let deaf = try VirtualPort(path: site.path("relay0"))
            let lane = LanePlan(name: "north", readers: [site.reader()], barrier: site.barrier())
            let shown = Shared(0)
            let told = Shared<[UInt8]>([])
            try await site.run([lane]) { supervisor in
                await onThread {
                    for card in cards(40_000) where supervisor.statuses[1].failedPulses == 0 {
                        reader.present(card)
                        shown.withLock { $0 += 1 }
                    }
                }
                let isSettled: @Sendable () -> Bool = {
                    let barrier = supervisor.statuses[1]
                    return barrier.pulses + barrier.failedPulses == shown.withLock { $0 }
                }
                #expect(await eventually(isSettled))
                #expect(supervisor.statuses[1].failedPulses > 0)
                #expect(supervisor.statuses[1].state == .failed)
                // The far end hears again: what the kernel holds comes, and the next grant opens at once.
                await onThread {
                    while case let bytes = deaf.read(waitingMilliseconds: 200), !bytes.isEmpty {
                        told.withLock { $0 += bytes }
                    }
                }
                #expect(told.withLock { $0.count } < 65_536)
                let pulses = supervisor.statuses[1].pulses
                reader.present(cards(1, from: 60_000)[0])
                #expect(await eventually { supervisor.statuses[1].pulses == pulses + 1 })
                #expect(await eventually { supervisor.statuses[1].state == .online })
            }
            #expect(
                site.events.contains {
                    if case .openingFailed(.barrier, "north", .entering, _) = $0 { true } else { false }
                })
        }
    }
}

private let silentLogger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// The parts of a supervisor, so that a test decides what runs when. Devices are in the order of the lines.
private final class Bench: Sendable {
    let board = StatusBoard()
    let thread = PollThread()
    let devices: [WantedDevice]
    private let seats: [[Seat]]
    private let context: SessionContext
    private let failed = Shared<[Direction]>([])

    init(_ lanes: [LanePlan]) throws {
        let lines = try DevicePlan(lanes: lanes).lines()
        let (board, failed) = (board, failed)
        let router = LaneRouter()
        let context = SessionContext(
            clock: try SystemSiteClock(), logger: silentLogger, board: board, swipes: Site.grantAll,
            events: { event in
                if case .openingFailed(_, _, let direction, _) = event {
                    failed.withLock { $0.append(direction) }
                }
            }, thread: thread, plugged: PluggedDevices(lines: lines), router: router)
        self.context = context
        seats = try lines.map { line in
            try line.seats.map { try Seat(plan: $0, port: line.name, board: board) }
        }
        devices = lines.enumerated().map { WantedDevice($1, number: $0, context: context) }
        for (device, seats) in zip(devices, seats) {
            for seat in seats {
                for (lane, row) in zip(seat.plan.lanes, seat.barrierRows) {
                    router.connect(lane, to: device, row: row)
                }
            }
        }
    }

    var failedDirections: [Direction] { failed.withLock { $0 } }

    func run(_ device: Int, attempted: @Sendable () -> Void) async {
        await devices[device].run(seats: seats[device], attempted: attempted)
    }

    /// The first device reads these cards at an earlier time, and its commits end now.
    func replay(_ cards: [CardNumber], shownAt start: Uptime) async {
        let frames = cards.map {
            ReplayPort.Step(after: .zero, bytes: VirtualCardReader.frame(of: $0), isReport: false)
        }
        var session = DeviceSession(
            device: devices[0], port: ReplayPort(frames, start: start), seats: seats[0], gaps: GapBook(),
            context: context, start: start, handoverLimit: 1)
        _ = await session.run()
    }
}
