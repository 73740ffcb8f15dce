public import SiteModel

/// What one worker did on one day of site time.
///
/// - A pass out belongs to the day of the pass in before it: a night shift is one day, the one it began on.
/// - Whoever comes back from a break after midnight goes on with that day, while the shift lasts.
/// - Time on site is what lies between a pass in and the next pass out. What nobody saw end does not count: a
///   missed swipe is put right by a correction, never guessed.
public struct WorkDay: Sendable, Hashable {
    public let day: CivilDate
    public let first: UTCInstant
    public let last: UTCInstant
    public let passCount: Int
    /// Time on site, whole minutes, rounded down once a day.
    public let minutes: Int

    /// From in to out at most; a longer one is a forgotten pass. So long is a shift with its breaks.
    static let longestStayMilliseconds: Int64 = 16 * 3_600_000
    /// From out to in; whoever stays away longer begins anew.
    static let longestBreakMilliseconds: Int64 = 4 * 3_600_000

    public func counts(by rule: DayRule) -> Bool {
        passCount >= rule.leastPassCount
            && last.milliseconds - first.milliseconds >= Int64(rule.leastMinutes) * 60_000
    }

    /// The days of one worker, in order.
    ///
    /// - Parameter passes: of one worker, in any order.
    public static func days(of passes: [CountedPass], offsetMilliseconds: Int64) -> [WorkDay] {
        var building: [CivilDate: Building] = [:]
        var entered: CountedPass?
        /// Of the pass in: the day that it belongs to.
        var enteredDay = CivilDate(daysSince1970: 0)
        var shift: Shift?
        for pass in passes.sorted(by: { ($0.at, $0.direction.rawValue) < ($1.at, $1.direction.rawValue) }) {
            var day = pass.at.day(offsetMilliseconds: offsetMilliseconds)
            switch pass.direction {
            case .entering:
                if let shift, shift.goesOn(at: pass.at) { day = shift.day } else { shift = nil }
                (entered, enteredDay) = (pass, day)
            case .leaving:
                if let began = entered,
                    pass.at.milliseconds - began.at.milliseconds <= longestStayMilliseconds
                {
                    day = enteredDay
                    building[day, default: Building(pass)].milliseconds +=
                        pass.at.milliseconds - began.at.milliseconds
                    shift = Shift(day: day, began: shift?.began ?? began.at, left: pass.at)
                } else {
                    shift = nil
                }
                entered = nil
            // A lane that does not know its direction: somebody was there.
            case .unknown: break
            }
            building[day, default: Building(pass)].add(pass)
        }
        return building.map { $1.workDay(of: $0) }.sorted { $0.day < $1.day }
    }

    /// A stay and those before it on the same day.
    private struct Shift {
        let day: CivilDate
        let began: UTCInstant
        let left: UTCInstant

        /// Whoever comes now is back from a break.
        func goesOn(at instant: UTCInstant) -> Bool {
            instant.milliseconds - left.milliseconds <= longestBreakMilliseconds
                && instant.milliseconds - began.milliseconds < longestStayMilliseconds
        }
    }

    private struct Building {
        var first: UTCInstant
        var last: UTCInstant
        var passCount = 0
        var milliseconds: Int64 = 0

        init(_ pass: CountedPass) {
            (first, last) = (pass.at, pass.at)
        }

        mutating func add(_ pass: CountedPass) {
            (first, last) = (min(first, pass.at), max(last, pass.at))
            passCount += 1
        }

        func workDay(of day: CivilDate) -> WorkDay {
            WorkDay(
                day: day, first: first, last: last, passCount: passCount, minutes: Int(milliseconds / 60_000))
        }
    }
}

/// What one worker did in a month.
public struct MonthTotal: Sendable, Hashable {
    /// Those that count.
    public let dayCount: Int
    /// Time on site of all days, also those that do not count.
    public let minutes: Int

    /// - Parameter passes: of one worker; also those of the days before and after the month, for shifts that
    ///   cross its ends.
    public init(
        of passes: [CountedPass], in month: CivilMonth, rule: DayRule, offsetMilliseconds: Int64
    ) {
        let days = WorkDay.days(of: passes, offsetMilliseconds: offsetMilliseconds)
            .filter { month.contains($0.day) }
        dayCount = days.count { $0.counts(by: rule) }
        minutes = days.reduce(0) { $0 + $1.minutes }
    }
}
