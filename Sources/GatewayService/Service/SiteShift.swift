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
