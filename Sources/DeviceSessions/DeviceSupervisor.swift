import DeviceDrivers
import DeviceIO
public import Logging
public import SiteModel
import Synchronization

/// Keeps every wanted device open: those of the plan from the start, others when a profile knows them.
///
/// One session for each plugged device, one task for each wanted one. Lines of readers stop before lines that
/// carry barriers, and those before lines of barriers alone, so that the last grant still opens.
public final class DeviceSupervisor: Sendable {
    /// More detected devices than a site machine has ports; further ones are left alone.
    private static let detectedLimit = 64

    private struct Running {
        var devices: [WantedDevice] = []
        var monitor: HotplugMonitor?
        var isStopping = false
        /// While `run` runs.
        var context: SessionContext?
    }

    private let lines: [(plan: LinePlan, seats: [Seat])]
    private let profiles: ProfileBook
    private let secrets: DriverSecrets
    private let clock: any SiteClock
    private let logger: Logger
    private let swipes: SwipeHandler
    private let events: DeviceEventHandler
    private let releasedBy: String?
    private let board = StatusBoard()
    private let tap = TrafficTap()
    private let running = Mutex(Running())

    /// - Parameter releasedBy: the lane whose fire alarm released all lanes when the service ran last, if no
    ///   end of it was seen: they begin released and stay so until that alarm is heard to be quiet. Its board
    ///   may have burnt.
    /// - Throws: `DevicePlanError` for a plan that names unknown drivers or wrong options; nothing is opened.
    public init(
        plan: DevicePlan, releasedBy: String? = nil, clock: any SiteClock, logger: Logger,
        swipes: @escaping SwipeHandler, events: @escaping DeviceEventHandler
    ) throws(DevicePlanError) {
        var lines: [(plan: LinePlan, seats: [Seat])] = []
        for line in try plan.lines() {
            var seats: [Seat] = []
            for seat in line.seats {
                seats.append(
                    try Seat(plan: seat, port: line.name, board: board, secrets: plan.secrets))
            }
            lines.append((line, seats))
        }
        self.lines = lines
        self.releasedBy = releasedBy
        secrets = plan.secrets
        profiles = try ProfileBook(plan.profiles)
        self.clock = clock
        self.logger = logger
        self.swipes = swipes
        self.events = events
    }

    /// All readers and barriers as they stand now; never waits.
    public var statuses: [DeviceStatus] { board.statuses }

    /// What happened on the lines; see `TrafficTap.notes`.
    public func traffic(from number: Int?) -> (notes: [TrafficNote], next: Int) {
        tap.notes(from: number, at: clock.now().uptime)
    }

    /// Runs until `stop()` or cancellation, once. Swipes already read are handed over to the end, barriers
    /// get their OFF, every port is closed when it returns.
    ///
    /// `whenReady` is called when every configured device was tried once, so that those present are open.
    public func run(whenReady: @escaping @Sendable () async -> Void = {}) async {
        await withTaskCancellationHandler {
            await supervise(whenReady)
        } onCancel: {
            stop()
        }
    }

    /// Lets somebody through whom no reader of the lane read, after what lets them is on disk.
    ///
    /// - Parameter swipedAt: `OpenRequest.swipedAt`, by which events name this order.
    /// - Returns: false when nothing runs, the lane has no barrier, the barrier takes no order, or one is in
    ///   the lane and another waits for it; the last two are told as `openingFailed`.
    public func open(_ lane: String, _ direction: Direction, swipedAt: Uptime) async -> Bool {
        guard let context = running.withLock({ $0.context }), context.router.leads(to: lane) else {
            return false
        }
        let now = clock.now().uptime
        var untold: OpenRequest?
        let isTaken = await withCheckedContinuation { continuation in
            untold = context.router.open(lane, direction, at: now, swipedAt: swipedAt) {
                continuation.resume(returning: $0)
            }
            if untold != nil { continuation.resume(returning: false) }
        }
        if let untold { await context.router.reportFailure(untold, context) }
        return isTaken
    }

    /// Opens the commissioning window of a reader, in which it may be given its key.
    ///
    /// - Parameters:
    ///   - address: that the reader shall have on its line from then on; nil: as it is.
    ///   - baud: that reader and line shall have from then on; nil: as it is.
    /// - Returns: false when no such reader is configured, its driver gives no keys, or its line is not open.
    public func commission(
        _ reader: ReaderName, for duration: Duration, address: Int? = nil, baud: Int? = nil
    ) -> Bool {
        busDevice(of: reader)?.requestCommissioning(
            CommissioningRequest(reader: reader, duration: duration, address: address, baud: baud)) ?? false
    }

    /// Whether `commission` would be taken now.
    public func takesCommissioning(_ reader: ReaderName) -> Bool { busDevice(of: reader)?.isOpen ?? false }

    /// Whether the window lets the reader be given its key; otherwise it can only be told another place.
    public func givesKey(to reader: ReaderName) -> Bool { busSeat(of: reader)?.givesKey(to: reader) ?? false }

