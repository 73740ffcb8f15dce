import SiteModel
import Testing
import Timekeeping

@Suite struct WorkDayTests {
    private static let offset: Int64 = 28_800_000

    /// `i07:00 o11:30` on 2 March 2026 in site time; `+` before a time: the next day.
    private static func passes(_ text: String) -> [CountedPass] {
        text.split(separator: " ").map { word in
            let isNext = word.contains("+")
            let time = word.filter { $0.isNumber || $0 == ":" }
            let local = UTCInstant(rfc3339: "2026-03-0\(isNext ? 3 : 2)T\(time):00Z")!
            return CountedPass(
                at: local.advanced(byMilliseconds: -offset),
                direction: word.hasPrefix("i") ? .entering : word.hasPrefix("o") ? .leaving : .unknown)
        }
    }

    struct Row: CustomStringConvertible {
        let says: String
        let passes: String
        let minutes: Int
        let counts: Bool
        var description: String { says }
    }

    @Test(arguments: [
        Row(says: "a day with a break", passes: "i07:00 o11:30 i13:00 o17:30", minutes: 540, counts: true),
        Row(says: "exactly four hours", passes: "i08:00 o12:00", minutes: 240, counts: true),
        Row(says: "a minute less", passes: "i08:00 o11:59", minutes: 239, counts: false),
        Row(says: "one pass", passes: "i08:00", minutes: 0, counts: false),
        Row(says: "a missed pass out", passes: "i07:00 i13:00 o17:30", minutes: 270, counts: true),
        Row(says: "a missed pass in", passes: "i07:00 o11:30 o17:30", minutes: 270, counts: true),
        Row(says: "a night shift", passes: "i22:00 o+06:00", minutes: 480, counts: true),
        Row(
            says: "a night shift with a break after midnight", passes: "i18:00 o+00:30 i+01:00 o+06:00",
            minutes: 690, counts: true),
        Row(
            says: "exactly four hours of break", passes: "i18:00 o+00:30 i+04:30 o+05:30", minutes: 450,
            counts: true),
        Row(
            says: "a minute more begins anew", passes: "i18:00 o+00:30 i+04:31 o+05:30", minutes: 390,
            counts: true),
        Row(
            says: "back before the shift is over", passes: "i10:00 o23:00 i+01:59 o+02:30", minutes: 811,
            counts: true),
        Row(
            says: "back when it is over", passes: "i10:00 o23:00 i+02:00 o+02:30", minutes: 780,
            counts: true),
        Row(says: "in any order", passes: "o17:30 i13:00 o11:30 i07:00", minutes: 540, counts: true),
        Row(says: "lanes without a direction", passes: "x07:00 x17:00", minutes: 0, counts: true),
        Row(says: "a forgotten pass out", passes: "i06:00 o+06:00", minutes: 0, counts: false),
    ])
    func aDayIs(row: Row) throws {
        let days = WorkDay.days(of: Self.passes(row.passes), offsetMilliseconds: Self.offset)
        let first = try #require(days.first)
        #expect(first.day == CivilDate(year: 2026, month: 3, day: 2))
        #expect(first.minutes == row.minutes)
        #expect(first.counts(by: DayRule()) == row.counts)
    }

    /// A shift belongs to the month it began in, also when that is the next one.
    @Test func aShiftAcrossTheEndOfAMonthIsOfTheMonthItBeganIn() throws {
        let march = try #require(CivilMonth(iso8601: "2026-03"))
        let april = try #require(CivilMonth(iso8601: "2026-04"))
        let passes = [("2026-03-31T14:00:00Z", Direction.entering), ("2026-03-31T22:00:00Z", .leaving)]
            .map { CountedPass(at: UTCInstant(rfc3339: $0)!, direction: $1) }
        let totals = [march, april].map {
            MonthTotal(of: passes, in: $0, rule: DayRule(), offsetMilliseconds: Self.offset)
        }
        #expect(totals.map(\.dayCount) == [1, 0] && totals.map(\.minutes) == [480, 0])
    }
}
