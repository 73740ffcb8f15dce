public import SiteModel

/// The calendar of a site: its present day, and instants of dates. A date without a time means the end of
/// that day in site time.
public struct SiteCalendar: Sendable, Hashable {
    /// The present.
    public let instant: UTCInstant
    /// Site time minus UTC.
    public let offsetMilliseconds: Int64

    public init(now: UTCInstant, offsetMilliseconds: Int64) {
        instant = now
        self.offsetMilliseconds = offsetMilliseconds
    }

    public var today: CivilDate { instant.day(offsetMilliseconds: offsetMilliseconds) }

    /// The first instant after a day.
    public func end(of day: CivilDate) -> UTCInstant {
        let midnight = (day.daysSince1970 + 1) * UTCInstant.dayMilliseconds
        return UTCInstant(milliseconds: midnight - offsetMilliseconds)
    }

    /// The last day that lies before an instant at least in part: the day of leaving, for `leftAt`.
    public func lastDay(before instant: UTCInstant) -> CivilDate {
        instant.advanced(byMilliseconds: -1).day(offsetMilliseconds: offsetMilliseconds)
    }

    /// `18:00` of today, site time; nil for any other text.
    public func todayAt(_ text: String) -> UTCInstant? {
        guard text.utf8.count == 5 else { return nil }
        return UTCInstant(rfc3339: "\(today)T\(text):00Z")?.advanced(byMilliseconds: -offsetMilliseconds)
    }
}
