import SiteModel

/// The span in which presence is believed: from 04:00 to 04:00 in site time, so that a night shift stays
/// inside over midnight and
/// whoever forgot to leave is forgotten before the morning.
struct SiteShift: Sendable, Equatable {
    private static let startHourMilliseconds: Int64 = 4 * 3_600_000

    let start: UTCInstant
    /// The midnight before: from there the board counts the day.
    let boardStart: UTCInstant

    /// The shift that an instant belongs to.
    init(holding instant: UTCInstant, offsetMilliseconds: Int64) {
        let day = instant.day(offsetMilliseconds: offsetMilliseconds - Self.startHourMilliseconds)
        let midnight = day.daysSince1970 * UTCInstant.dayMilliseconds - offsetMilliseconds
        boardStart = UTCInstant(milliseconds: midnight)
        start = UTCInstant(milliseconds: midnight + Self.startHourMilliseconds)
    }
}

/// Tells when one shift passes into the next. Time has passed only where uptime has: when the clock is set,
/// or the true time becomes known, the same people are still inside. Pure.
struct ShiftWatch: Sendable {
    private let offsetMilliseconds: Int64
    private var last: Uptime

    init(first: Uptime, offsetMilliseconds: Int64) {
        self.offsetMilliseconds = offsetMilliseconds
        last = first
    }

    /// - Parameter now: the instant of `uptime`, by what is known now.
    mutating func isOver(at uptime: Uptime, _ now: UTCInstant) -> Bool {
        defer { last = uptime }
        let passed = (uptime - last).wholeMilliseconds
        // The same moment as at the last look, by what is known now.
        let before = now.advanced(byMilliseconds: -passed)
        return SiteShift(holding: before, offsetMilliseconds: offsetMilliseconds)
            != SiteShift(holding: now, offsetMilliseconds: offsetMilliseconds)
    }
}
