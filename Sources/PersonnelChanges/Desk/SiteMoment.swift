import SiteModel

/// When somebody says that something happened: a moment of site time, or a day without a time.
struct SiteMoment: Sendable, Hashable {
    /// The end of the day when no time was said.
    let instant: UTCInstant
    let day: CivilDate
    let hasTime: Bool

    /// Reads `2026-11-24T07:30`, with seconds, with a blank for the `T`, or a date in any form of a roster.
    init(reading text: String, calendar: SiteCalendar) throws(CellError) {
        let text = CellText.halfWidth(CellText.trimmed(text))
        guard text.utf8.count >= 16 else {
            day = try RosterCell.date(text)
            instant = calendar.end(of: day)
            hasTime = false
            return
        }
        let clock = text.replacing(" ", with: "T", maxReplacements: 1)
        let seconds = clock.utf8.count == 16 ? clock + ":00" : clock
        guard let local = UTCInstant(rfc3339: seconds + "Z") else {
            throw CellError(
                "应如 2026-11-24T07:30 或 2026-11-24",
                "is no time like 2026-11-24T07:30 and no day like 2026-11-24")
        }
        instant = local.advanced(byMilliseconds: -calendar.offsetMilliseconds)
        day = instant.day(offsetMilliseconds: calendar.offsetMilliseconds)
        hasTime = true
    }
}
