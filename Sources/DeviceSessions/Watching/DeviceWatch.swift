public import DeviceDrivers
import DeviceIO
public import SiteModel

/// Opens one device by itself and tells everything that it and its driver say to each other. No swipe is
/// made of it, and no lane opens.
public struct DeviceWatch: Sendable {
    private let path: String
    private let driver: any DeviceDriver
    private let link: DriverDescriptor.Link
    private let scribe: TrafficScribe

    /// - Parameters:
    ///   - options: of the driver and its line.
    ///   - reveals: bytes and credentials of documents are shown in full; for test cards.
    /// - Throws: `DriverError` for an unknown driver or wrong options.
    public init(
        path: String, driver name: String, options: [String: String], reveals: Bool
    ) throws(DriverError) {
        let (link, rest) = try DriverCatalogue.descriptor(name).splittingLineOptions(options)
        self.path = path
        self.link = link
        driver = try DriverCatalogue.make(name, options: rest)
        scribe = TrafficScribe(device: path, driver: name, reveals: reveals)
    }

    /// Watches until `duration` is over, the task is cancelled or the device goes away; nil for no end.
    ///
    /// - Throws: `CaptureRecordingError` when the port cannot be opened: the service may have it.
    public func run(
        for duration: Duration?, clock: any SiteClock,
        tell: @Sendable ([TrafficNote]) -> Void
    ) async throws(CaptureRecordingError) {
        let thread = PollThread()
        defer { thread.stop() }
        let port = try await openAlone(path, link, on: thread)
        let end = duration.map { SystemSiteClock.uptime() + $0 }
        var watching = Watching(
            path: path, driver: driver, link: link, scribe: scribe, clock: clock, port: port)
        tell(watching.take(.opened(random: UInt64.random(in: .min ... .max)), at: SystemSiteClock.uptime()))
        while !watching.isOver, !Task.isCancelled, end.map({ SystemSiteClock.uptime() < $0 }) ?? true {
            // Nobody nudges: a cancelled watch ends at its next look.
            let look = SystemSiteClock.uptime() + .milliseconds(500)
            port.wake(at: [watching.alarm, end, look].compactMap { $0 }.min())
            for input in await port.nextInputs() { tell(watching.take(input)) }
            tell(watching.judge(byteCount: 0, at: SystemSiteClock.uptime()))
        }
        await port.close(flushing: .milliseconds(500))
    }
}

/// Opens a port for a command: alone, as the service does.
func openAlone(
    _ path: String, _ link: DriverDescriptor.Link, on thread: PollThread
) async throws(CaptureRecordingError) -> any BytePort {
    do throws(PortError) {
        switch link {
        case .serial(let settings):
            return try await SerialPort.open(path: path, settings: settings, on: thread)
        case .keyboard: return try await KeyboardDevice.open(path: path, on: thread)
        case .hidRaw: return try await HIDRawDevice.open(path: path, on: thread)
        }
    } catch {
        throw CaptureRecordingError(path: path, error)
    }
}

/// One conversation that is watched.
private struct Watching {
    let path: String
    var driver: any DeviceDriver
    let link: DriverDescriptor.Link
    var scribe: TrafficScribe
    let clock: any SiteClock
    let port: any BytePort
    var alarm: Uptime?
    var isOver = false
    private var speed = LineSpeedWatch()

    init(
        path: String, driver: any DeviceDriver, link: DriverDescriptor.Link, scribe: TrafficScribe,
        clock: any SiteClock, port: any BytePort
    ) {
        self.path = path
        self.driver = driver
        self.link = link
        self.scribe = scribe
        self.clock = clock
        self.port = port
    }

    mutating func take(_ input: PortInput) -> [TrafficNote] {
        switch input {
        case .bytes(let bytes, let uptime, _):
            return take(.bytes(bytes), at: uptime) + judge(byteCount: bytes.count, at: uptime)
        case .report(let report, let uptime): return take(.report(report), at: uptime)
        case .alarm(let uptime):
            guard let due = alarm, due <= uptime else { return [] }
            alarm = nil
            return take(.woken, at: uptime)
        case .closed:
            isOver = true
            return [note("the device has gone", at: SystemSiteClock.uptime())]
        }
    }

    mutating func take(_ input: DriverInput, at uptime: Uptime) -> [TrafficNote] {
        let outputs = driver.handle(input, at: uptime)
        for output in outputs {
            switch output {
            case .send(let bytes): send(bytes, isFeature: false)
            case .sendFeature(let report): send(report, isFeature: true)
            case .wake(let delay): alarm = uptime + delay
            default: continue
            }
        }
        return scribe.notes(
            input, outputs, pendingByteCount: driver.pendingByteCount,
            at: clock.reading(atUptime: uptime).wall)
    }

    mutating func judge(byteCount: Int, at uptime: Uptime) -> [TrafficNote] {
        guard case .serial(let settings) = link else { return [] }
        let verdict = speed.take(
            byteCount: byteCount, hasFrames: driver.wholeFrameByteCount > 0, at: uptime)
        switch verdict {
        case .nothing: return []
        case .unintelligible(let byteCount):
            return [note(LineSpeedWatch.words(byteCount: byteCount, settings), at: uptime)]
        case .understood: return [note("now it is understood", at: uptime)]
        }
    }

    private func note(_ words: String, at uptime: Uptime) -> TrafficNote {
        TrafficNote(
            at: clock.reading(atUptime: uptime).wall, device: path, kind: .status, words: words)
    }

    private mutating func send(_ bytes: [UInt8], isFeature: Bool) {
        do throws(PortError) {
            if isFeature { try port.writeFeature(bytes) } else { try port.write(bytes) }
        } catch {
            isOver = true
        }
    }
}
