public import DeviceDrivers
public import DeviceIO
public import Logging
public import SiteModel

/// Plays a capture through the same session, driver and handlers as a plugged reader, in virtual time.
public enum DeviceReplay {
    /// Returns when the capture has been played and everything was handed over.
    ///
    /// - Parameters:
    ///   - steps: what the reader sent, in order of time.
    ///   - reader: whom the swipes are from; its address is not opened.
    ///   - start: the uptime of the capture's start.
    /// - Returns: the reader's counts, and what the driver sent to it.
    public static func play(
        _ steps: [ReplayPort.Step], reader: ReaderPlan, start: Uptime, clock: any SiteClock, logger: Logger,
        swipes: @escaping SwipeHandler, events: @escaping DeviceEventHandler
    ) async throws(DevicePlanError) -> (status: DeviceStatus, sent: [[UInt8]]) {
        let lane = LanePlan(name: reader.name.lane, readers: [reader])
        let line = try DevicePlan(lanes: [lane]).lines()[0]
        let board = StatusBoard()
        let seats = [try Seat(plan: line.seats[0], port: line.name, board: board)]
        let thread = PollThread()
        let context = SessionContext(
            clock: clock, logger: logger, board: board, swipes: swipes, events: events, thread: thread,
            plugged: PluggedDevices(lines: [line]), router: LaneRouter())
        let port = ReplayPort(steps, start: start)
        var session = DeviceSession(
            device: WantedDevice(line, number: 0, context: context), port: port, seats: seats,
            gaps: GapBook(), context: context, start: start, handoverLimit: 1)
        _ = await session.run()
        thread.stop()
        return (board.statuses[0], port.sent)
    }

    /// Plays a capture file. Its swipes are counted and go nowhere.
    ///
    /// - Returns: reads and discards as the page would show them.
    public static func play(
        _ capture: Capture, clock: any SiteClock, logger: Logger
    ) async throws(DevicePlanError) -> DeviceStatus {
        let plan = ReaderPlan(
            name: ReaderName(lane: "replay", reader: capture.driver), address: .port("/dev/null"),
            driver: capture.driver, direction: .unknown, options: capture.options)
        let descriptor: DriverDescriptor
        do throws(DriverError) {
            descriptor = try DriverCatalogue.descriptor(capture.driver)
        } catch {
            throw .driver(device: "replay", error)
        }
        let isSerial = if case .serial = descriptor.link { true } else { false }
        let steps = capture.events.compactMap { timed -> ReplayPort.Step? in
            guard case .fromDevice(let bytes) = timed.event else { return nil }
            return ReplayPort.Step(
                after: .milliseconds(timed.milliseconds), bytes: bytes, isReport: !isSerial)
        }
        let start = clock.now().uptime
        let played = try await play(
            steps, reader: plan, start: start, clock: clock, logger: logger,
            swipes: { swipes in swipes.map { _ in .unchanged } }, events: { _ in })
        return played.status
    }
}
