import SiteModel
import Testing

/// Calendar and instants against a reference that counts days one by one.
struct TimeTests {
    /// 1 January 0001 to 31 December 9999: every day, both ways.
    @Test func everyDayOfTheCalendarIsCounted() throws {
        var days: Int64 = -719_162
        var wrong: [String] = []
        for year in 1...9_999 {
            let isLeap = year.isMultiple(of: 400) || (year.isMultiple(of: 4) && !year.isMultiple(of: 100))
            for (index, length) in [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].enumerated()
            {
                // All days of some years, the ends of the months of all others.
                let isWhole = (1_890...2_110).contains(year) || year <= 8 || year >= 9_996
                for day in 1...length where isWhole || day == 1 || day >= 28 {
                    let date = CivilDate(year: year, month: index + 1, day: day)
                    let number = days + Int64(day) - 1
                    if date?.daysSince1970 != number || CivilDate(daysSince1970: number) != date {
                        wrong.append("\(year)-\(index + 1)-\(day)")
                    }
                }
                if CivilDate(year: year, month: index + 1, day: length + 1) != nil {
                    wrong.append("\(year)-\(index + 1) has too many days")
                }
                days += Int64(length)
            }
        }
        #expect(wrong == [])
        #expect(CivilDate(year: 1_970, month: 1, day: 1)?.daysSince1970 == 0)
    }

    /// A tampered ledger may hold any of them.
    @Test(arguments: [Int64.min, .max])
    func everyInstantPrints(milliseconds: Int64) {
        #expect(UTCInstant(milliseconds: milliseconds).rfc3339.hasSuffix("Z"))
    }

    @Test(arguments: [
        (Int64(0), "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
        (1_780_000_000_123, "2026-05-28T20:26:40.123Z"), (951_782_399_999, "2000-02-28T23:59:59.999Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
    ])
    func instantsPrintAndParse(milliseconds: Int64, text: String) {
        let instant = UTCInstant(milliseconds: milliseconds)
        #expect(instant.rfc3339 == text)
        #expect(UTCInstant(rfc3339: text) == instant)
    }

    @Test func randomInstantsComeBack() {
        var state: UInt64 = 7
        for _ in 0..<5_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let instant = UTCInstant(milliseconds: Int64(state >> 16) % 253_402_300_800_000)
            #expect(UTCInstant(rfc3339: instant.rfc3339) == instant)
            let days = instant.milliseconds / 86_400_000
            #expect(instant.day(offsetMilliseconds: 0).daysSince1970 == days)
        }
    }

    @Test(arguments: [
        "2026-11-21T04:10:53", "2026-11-21 04:10:53Z", "2026-11-21T24:00:00Z", "2026-11-21T04:60:00Z",
        "2026-02-30T00:00:00Z", "2026-11-21T04:10:53.Z", "2026-11-21T04:10:53.1234Z", "2026-11-21T04:10:5Z",
        "",
        "2026-11-21T+4:10:53Z", "26-11-21T04:10:53Z",
    ])
    func otherTextsAreNoInstants(text: String) {
        #expect(UTCInstant(rfc3339: text) == nil)
    }

    @Test(arguments: [
        ("2026-11-21T04:10:53Z", Int64(0)), ("2026-11-21T04:10:53.5Z", 500), ("2026-11-21T04:10:53.05Z", 50),
    ])
    func fractionsOfASecond(text: String, milliseconds: Int64) throws {
        #expect(try #require(UTCInstant(rfc3339: text)).milliseconds % 1_000 == milliseconds)
    }

    /// The day in Shanghai (+08:00) begins at 16:00 UTC.
    @Test(arguments: [("2026-11-21T15:59:59.999Z", "2026-11-21"), ("2026-11-21T16:00:00.000Z", "2026-11-22")])
    func theDayTurnsAtMidnightOfTheSite(text: String, day: String) throws {
        #expect(
            try #require(UTCInstant(rfc3339: text)).day(offsetMilliseconds: 28_800_000).description == day)
    }

    @Test(arguments: [
        ("2010-11-21", "2026-11-20", 15), ("2010-11-21", "2026-11-21", 16), ("2008-02-29", "2026-02-28", 17),
        ("2008-02-29", "2026-03-01", 18), ("2008-02-29", "2024-02-29", 16),
    ])
    func agesAreCompletedYears(birth: String, day: String, age: Int) throws {
        let birth = try #require(CivilDate(iso8601: birth))
        #expect(try #require(CivilDate(iso8601: day)).age(ofBirth: birth) == age)
    }

    @Test(arguments: [
        "2026-2-1", "2026-02-29", "2026-13-01", "2026-00-10", "+026-01-01", "2026-01-01 ", "0000-01-01",
    ])
    func otherTextsAreNoDays(text: String) {
        #expect(CivilDate(iso8601: text) == nil)
    }

    @Test(arguments: [
        ("0ms", Duration.zero, "0s"), ("500ms", .milliseconds(500), "500ms"), ("3s", .seconds(3), "3s"),
        ("3000ms", .seconds(3), "3s"), ("90s", .seconds(90), "90s"), ("5min", .seconds(300), "5min"),
        ("24h", .seconds(86_400), "24h"), ("1500ms", .milliseconds(1_500), "1500ms"),
        ("10000h", .seconds(36_000_000), "10000h"),
    ])
    func durationsAreNumberAndUnit(text: String, duration: Duration, printed: String) {
        #expect(Duration(text: text) == duration)
        #expect(duration.text == printed)
        #expect(Duration(text: printed) == duration)
    }

    @Test(arguments: [
        "", "3", "s", "3 s", " 3s", "3s ", "-3s", "+3s", "3.5s", "3sec", "3m", "3S", "３s", "10001h",
        "9999999999999ms",
        "1h30min",
    ])
    func otherTextsAreNoDurations(text: String) {
        #expect(Duration(text: text) == nil)
    }
}
