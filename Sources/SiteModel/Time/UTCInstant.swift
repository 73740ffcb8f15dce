/// A point in time: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX time).
///
/// Bounds: the years 0001 to 9999 print and parse; outside them `rfc3339` still prints digits but nothing
/// reads it back.
public struct UTCInstant: Sendable, Hashable, Comparable {
    public let milliseconds: Int64

    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    public static func < (left: UTCInstant, right: UTCInstant) -> Bool {
        left.milliseconds < right.milliseconds
    }

    public func advanced(byMilliseconds delta: Int64) -> UTCInstant {
        UTCInstant(milliseconds: milliseconds &+ delta)
    }

    /// `2026-11-21T04:10:53.123Z`, always 24 characters for the years 0001 to 9999.
    public var rfc3339: String {
        text(offsetMilliseconds: 0, separator: "T") + "Z"
    }

    /// `2026-11-21 12:10:53.123` at a fixed offset from UTC, for people.
    public func localText(offsetMilliseconds: Int64) -> String {
        text(offsetMilliseconds: offsetMilliseconds, separator: " ")
    }

    /// `2026-11-21 12:10:53` at a fixed offset from UTC, for platforms, which keep whole seconds.
    public func localSecondText(offsetMilliseconds: Int64) -> String {
        let local = milliseconds &+ offsetMilliseconds
        let day = local.flooredQuotient(by: Self.dayMilliseconds)
        let date = CivilDate(daysSince1970: day)
        let second = Int(local &- day &* Self.dayMilliseconds) / 1_000
        guard (0...9_999).contains(date.year) else {
            return String(localText(offsetMilliseconds: offsetMilliseconds).prefix(19))
        }
        return String(unsafeUninitializedCapacity: 19) { buffer in
            var count = 0
            func append(_ value: Int, _ width: Int, _ mark: UInt8) {
                var rest = value
                for place in stride(from: count + width - 1, through: count, by: -1) {
                    buffer[place] = UInt8(ascii: "0") + UInt8(rest % 10)
                    rest /= 10
                }
                count += width
                guard count < 19 else { return }
                buffer[count] = mark
                count += 1
            }
            append(date.year, 4, UInt8(ascii: "-"))
            append(date.month, 2, UInt8(ascii: "-"))
            append(date.day, 2, UInt8(ascii: " "))
            append(second / 3_600, 2, UInt8(ascii: ":"))
            append(second / 60 % 60, 2, UInt8(ascii: ":"))
            append(second % 60, 2, 0)
            return count
        }
    }

    /// The calendar day that holds this instant at a fixed offset from UTC.
    public func day(offsetMilliseconds: Int64) -> CivilDate {
        CivilDate(
            daysSince1970: (milliseconds &+ offsetMilliseconds).flooredQuotient(by: Self.dayMilliseconds))
    }

    /// Reads `2026-11-21T04:10:53.123Z` and the same with 0 to 3 fraction digits; nil for anything else.
    public init?(rfc3339 text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z"), bytes[10] == UInt8(ascii: "T"),
            let date = CivilDate(iso8601: String(decoding: bytes[0..<10], as: UTF8.self)),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let hour = Self.number(bytes[11..<13]), let minute = Self.number(bytes[14..<16]),
            let second = Self.number(bytes[17..<19]), hour < 24, minute < 60, second < 60
        else { return nil }
        var fraction: Int64 = 0
        if bytes.count > 20 {
            let digits = bytes[20..<(bytes.count - 1)]
            guard bytes[19] == UInt8(ascii: "."), (1...3).contains(digits.count),
                let value = Self.number(digits)
            else { return nil }
            fraction = [0, 100, 10, 1][digits.count] * value
        }
        let timeOfDay = ((hour * 60 + minute) * 60 + second) * 1_000 + fraction
        self.init(milliseconds: date.daysSince1970 * Self.dayMilliseconds + timeOfDay)
    }

    public static let dayMilliseconds: Int64 = 86_400_000

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        for byte in digits {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int64(byte - 0x30)
        }
        return value
    }

    private func text(offsetMilliseconds: Int64, separator: String) -> String {
        let local = milliseconds &+ offsetMilliseconds
        let day = local.flooredQuotient(by: Self.dayMilliseconds)
        // Wrapping, and still exact: the difference is below a day.
        let rest = local &- day &* Self.dayMilliseconds
        let date = CivilDate(daysSince1970: day)
        let time =
            "\(padded(rest / 3_600_000, 2)):\(padded(rest / 60_000 % 60, 2)):\(padded(rest / 1_000 % 60, 2))"
        return "\(date)\(separator)\(time).\(padded(rest % 1_000, 3))"
    }
}

/// A day in the proleptic Gregorian calendar, without a time or a zone.
public struct CivilDate: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let year: Int
    /// 1 to 12.
    public let month: Int
    /// 1 to 31.
    public let day: Int

    /// Nil when the day does not exist (30 February, month 13).
    public init?(year: Int, month: Int, day: Int) {
        guard (1...9_999).contains(year), (1...12).contains(month), day >= 1,
            day <= Self.dayCount(year: year, month: month)
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// Days to a date by Hinnant's `civil_from_days`, exact for every day count.
    public init(daysSince1970 days: Int64) {
        let shifted = days + 719_468
        let era = shifted.flooredQuotient(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    }

    /// Reads `2026-11-21`; nil for anything else or a day that does not exist.
    public init?(iso8601 text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].count == 4, parts[1].count == 2, parts[2].count == 2,
            parts.allSatisfy({ $0.allSatisfy { (0x30...0x39).contains($0) } }),
            let year = Int(Substring(parts[0])), let month = Int(Substring(parts[1])),
            let day = Int(Substring(parts[2]))
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    public var daysSince1970: Int64 {
        let shiftedYear = Int64(month <= 2 ? year - 1 : year)
        let era = shiftedYear.flooredQuotient(by: 400)
        let yearOfEra = shiftedYear - era * 400
        let shiftedMonth = Int64(month > 2 ? month - 3 : month + 9)
        let dayOfYear = (153 * shiftedMonth + 2) / 5 + Int64(day) - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// Completed years between a birth date and this day; a birthday on 29 February counts from 1 March in
    /// other years.
    public func age(ofBirth birth: CivilDate) -> Int {
        let hadBirthday = (month, day) >= (birth.month, birth.day)
        return year - birth.year - (hadBirthday ? 0 : 1)
    }

    public var description: String {
        "\(padded(Int64(year), 4))-\(padded(Int64(month), 2))-\(padded(Int64(day), 2))"
    }

    public static func < (left: CivilDate, right: CivilDate) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }

    private static func dayCount(year: Int, month: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }
}

/// Decimal digits with leading zeros up to `width`.
func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}

extension Int64 {
    /// Division that rounds towards minus infinity, for a positive divisor; days before 1970 need it.
    public func flooredQuotient(by divisor: Int64) -> Int64 {
        self >= 0 ? self / divisor : (self + 1) / divisor - 1
    }
}
