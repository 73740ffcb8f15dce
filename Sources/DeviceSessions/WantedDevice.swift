import DeviceDrivers
import DeviceIO
import Logging
import SiteModel
import Synchronization

/// What every wanted device shares.
struct SessionContext: Sendable {
    let clock: any SiteClock
    let logger: Logger
    let board: StatusBoard
    let swipes: SwipeHandler
    let events: DeviceEventHandler
    let thread: PollThread
    let plugged: PluggedDevices
    let router: LaneRouter
    var tap = TrafficTap()
}

/// An order to let one person through, on its way to the barrier's session.
struct OpenRequest: Sendable {
    let lane: String
    let direction: Direction
    /// Since when the person waits.
    let at: Uptime
    /// When the swipe was read, or a person asked: tells this order from others of its lane.
    let swipedAt: Uptime
    /// Told once whether the barrier takes the order, now or as soon as its lane is free.
    var answer: (@Sendable (Bool) -> Void)?
}

/// One line that shall be open: it waits for the device, opens it, runs its session, and starts over when the
/// plug is pulled, until `stop()`.
final class WantedDevice: Sendable {
    /// Paths that udev does not know are tried again this often.
    private static let retryInterval = Duration.milliseconds(500)
    /// For the first look at udev, which takes milliseconds.
    private static let udevPatience = Duration.seconds(2)
    /// Grants of four readers at full speed while a barrier catches up; further ones are refused and counted.
    private static let requestLimit = 4_096

    private struct State {
        var port: (any BytePort)?
        var requests: [OpenRequest] = []
        var commissionings: [CommissioningRequest] = []
        var isStopping = false
    }

    let line: LinePlan
    private let number: Int
    private let context: SessionContext
    private let waiting: Inbox
    private let state = Mutex(State())

    init(_ line: LinePlan, number: Int, context: SessionContext) {
        self.line = line
        self.number = number
        self.context = context
        waiting = context.thread.makeInbox()
    }

    var isStopping: Bool { state.withLock { $0.isStopping } }
    var isOpen: Bool { state.withLock { $0.port != nil } }

    /// Runs until `stop()`; `attempted` is called once, after the first attempt to open.
    func run(seats: [Seat], attempted: @Sendable () -> Void) async {
        var seats = seats
        var gaps = GapBook()
        var isFirst = true
        if case .usb = line.address { await waitForUdev() }
        while !isStopping {
            let path = path()
            let opening = await open(path)
            if isFirst { attempted() }
            switch opening {
            case .success(let port):
                note(path ?? line.name, seats, isFirst: isFirst)
                await serve(port, &seats, &gaps)
            case .failure(let error):
                context.plugged.release(owner: number)
                await report(error, seats, &gaps)
            }
            isFirst = false
            if isStopping { break }
            waiting.wake(at: SystemSiteClock.uptime() + Self.retryInterval)
            _ = await waiting.take()
        }
        if isFirst { attempted() }
        context.plugged.release(owner: number)
    }

    /// The session finishes what it has read, closes the port, and `run` returns.
    func stop() {
        let port = state.withLock { state in
            state.isStopping = true
            return state.port
        }
        port?.nudge()
        waiting.nudge()
    }

    /// Something was plugged or pulled: look again now.
    func lookAgain() {
        waiting.nudge()
    }

    /// False when the barrier is not there or is so far behind that nobody should wait for it.
    func requestOpen(_ request: OpenRequest) -> Bool {
        let port = state.withLock { state -> (any BytePort)? in
            guard let port = state.port, state.requests.count < Self.requestLimit else { return nil }
            state.requests.append(request)
            return port
        }
        port?.nudge()
        return port != nil
    }

    /// False when the reader's line is not open.
    func requestCommissioning(_ request: CommissioningRequest) -> Bool {
        let port = state.withLock { state -> (any BytePort)? in
            guard let port = state.port, state.commissionings.count < Self.requestLimit else { return nil }
            state.commissionings.append(request)
            return port
        }
        port?.nudge()
        return port != nil
    }

    func takeCommissionings() -> [CommissioningRequest] {
        state.withLock { state in
            let requests = state.commissionings
            state.commissionings = []
            return requests
        }
    }

