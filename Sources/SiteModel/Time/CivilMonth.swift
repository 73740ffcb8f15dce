/// A month of the calendar, without a zone: `2026-11`.
public struct CivilMonth: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// 1 to 9999.
    public let year: Int
    /// 1 to 12.
    public let month: Int

    public init?(year: Int, month: Int) {
        guard (1...9_999).contains(year), (1...12).contains(month) else { return nil }
        self.year = year
        self.month = month
    }

    public init(of day: CivilDate) {
        year = day.year
        month = day.month
    }

    /// Reads `2026-11`; nil for anything else.
    public init?(iso8601 text: String) {
        guard text.utf8.count == 7, let day = CivilDate(iso8601: text + "-01") else { return nil }
        self.init(of: day)
    }

    /// As it is stored: 202611. Nil for a number that is no month.
    public init?(number: Int64) {
        guard (101...999_912).contains(number) else { return nil }
        self.init(year: Int(number / 100), month: Int(number % 100))
    }

    public var number: Int64 { Int64(year * 100 + month) }

    public var firstDay: CivilDate {
        guard let day = CivilDate(year: year, month: month, day: 1) else {
            preconditionFailure("every month has a first day")
        }
        return day
    }

    /// The first day that is not in it any more.
    public var endDay: CivilDate {
        // 31 days after the first of a month is always within the next one.
        let next = CivilDate(daysSince1970: firstDay.daysSince1970 + 31)
        return CivilDate(daysSince1970: next.daysSince1970 - Int64(next.day) + 1)
    }

    public func contains(_ day: CivilDate) -> Bool { day.year == year && day.month == month }

    public var description: String { String(firstDay.description.prefix(7)) }

    public static func < (left: CivilMonth, right: CivilMonth) -> Bool {
        (left.year, left.month) < (right.year, right.month)
    }
}
