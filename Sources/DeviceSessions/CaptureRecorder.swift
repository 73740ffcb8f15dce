public import DeviceDrivers
import DeviceIO
import SiteModel

/// Records what a device and its driver say to each other, for a capture file. No swipe is made of it.
public struct CaptureRecorder: Sendable {
    private let path: String
    let capture: Capture
    private let driver: any DeviceDriver
    private let link: DriverDescriptor.Link

    /// - Parameters:
    ///   - capture: header of the file: driver, its options, and what a person says of the device. Its link
    ///     is written here, as the options set it.
    /// - Throws: `DriverError` for an unknown driver or wrong options.
    public init(path: String, capture: Capture) throws(DriverError) {
        let descriptor = try DriverCatalogue.descriptor(capture.driver)
        let (link, options) = try descriptor.splittingLineOptions(capture.options)
        self.path = path
        var capture = capture
        (capture.link, capture.options) = (link.captureWords, options)
        self.capture = capture
        self.link = link
        driver = try DriverCatalogue.make(capture.driver, options: options)
    }

    /// Records until `duration` is over or the device goes away.
    ///
    /// - Returns: the capture with its transcript.
    /// - Throws: `CaptureRecordingError` when the port cannot be opened: it may be in use by the service.
    public func record(for duration: Duration) async throws(CaptureRecordingError) -> Capture {
        let thread = PollThread()
        defer { thread.stop() }
        let port = try await openAlone(path, link, on: thread)
        let end = SystemSiteClock.uptime() + duration
        var recording = Recording(capture: capture, driver: driver, start: SystemSiteClock.uptime())
        recording.carryOut(.opened(random: 0), at: recording.start, on: port)
        while SystemSiteClock.uptime() < end, !recording.isOver {
            port.wake(at: min(recording.alarm ?? end, end))
            for input in await port.nextInputs() { recording.take(input, on: port) }
        }
        await port.close(flushing: .milliseconds(500))
        recording.end(at: SystemSiteClock.uptime())
        return recording.finished
    }
}

/// A port could not be opened by a command.
public struct CaptureRecordingError: Error, Equatable, Sendable {
    public let path: String
    public let words: String
    /// Another program has it, most likely the service.
    public let isInUse: Bool

    init(path: String, _ error: PortError) {
        self.path = path
        words = error.words
        isInUse = if case .inUse = error { true } else { false }
    }
}

/// One conversation as it goes on.
struct Recording {
    var capture: Capture
    var driver: any DeviceDriver
    let start: Uptime
    var alarm: Uptime?
    var isOver = false

    /// What the driver did of itself after the last byte belongs to it.
    mutating func end(at uptime: Uptime) {
        note(.site(.wait), at: uptime)
    }

    var finished: Capture {
        var capture = capture
        // A HID device sends reports of one size.
        let first = capture.events.lazy.compactMap { timed in
            if case .fromDevice(let bytes) = timed.event { bytes.count } else { nil }
        }
        .first
        if capture.link == "hid", let first { capture.link += " \(first)" }
        // try?: the driver's name and options were checked before the port was opened.
        capture.transcript = try? capture.replayedTranscript()
        return capture
    }

    mutating func take(_ input: PortInput, on port: any BytePort) {
        switch input {
        case .bytes(let bytes, let uptime, _):
            note(.fromDevice(bytes), at: uptime)
            carryOut(.bytes(bytes), at: uptime, on: port)
        case .report(let report, let uptime):
            note(.fromDevice(report), at: uptime)
            carryOut(.report(report), at: uptime, on: port)
        case .alarm(let uptime):
            guard let due = alarm, due <= uptime else { return }
            alarm = nil
            carryOut(.woken, at: uptime, on: port)
        case .closed: isOver = true
        }
    }

    mutating func carryOut(_ input: DriverInput, at uptime: Uptime, on port: any BytePort) {
        for output in driver.handle(input, at: uptime) {
            switch output {
            case .send(let bytes):
                note(.toDevice(bytes), at: uptime)
                give { () throws(PortError) in try port.write(bytes) }
            case .sendFeature(let report):
                note(.toDevice(report), at: uptime)
                give { () throws(PortError) in try port.writeFeature(report) }
            case .readFeature(let id, let byteCount):
                give { () throws(PortError) in try port.readFeature(id: id, byteCount: byteCount) }
            case .setBaud(let baud): give { () throws(PortError) in try port.setBaud(baud) }
            case .wake(let delay): alarm = uptime + delay
            default: continue
            }
        }
    }

    private mutating func give(_ order: () throws(PortError) -> Void) {
        do throws(PortError) {
            try order()
        } catch {
            isOver = true
        }
    }

    private mutating func note(_ event: Capture.Event, at uptime: Uptime) {
        let milliseconds = max(0, (uptime - start).wholeMilliseconds)
        capture.events.append(Capture.TimedEvent(milliseconds: milliseconds, event: event))
    }
}
