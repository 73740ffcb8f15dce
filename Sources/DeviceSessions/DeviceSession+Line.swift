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

    /// Every device of the line is of no use, for a reason that lies in the line.
    mutating func markLine(_ words: String) {
        var mark = lineMark ?? LineMark(words: words)
        mark.words = words
        let statuses = context.board.statuses
        for row in seats.flatMap(\.rows) where mark.before[row] == nil { mark.before[row] = statuses[row] }
        lineMark = mark
        for index in seats.indices { setState(index, .failed, words) }
    }

    /// That is over: each device is again what it was, unless its driver has said something since. Silent
    /// ones stay silent: nobody would say it again.
    mutating func unmarkLine() {
        guard let mark = lineMark else { return }
        lineMark = nil
        let statuses = context.board.statuses
        for seat in seats {
            let names = seat.readerNames.map { [$0] } + seat.barrierRows.map { _ in [] }
            for (row, name) in zip(seat.rows, names) {
                guard let before = mark.before[row], statuses[row].state == .failed,
                    statuses[row].detail == mark.words
                else { continue }
                if before.state == .online { events += gaps.end(name, at: SystemSiteClock.uptime()) }
                setRow(row, before.state, before.detail)
            }
        }
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
            markLine(words)
            let reading = context.clock.reading(atUptime: uptime)
            events += gaps.begin(seats.flatMap(\.readerNames), .garbled, at: reading)
        case .understood:
            unmarkLine()
        }
        guard speed.deadline != lineDeadline else { return }
        lineDeadline = speed.deadline
        setAlarm()
    }
}

/// What the rows of a line say while the line itself is wrong, and said before.
struct LineMark {
    var words: String
    var before: [Int: DeviceStatus] = [:]
}
