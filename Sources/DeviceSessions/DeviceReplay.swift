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
            gaps: GapBook(), context: context, start: start)
        _ = await session.run()
        thread.stop()
        return (board.statuses[0], port.sent)
    }
}
