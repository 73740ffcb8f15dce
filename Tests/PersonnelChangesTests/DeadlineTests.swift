import PersonnelChanges
import SiteModel
import Testing

/// The 24-hour and ten-day clocks at each of their boundaries, and under every clock that a gate may have.
struct DeadlineTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let kind: Deadline.Kind
        /// From the start.
        let after: Duration
        let stage: DeadlineStage

        var testDescription: String { "\(kind) after \(after)" }
    }

    private static func row(_ kind: Deadline.Kind, hours: Int64, _ rest: Int64, _ stage: DeadlineStage) -> Row
    {
        Row(kind: kind, after: .milliseconds(hours * 3_600_000 + rest), stage: stage)
    }

    private static let rows: [Row] = [
        row(.change, hours: 0, 0, .inTime),
        row(.change, hours: 12, -1, .inTime),
        row(.change, hours: 12, 0, .warning),
        row(.change, hours: 20, -1, .warning),
        row(.change, hours: 20, 0, .urgent),
        row(.change, hours: 24, -1, .urgent),
        row(.change, hours: 24, 0, .late),
        row(.change, hours: 9_600, 0, .late),
        row(.change, hours: -1, 0, .inTime),
        row(.enrolment, hours: 168, -1, .inTime),
        row(.enrolment, hours: 168, 0, .warning),
        row(.enrolment, hours: 216, -1, .warning),
        row(.enrolment, hours: 216, 0, .urgent),
        row(.enrolment, hours: 240, -1, .urgent),
        row(.enrolment, hours: 240, 0, .late),
    ]

    @Test(arguments: rows)
    func aStageBeginsWithItsFirstMillisecond(row: Row) {
        let deadline = Deadline(row.kind, from: Invented.noon)
        let instant = Invented.noon.advanced(byMilliseconds: row.after.wholeMilliseconds)
        #expect(deadline.stage(at: instant) == row.stage)
        #expect((deadline.remainingMilliseconds(at: instant) <= 0) == (row.stage == .late))
    }

    /// Every kind of change has the same clock.
    @Test(arguments: PersonnelChangeKind.allCases, rows.filter { $0.kind == .change })
    func eachKindOfChangeStandsByTheSameClock(kind: PersonnelChangeKind, row: Row) {
        let recorded = Invented.clock()
        let change = Self.change(recorded: recorded, kind: kind)
        let instant = recorded.wall.advanced(byMilliseconds: row.after.wholeMilliseconds)
        #expect(change.stage(at: instant, ClockHistory().corrected) == row.stage)
        #expect(
            change.deadline(ClockHistory().corrected).dueAt
                == recorded.wall.advanced(byMilliseconds: 24 * Self.hours))
    }

    /// A day without a time means its end in site time: 2026-11-21 ends at 16:00 UTC.
    @Test func anEnrolmentCountsFromTheEndOfTheDayOfEntry() throws {
        let calendar = SiteCalendar(now: Invented.noon, offsetMilliseconds: Invented.offset)
        let roster = Invented.roster([Invented.worker(1, joinedOn: "2026-11-11")])
        let enrolment = roster.enrolments(calendar: calendar)[0]
        #expect(enrolment.deadline?.dueAt.rfc3339 == "2026-11-21T16:00:00.000Z")
        #expect(enrolment.stateName(at: Invented.noon) == "urgent")
        let last = try #require(UTCInstant(rfc3339: "2026-11-21T15:59:59.999Z"))
        #expect(enrolment.stateName(at: last) == "urgent")
        #expect(enrolment.stateName(at: last.advanced(byMilliseconds: 1)) == "late")
    }

    @Test func whoWasTakenOverIsLateOnlyAfterJoiningAgain() {
        let calendar = SiteCalendar(now: Invented.noon, offsetMilliseconds: Invented.offset)
        var roster = Invented.roster([])
        let (worker, id) = (Invented.worker(1, joinedOn: "2026-01-11"), WorkerID(rawValue: 1))
        roster.apply(worker, of: id, isTakenOver: true)
        var enrolment = roster.enrolments(calendar: calendar)[0]
        #expect(enrolment.deadline == nil && !enrolment.isComplete)
        #expect(
            enrolment.stateName(at: Invented.noon) == "taken_over" && !enrolment.isLate(at: Invented.noon))
        #expect(enrolment.json(at: Invented.noon).contains("\"due_at\":null"))
        roster.apply(Invented.worker(1, joinedOn: "2026-11-11"), of: id, isTakenOver: nil)
        #expect(roster.enrolments(calendar: calendar)[0].deadline == nil, "a change starts no clock")
        roster.apply(Invented.worker(1, joinedOn: "2026-11-11"), of: id, isTakenOver: false)
        enrolment = roster.enrolments(calendar: calendar)[0]
        #expect(enrolment.deadline?.dueAt.rfc3339 == "2026-11-21T16:00:00.000Z")
    }

    // MARK: Clocks

    private static let firstBoot = Invented.clock().boot
    private static let hours: Int64 = 3_600_000

    private static func reading(
        wall: UTCInstant, uptimeHours: Int64, boot: UInt8 = 7, _ synchronisation: ClockSynchronisation
    ) -> ClockReading {
        ClockReading(
            wall: wall, uptime: Uptime(milliseconds: uptimeHours * hours + 1_000),
            boot: BootID(bytes: [UInt8](repeating: boot, count: 16))!, synchronisation: synchronisation)
    }

    private static func change(
        recorded: ClockReading, statedAt: UTCInstant? = nil, kind: PersonnelChangeKind = .joined
    ) -> TrackedChange {
        var book = ChangeBook()
        let occurredAt = statedAt ?? recorded.wall
        let body = PersonnelChange(
            kind: kind, occurredAt: occurredAt, dueAt: occurredAt, worker: Invented.worker(1),
            source: "test")
        // try!: an entry of our own reads back.
        try! book.apply(Invented.entry(body, .personnelChange, 1, recorded))
        return book.changes[0]
    }

    struct ClockRow: Sendable, CustomTestStringConvertible {
        let says: String
        /// What the wall clock said when the change was recorded, two hours before true noon.
        let wall: String
        let synchronisation: ClockSynchronisation
        /// Somebody vouched for the clock in the same boot, at true noon.
        let isAnchoredLater: Bool
        let startsAt: String

        var testDescription: String { says }
    }

    /// True noon is 04:00 UTC; the change was recorded at 02:00.
    @Test(arguments: [
        ClockRow(
            says: "a good clock", wall: "2026-11-21T02:00:00Z", synchronisation: .kernel,
            isAnchoredLater: false, startsAt: "2026-11-21T02:00:00.000Z"),
        ClockRow(
            says: "1970, set right later", wall: "1970-01-01T00:00:01Z", synchronisation: .none,
            isAnchoredLater: true, startsAt: "2026-11-21T02:00:00.000Z"),
        ClockRow(
            says: "2099, set right later", wall: "2099-12-31T23:00:00Z", synchronisation: .none,
            isAnchoredLater: true, startsAt: "2026-11-21T02:00:00.000Z"),
        ClockRow(
            says: "an hour slow, set right later", wall: "2026-11-21T01:00:00Z", synchronisation: .none,
            isAnchoredLater: true, startsAt: "2026-11-21T02:00:00.000Z"),
        ClockRow(
            says: "nobody ever vouched", wall: "2026-11-21T02:00:00Z", synchronisation: .none,
            isAnchoredLater: false, startsAt: "2026-11-21T02:00:00.000Z"),
    ])
    func aChangeCountsFromWhenItTrulyHappened(row: ClockRow) throws {
        let recorded = Self.reading(
            wall: try #require(UTCInstant(rfc3339: row.wall)), uptimeHours: 2, row.synchronisation)
        var history = ClockHistory()
        history.follow(recorded, kind: .serviceStarted)
        if row.isAnchoredLater {
            history.follow(Self.reading(wall: Invented.noon, uptimeHours: 4, .kernel), kind: .clockAnchor)
        }
        let change = Self.change(recorded: recorded)
        let deadline = change.deadline(history.corrected)
        let start = try #require(UTCInstant(rfc3339: row.startsAt))
        // An anchor holds to the drift of a crystal.
        #expect(abs(deadline.start.milliseconds - start.milliseconds) <= 1_000)
        let due = start.advanced(byMilliseconds: 24 * Self.hours)
        #expect(change.stage(at: due.advanced(byMilliseconds: -2_000), history.corrected) == .urgent)
        #expect(change.stage(at: due.advanced(byMilliseconds: 2_000), history.corrected) == .late)
    }

    /// A board without battery boots in 1970 again: what a person dated stands, and so does what was recorded
    /// under a good clock.
    @Test func aRebootWithoutClockMovesNothing() throws {
        let recorded = Self.reading(wall: Invented.noon, uptimeHours: 2, .kernel)
        let stated = Invented.noon.advanced(byMilliseconds: -5 * Self.hours)
        var history = ClockHistory()
        history.follow(recorded, kind: .clockAnchor)
        let before = [recorded, recorded].map { Self.change(recorded: $0).deadline(history.corrected) }
        let dated = Self.change(recorded: recorded, statedAt: stated)
        history.follow(
            Self.reading(wall: UTCInstant(milliseconds: 0), uptimeHours: 0, boot: 8, .none),
            kind: .serviceStarted)
        #expect(Self.change(recorded: recorded).deadline(history.corrected) == before[0])
        #expect(dated.deadline(history.corrected).start == stated)
    }

    /// The wall clock is set wrong, back or forward, while a change is open: its clock runs on with the time
    /// that the kernel counts.
    @Test(arguments: ["1970-01-01T00:00:00Z", "2099-12-31T23:59:59Z", "2026-11-21T03:00:00Z"])
    func aStepOfThePresentClockNeitherHurriesNorHoldsAChange(wall: String) throws {
        let recorded = Self.reading(wall: Invented.noon, uptimeHours: 2, .kernel)
        var history = ClockHistory()
        history.follow(recorded, kind: .clockAnchor)
        let change = Self.change(recorded: recorded)
        let stepped = try #require(UTCInstant(rfc3339: wall))
        for (hours, stage) in [(11, DeadlineStage.inTime), (13, .warning), (21, .urgent), (25, .late)] {
            // As long after the step as before it.
            let now = Self.reading(wall: stepped, uptimeHours: 2 + Int64(hours), .none)
            #expect(change.stage(at: history.corrected(now).instant, history.corrected) == stage)
        }
    }

    /// The record of lateness stays after the confirmation; one in time stays in time for ever.
    private static let confirmations: [(Int64, DeadlineStage)] = [
        (86_399_999, .urgent), (86_400_000, .late), (0, .inTime), (43_200_000, .warning),
    ]

    @Test(arguments: confirmations)
    func aConfirmationStopsTheClockWhereItStands(after: Int64, stage: DeadlineStage) throws {
        var book = ChangeBook()
        let clock = Invented.clock()
        let joined = PersonnelChange(
            kind: .joined, occurredAt: clock.wall, dueAt: clock.wall, worker: Invented.worker(1),
            source: "test")
        try book.apply(Invented.entry(joined, .personnelChange, 1, clock))
        let later = Invented.clock(Invented.noon.advanced(byMilliseconds: after))
        let confirmed = ChangeConfirmed(change: LedgerSequence(1), reference: "88", by: "李工")
        try book.apply(Invented.entry(confirmed, .changeConfirmed, 2, later))
        let history = ClockHistory()
        let change = book.changes[0]
        let muchLater = Invented.noon.advanced(byMilliseconds: 900 * Self.hours)
        #expect(change.stage(at: muchLater, history.corrected) == stage)
        #expect(book.unconfirmed(history.corrected).isEmpty)
        let statistics = ChangeStatistics(of: book.changes, at: muchLater, history.corrected)
        #expect(statistics.inTimeShare == (stage == .late ? 0 : 1))
        #expect(statistics.medianDelayMilliseconds == after)
        // A second word changes nothing.
        try book.apply(Invented.entry(confirmed, .changeConfirmed, 3, Invented.clock(muchLater)))
        #expect(book.changes == [change])
    }

    @Test func whoIsConfirmedBeforeTheEndOfTheirDayTookNoTime() throws {
        var book = ChangeBook()
        let endOfDay = Invented.noon.advanced(byMilliseconds: 4 * Self.hours)
        let left = PersonnelChange(
            kind: .left, occurredAt: endOfDay, dueAt: endOfDay, worker: Invented.worker(1), source: "test")
        try book.apply(Invented.entry(left, .personnelChange, 1))
        let confirmed = ChangeConfirmed(change: LedgerSequence(1), reference: "88", by: "李工")
        try book.apply(Invented.entry(confirmed, .changeConfirmed, 2))
        let statistics = ChangeStatistics(of: book.changes, at: endOfDay, ClockHistory().corrected)
        #expect(statistics.medianDelayMilliseconds == 0 && statistics.inTimeShare == 1)
    }

    @Test func whatWasTakenOverStartsNoClock() throws {
        var book = ChangeBook()
        let body = PersonnelChange(
            kind: .joined, occurredAt: Invented.noon, dueAt: Invented.noon, worker: Invented.worker(1),
            source: "test", isBaseline: true)
        try book.apply(Invented.entry(body, .personnelChange, 1, Invented.clock()))
        #expect(book.changes.isEmpty)
    }
}