    /// The session, if there is one, looks at what is asked of it.
    func look() {
        state.withLock { $0.port }?.nudge()
    }

    func takeRequests() -> [OpenRequest] {
        state.withLock { state in
            let requests = state.requests
            state.requests = []
            return requests
        }
    }

    private func waitForUdev() async {
        let deadline = SystemSiteClock.uptime() + Self.udevPatience
        while !context.plugged.isKnown, !isStopping, SystemSiteClock.uptime() < deadline {
            waiting.wake(at: deadline)
            _ = await waiting.take()
        }
    }

    private func note(_ path: String, _ seats: [Seat], isFirst: Bool) {
        for row in seats.flatMap(\.rows) {
            context.board.update(row) {
                $0.port = path
                if !isFirst { $0.reconnects += 1 }
            }
        }
    }

    private func serve(_ port: any BytePort, _ seats: inout [Seat], _ gaps: inout GapBook) async {
        let isStopping = state.withLock { state in
            state.port = port
            return state.isStopping
        }
        // `stop()` came while the port was being opened, and found nothing to nudge.
        if isStopping { port.nudge() }
        var session = DeviceSession(device: self, port: port, seats: seats, gaps: gaps, context: context)
        let closure = await session.run()
        (seats, gaps) = (session.seats, session.gaps)
        // Nobody may be let through by an order that waited for another plug.
        let orphans = state.withLock { state in
            state.port = nil
            state.commissionings = []
            let requests = state.requests
            state.requests = []
            return requests
        }
        for request in orphans {
            request.answer?(false)
            await context.router.reportFailure(request, context)
        }
        context.plugged.release(owner: number)
        guard let closure else { return }
        switch closure {
        case .unplugged, .replayEnded: await report(.absent(path: line.name), seats, &gaps)
        case .failed(let code):
            await report(.system(operation: "read", path: line.name, code: code), seats, &gaps)
        }
    }

    /// Shows why there is no port, and begins the gap. Says so only when something changed.
    private func report(_ error: PortError, _ seats: [Seat], _ gaps: inout GapBook) async {
        let isAbsent = if case .absent = error { true } else { false }
        let readers = seats.flatMap(\.readerNames)
        var events = gaps.begin(
            readers, isAbsent ? .unplugged : .refused,
            at: context.clock.reading(atUptime: SystemSiteClock.uptime()))
        for row in seats.flatMap(\.rows) {
            let state: DeviceState = isAbsent ? .absent : .failed
            guard let status = context.board.setState(row, state, error.words) else { continue }
            context.log(status)
            events.append(.stateChanged(status))
        }
        for event in events { await context.events(event) }
    }

    private func open(_ path: String?) async -> Result<any BytePort, PortError> {
        do throws(PortError) {
            guard let path else { throw .absent(path: line.name) }
            let port: any BytePort =
                switch line.link {
                case .serial(let settings):
                    try await SerialPort.open(path: path, settings: settings, on: context.thread)
                case .keyboard: try await KeyboardDevice.open(path: path, on: context.thread)
                case .hidRaw: try await HIDRawDevice.open(path: path, on: context.thread)
                }
            return .success(port)
        } catch {
            return .failure(error)
        }
    }

    private func path() -> String? {
        switch line.address {
        case .port(let path): path
        case .usb(let match): context.plugged.claim(match, line.link.subsystem, for: number)
        }
    }
}

extension DriverDescriptor.Link {
    var subsystem: DiscoveredDevice.Subsystem {
        switch self {
        case .serial: .tty
        case .keyboard: .input
        case .hidRaw: .hidraw
        }
    }
}

extension SessionContext {
    /// A change of state is worth a line; a retry that fails alike is not.
    func log(_ status: DeviceStatus) {
        let metadata: Logger.Metadata = [
            "device": "\(status.lane)/\(status.name)", "state": "\(status.state.rawValue)",
            "port": "\(status.port)", "detail": "\(status.detail)",
        ]
        switch status.state {
        case .online: logger.notice("device online", metadata: metadata)
        case .absent, .silent: logger.warning("device lost", metadata: metadata)
        case .failed: logger.error("device cannot be used", metadata: metadata)
        }
    }
}
