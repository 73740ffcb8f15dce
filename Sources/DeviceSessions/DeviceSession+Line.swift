import DeviceDrivers
import SiteModel

extension DeviceSession {
    /// Notes for whoever watches.
    mutating func noteTraffic(
        _ index: Int, _ input: DriverInput, _ outputs: [DriverOutput], at uptime: Uptime
    ) {
        guard context.tap.isOpen else {
            seats[index].scribe = nil
            return
        }
        var scribe =
            seats[index].scribe
            ?? TrafficScribe(device: seats[index].watchedName, driver: seats[index].plan.driver)
        let notes = scribe.notes(
            input, outputs, pendingByteCount: seats[index].driver.pendingByteCount,
            at: context.clock.reading(atUptime: uptime).wall)
        seats[index].scribe = scribe
        if !notes.isEmpty { context.tap.add(notes, at: uptime) }
    }

    /// Looks whether anybody of the line understands what comes, and says when nobody ever did. Lines
    /// without a reader are left out: a relay may say what it likes.
    mutating func judgeLine(byteCount: Int, at uptime: Uptime) {
        guard case .serial(let settings) = device.line.link, !device.line.isBarrierOnly else { return }
        let hasFrames = seats.contains { $0.driver.wholeFrameByteCount > $0.framedBefore }
        switch speed.take(byteCount: byteCount, hasFrames: hasFrames, at: uptime) {
        case .nothing: break
        case .unintelligible(let byteCount):
            let words = LineSpeedWatch.words(byteCount: byteCount, settings)
            for index in seats.indices { setState(index, .failed, words) }
            let reading = context.clock.reading(atUptime: uptime)
            events += gaps.begin(seats.flatMap(\.readerNames), .garbled, at: reading)
        case .understood:
            for index in seats.indices { setState(index, .online, seats[index].moduleIdentity) }
        }
        guard speed.deadline != lineDeadline else { return }
        lineDeadline = speed.deadline
        setAlarm()
    }
}