    /// Why the reader cannot be told this place, by the configuration; nil when it may be tried.
    public func refusal(ofPlace address: Int?, _ baud: Int?, for reader: ReaderName) -> String? {
        busSeat(of: reader)?.refusal(ofPlace: address, baud, for: reader)
    }

    private func busDevice(of reader: ReaderName) -> WantedDevice? {
        running.withLock { $0.devices }.first { Self.busSeat(of: reader, in: $0) != nil }
    }

    private func busSeat(of reader: ReaderName) -> SeatPlan? {
        busDevice(of: reader).flatMap { Self.busSeat(of: reader, in: $0) }
    }

    private static func busSeat(of reader: ReaderName, in device: WantedDevice) -> SeatPlan? {
        device.line.seats.first {
            $0.descriptor.bus != nil && $0.readers.contains { $0.name == reader }
        }
    }

    /// Begins the orderly end; `run` returns when it is done.
    public func stop() {
        let (devices, monitor) = running.withLock { running in
            running.isStopping = true
            return (running.devices, running.monitor)
        }
        for device in devices where device.line.isReaderOnly { device.stop() }
        monitor?.stop()
    }

    private func supervise(_ whenReady: @escaping @Sendable () async -> Void) async {
        let thread = PollThread()
        let monitor = HotplugMonitor()
        let context = SessionContext(
            clock: clock, logger: logger, board: board, swipes: swipes, events: events, thread: thread,
            plugged: PluggedDevices(lines: lines.map(\.plan)),
            router: LaneRouter(releasedBy: releasedBy), tap: tap)
        let wanted = lines.enumerated().map { number, line in
            (WantedDevice(line.plan, number: number, context: context), line.seats)
        }
        connect(wanted, context.router)
        let isStopping = running.withLock { running in
            running.devices = wanted.map(\.0)
            running.context = context
            running.monitor = monitor
            return running.isStopping
        }
        if isStopping { stop() }
        let (attempts, attempt) = AsyncStream.makeStream(of: Void.self)
        let attempted: @Sendable () -> Void = { attempt.yield() }
        func start(_ group: inout TaskGroup<Void>, where belongs: (LinePlan) -> Bool) {
            for (device, seats) in wanted where belongs(device.line) {
                group.addTask(executorPreference: thread) {
                    await device.run(seats: seats, attempted: attempted)
                }
            }
        }
        await withTaskGroup(of: Void.self) { barriers in
            start(&barriers) { $0.isBarrierOnly }
            await withTaskGroup(of: Void.self) { shared in
                start(&shared) { $0.isShared }
                await withTaskGroup(of: Void.self) { readers in
                    start(&readers) { $0.isReaderOnly }
                    readers.addTask {
                        var left = wanted.count
                        var iterator = attempts.makeAsyncIterator()
                        while left > 0, await iterator.next() != nil { left -= 1 }
                        await whenReady()
                    }
                    await follow(monitor, context, &readers)
                }
                for (device, _) in wanted where device.line.isShared { device.stop() }
            }
            for (device, _) in wanted where device.line.isBarrierOnly { device.stop() }
        }
        monitor.stop()
        thread.stop()
        context.router.disconnect()
        running.withLock { $0 = Running(isStopping: true) }
    }

    private func connect(_ wanted: [(WantedDevice, [Seat])], _ router: LaneRouter) {
        for (device, seats) in wanted {
            for seat in seats {
                for (lane, row) in zip(seat.plan.lanes, seat.barrierRows) {
                    router.connect(lane, to: device, row: row)
                }
            }
        }
    }

    /// Wakes whoever waits for a plug, and adds devices that a profile knows.
    private func follow(
        _ monitor: HotplugMonitor, _ context: SessionContext, _ group: inout TaskGroup<Void>
    ) async {
        var known: Set<String> = []
        for await devices in monitor.devices {
            context.plugged.replace(devices)
            for line in profiles.lines(for: devices.filter(context.plugged.isUnconfigured))
            where known.count < Self.detectedLimit && known.insert(line.name).inserted {
                add(line, number: lines.count + known.count, context, &group)
            }
            for device in running.withLock({ $0.devices }) { device.lookAgain() }
        }
    }

    private func add(
        _ line: LinePlan, number: Int, _ context: SessionContext, _ group: inout TaskGroup<Void>
    ) {
        do throws(DevicePlanError) {
            var seats: [Seat] = []
            for seat in line.seats {
                seats.append(try Seat(plan: seat, port: line.name, board: board, secrets: secrets))
            }
            let device = WantedDevice(line, number: number, context: context)
            let isStopping = running.withLock { running in
                running.devices.append(device)
                return running.isStopping
            }
            guard !isStopping else { return }
            let ready = seats
            group.addTask(executorPreference: context.thread) {
                await device.run(seats: ready, attempted: {})
            }
        } catch {
            preconditionFailure("a profile that was checked at the start makes no driver: \(error)")
        }
    }
}
