import SiteModel

/// The backlog over time, drawn.
struct BacklogView: Sendable {
    static let width: Int64 = 600
    static let height: Int64 = 100

    /// Paths of an SVG of 600 x 100.
    let area: HTMLText
    let line: HTMLText
    let words: HTMLText
    let start: HTMLText
    let end: HTMLText
    let highest: HTMLText

    /// Nil before there are two samples.
    init?(
        _ samples: [SyncPlatform.Sample], now: UTCInstant, offsetMilliseconds: Int64, _ language: Language
    ) {
        guard let first = samples.first, let last = samples.last, samples.count > 1 else { return nil }
        let span = max(1, last.at.milliseconds - first.at.milliseconds)
        let highest = samples.map(\.waitingCount).max() ?? 0
        let points = samples.map { sample in
            let x = max(0, sample.at.milliseconds - first.at.milliseconds) * Self.width / span
            // Two units stay free above, so that the line is whole where it is highest.
            let y = Self.height - 1 - sample.waitingCount * (Self.height - 3) / max(1, highest)
            return "\(min(x, Self.width)) \(y)"
        }.joined(separator: "L")
        line = HTMLText(rendered: "M\(points)")
        area = HTMLText(rendered: "M0 \(Self.height)L\(points)L\(Self.width) \(Self.height)Z")
        words = BoardWords(
            "现在 \(last.waitingCount) 条待上报，最高 \(highest) 条",
            "\(last.waitingCount) wait now, \(highest) at the most"
        ).html(in: language)
        self.highest = HTMLText("\(highest)")
        start = HTMLText(Self.time(first.at, offsetMilliseconds, from: now))
        end = HTMLText(Self.time(last.at, offsetMilliseconds, from: now))
    }

    /// `08:20`, or with its day when it was another.
    private static func time(_ at: UTCInstant, _ offset: Int64, from now: UTCInstant) -> String {
        let text = at.localText(offsetMilliseconds: offset)
        let isToday =
            at.day(offsetMilliseconds: offset) == now.day(offsetMilliseconds: offset)
        return String(isToday ? text.dropFirst(11).prefix(5) : text.dropFirst(5).prefix(11))
    }
}

/// Five weeks as a calendar, Mondays first, ending with this week.
struct CalendarView: Sendable {
    static let weekCount: Int64 = 5
    /// Of the bar of a day.
    static let barWidth: Int64 = 100

    struct WeekView: Sendable {
        let days: [DayView]
    }

    struct DayView: Sendable {
        /// `complete`, `waiting`, `refused`, `empty`, `ahead`: the class.
        let state: HTMLText
        let date: HTMLText
        let isToday: Bool
        /// Nil on a day without passes.
        let bar: BarView?
        /// For those who hear the page.
        let words: HTMLText
    }

    struct BarView: Sendable {
        let mark: HTMLText
        let count: HTMLText
        let confirmedWidth: HTMLText
        let refusedStart: HTMLText
        let refusedWidth: HTMLText
    }

    let weekdays: [HTMLText]
    let weeks: [WeekView]

    init(_ days: [SyncPlatform.Day], today: CivilDate, _ language: Language) {
        weekdays =
            (language == .chinese
            ? ["一", "二", "三", "四", "五", "六", "日"] : ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"])
            .map { HTMLText($0) }
        // 1970-01-01 was a Thursday.
        let weekday = (today.daysSince1970 + 3) % 7
        let start = today.daysSince1970 - weekday - (Self.weekCount - 1) * 7
        let known = Dictionary(days.map { ($0.day, $0) }) { first, _ in first }
        weeks = (0..<Self.weekCount).map { week in
            WeekView(
                days: (0..<Int64(7)).map { number in
                    let day = CivilDate(daysSince1970: start + week * 7 + number)
                    return DayView(known[day], on: day, today: today, isFirst: week + number == 0, language)
                })
        }
    }
}

extension CalendarView.DayView {
    fileprivate init(
        _ day: SyncPlatform.Day?, on date: CivilDate, today: CivilDate, isFirst: Bool, _ language: Language
    ) {
        // 2026-11-28
        let text = date.description
        let dayOfMonth = text.suffix(2)
        self.date = HTMLText(
            String(isFirst || dayOfMonth == "01" ? text.suffix(5) : dayOfMonth))
        isToday = date == today
        guard let day, day.recordedCount > 0 else {
            state = HTMLText(date > today ? "ahead" : "empty")
            bar = nil
            words = BoardWords("\(text)：无考勤", "\(text): no passes").html(in: language)
            return
        }
        let waiting = day.recordedCount - day.confirmedCount - day.rejectedCount
        let name = day.rejectedCount > 0 ? "refused" : waiting > 0 ? "waiting" : "complete"
        state = HTMLText(name)
        let width = { (count: Int64) in count * CalendarView.barWidth / day.recordedCount }
        let confirmed = width(day.confirmedCount)
        // A refused one is always to be seen.
        let refused = day.rejectedCount > 0 ? max(4, width(day.rejectedCount)) : 0
        bar = CalendarView.BarView(
            mark: HTMLText(name == "complete" ? "✓" : name == "refused" ? "×" : "…"),
            count: HTMLText("\(name == "refused" ? day.rejectedCount : day.recordedCount)"),
            confirmedWidth: HTMLText("\(min(confirmed, CalendarView.barWidth - refused))"),
            refusedStart: HTMLText("\(CalendarView.barWidth - refused)"), refusedWidth: HTMLText("\(refused)")
        )
        words = BoardWords(
            "\(text)：记录 \(day.recordedCount)，已报 \(day.sentCount)，确认 \(day.confirmedCount)，"
                + "待确认 \(waiting)，退回 \(day.rejectedCount)",
            "\(text): \(day.recordedCount) recorded, \(day.sentCount) sent, \(day.confirmedCount) confirmed, "
                + "\(waiting) waiting, \(day.rejectedCount) refused"
        ).html(in: language)
    }
}
