import AccessControl
import AttendanceLedger
import LocalWeb
import SiteModel
import Synchronization

/// Follows the ledger for the board: the newest swipes and today's counts. Names are looked up when they are
/// shown.
final class BoardFeed: Sendable {
    private struct State {
        /// Newest last, at most `BoardSnapshot.shownSwipeCount`.
        var recent: [RecentSwipe] = []
        /// In the order in which their first swipe came, at most `dayLimit`. Swipes under a clock that is
        /// disciplined: nothing that comes later moves them.
        var days: [DayCounts] = []
        /// All others, in order, at most `StartFold.attendanceLimit`, and how they count by what is known
        /// now.
        var unsettled: [UnsettledSwipe] = []
        var unsettledDays: [DayCounts] = []
        /// Of whom a barrier has to tell, newest last, at most `waitingLimit`: older ones are read again when
        /// it does.
        var waiting: [RecentSwipe] = []
        var position = LedgerSequence(0)
    }

    /// Swipes of one day in site time.
    private struct DayCounts {
        let day: CivilDate
        var granted = 0
        var refused = 0
    }

    /// Around midnight a swipe of yesterday may be written after one of today.
    private static let dayLimit = 2

    /// Grants of a minute and a half.
    private static let waitingLimit = 1_024

    private struct UnsettledSwipe {
        let sequence: LedgerSequence
        let clock: ClockReading
        let isGranted: Bool
    }

    private struct RecentSwipe {
        let sequence: LedgerSequence
        let clock: ClockReading
        let worker: WorkerID?
        let record: AttendanceRecord
        var passage: Passage?

        init(_ entry: LedgerEntry) throws(CanonicalDecodingError) {
            sequence = entry.sequence
            clock = entry.clock
            worker = entry.subject
            record = try AttendanceRecord(encoded: entry.body)
        }
    }

    /// An element after entries were taken in; the newest alone waits. For one follower: the board.
    let changes: AsyncStream<Void>
    private let change: AsyncStream<Void>.Continuation
    private let state = Mutex(State())
    private let reader: LedgerReader
    private let time: SiteTime
    private let offsetMilliseconds: Int64
    /// What is only warned of is shown by the policy of now.
    private let policy: AccessPolicy

    init(reader: LedgerReader, time: SiteTime, offsetMilliseconds: Int64, policy: PolicyApplied) {
        self.policy = AccessPolicy(policy)
        (changes, change) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.reader = reader
        self.time = time
        self.offsetMilliseconds = offsetMilliseconds
    }

    /// Stands at this position, whatever came before it: the board follows the ledger from here.
    func begin(at position: LedgerSequence) {
        state.withLock { $0.position = position }
    }

    /// Takes one entry in.
    func follow(_ entry: LedgerEntry) throws(CanonicalDecodingError) { try follow(CollectionOfOne(entry)) }

    /// Takes in entries that follow each other: all of them, or, when it throws, none.
    func follow(_ entries: some Collection<LedgerEntry>) throws(CanonicalDecodingError) {
        var swipes: [RecentSwipe] = []
        var passages: [PassageRecord] = []
        var last: LedgerSequence?
        for entry in entries {
            last = entry.sequence
            if entry.kind == .attendance { swipes.append(try RecentSwipe(entry)) }
            if entry.kind == .passage { passages.append(try PassageRecord(encoded: entry.body)) }
        }
        guard let last else { return }
        state.withLock { state in
            var (next, told) = (swipes.makeIterator(), passages.makeIterator())
            for entry in entries {
                if time.follow(entry) { recount(&state) }
                if entry.kind == .attendance, let swipe = next.next() { take(swipe, in: &state) }
                if entry.kind == .passage, let passage = told.next() { take(passage, in: &state) }
            }
            state.position = max(state.position, last)
            state.recent.removeFirst(max(0, state.recent.count - BoardSnapshot.shownSwipeCount))
        }
        change.yield()
    }

    private func take(_ swipe: RecentSwipe, in state: inout State) {
        let instant = time.instant(of: swipe.clock)
        let day = instant.day(offsetMilliseconds: offsetMilliseconds)
        // A late record of a day that is not shown any more takes no other day's place.
        let isCounted =
            !swipe.record.isLate || state.days.isEmpty || state.days.contains { $0.day == day }
        if isCounted {
            count(swipe, on: day, in: &state)
        }
        if swipe.record.isLate {
            state.recent.insert(swipe, at: place(at: instant, among: state.recent))
        } else {
            state.recent.append(swipe)
        }
        // More than are shown stay until the page is taken in.
        if state.recent.count > 4 * BoardSnapshot.shownSwipeCount {
            state.recent.removeFirst(state.recent.count - BoardSnapshot.shownSwipeCount)
        }
    }

    /// A barrier told of somebody: what waited counts or never does, and what counted may not any more.
    private func take(_ passage: PassageRecord, in state: inout State) {
        let sequence = passage.attendance
        guard sequence.rawValue > 0 else { return }
        if let index = state.recent.lastIndex(where: { $0.sequence == sequence }) {
            state.recent[index].passage = passage.passage
        }
        let waiting = state.waiting.firstIndex { $0.sequence == sequence }
        // try?: an entry that cannot be read is the verification's; here it counts for nothing.
        guard let swipe = waiting.map({ state.waiting.remove(at: $0) }) ?? (try? read(sequence)),
            swipe.record.reason == nil
        else { return }
        switch (swipe.record.count(after: nil), swipe.record.count(after: passage.passage)) {
        case (.waits, .counts): count(swipe, isGranted: true, on: day(of: swipe.clock), in: &state)
        case (.counts, .never): discount(swipe, in: &state)
        default: return
        }
    }

    private func read(_ sequence: LedgerSequence) throws -> RecentSwipe? {
        guard let entry = try reader.entry(sequence), entry.kind == .attendance else { return nil }
        return try RecentSwipe(entry)
    }

    private func discount(_ swipe: RecentSwipe, in state: inout State) {
        let day = day(of: swipe.clock)
        if let index = state.unsettled.lastIndex(where: { $0.sequence == swipe.sequence }) {
            state.unsettled.remove(at: index)
            recount(&state)
        } else if let index = state.days.firstIndex(where: { $0.day == day }) {
            state.days[index].granted -= 1
        }
    }

    /// Of a late record: before what happened after it, so that it is nobody's newest swipe.
    private func place(at instant: UTCInstant, among recent: [RecentSwipe]) -> Int {
        let earlier = recent.lastIndex { time.instant(of: $0.clock) <= instant }
        return earlier.map { $0 + 1 } ?? recent.startIndex
    }

    /// Visitors, too, are let in or refused; a worker counts when it is known that they passed.
    private func count(_ swipe: RecentSwipe, on day: CivilDate, in state: inout State) {
        guard swipe.record.count(after: nil) == .waits, swipe.record.reason == nil else {
            return count(swipe, isGranted: swipe.record.reason == nil, on: day, in: &state)
        }
        if state.waiting.count >= Self.waitingLimit { state.waiting.removeFirst() }
        state.waiting.append(swipe)
    }

    private func count(
        _ swipe: RecentSwipe, isGranted: Bool, on day: CivilDate, in state: inout State
    ) {
        let clock = swipe.clock
        guard !clock.synchronisation.isDisciplined else {
            Self.count(isGranted: isGranted, on: day, in: &state.days)
            if state.days.count > Self.dayLimit { state.days.removeFirst() }
            return
        }
        Self.count(isGranted: isGranted, on: day, in: &state.unsettledDays)
        state.unsettled.append(
            UnsettledSwipe(sequence: swipe.sequence, clock: clock, isGranted: isGranted))
        guard state.unsettled.count > StartFold.attendanceLimit else { return }
        // Half of them are days old by then.
        state.unsettled.removeFirst(StartFold.attendanceLimit / 2)
        recount(&state)
    }

    /// More is known of the clock: swipes may belong to another day.
    private func recount(_ state: inout State) {
        state.unsettledDays = []
        for swipe in state.unsettled {
            Self.count(isGranted: swipe.isGranted, on: day(of: swipe.clock), in: &state.unsettledDays)
        }
    }

    private func day(of clock: ClockReading) -> CivilDate {
        time.instant(of: clock).day(offsetMilliseconds: offsetMilliseconds)
    }

    private static func count(isGranted: Bool, on day: CivilDate, in days: inout [DayCounts]) {
        let index = days.firstIndex { $0.day == day } ?? days.endIndex
        if index == days.endIndex { days.append(DayCounts(day: day)) }
        if isGranted { days[index].granted += 1 } else { days[index].refused += 1 }
    }

    var position: LedgerSequence { state.withLock { $0.position } }

    /// Granted and refused swipes of `day`.
    func counts(on day: CivilDate) -> (granted: Int, refused: Int) {
        state.withLock { state in
            (state.days + state.unsettledDays).filter { $0.day == day }
                .reduce((0, 0)) { ($0.0 + $1.granted, $0.1 + $1.refused) }
        }
    }

    /// Newest first.
    func swipes() throws(LedgerError) -> [BoardSwipe] {
        let recent = state.withLock { $0.recent }
        var swipes: [BoardSwipe] = []
        for swipe in recent.reversed() { swipes.append(try show(swipe)) }
        return swipes
    }

    private func show(_ swipe: RecentSwipe) throws(LedgerError) -> BoardSwipe {
        let record = swipe.record
        let corrected = time.corrected(swipe.clock)
        return BoardSwipe(
            sequence: swipe.sequence, occurredAt: time.instant(of: swipe.clock),
            person: try person(of: swipe),
            lane: record.reader.lane, direction: record.direction, reason: record.reason,
            isOpened: record.isOpened, isTimeUncertain: record.isTimeUncertain,
            timeMark: corrected.basis == .synchronised ? nil : corrected.isKnown ? .corrected : .pending,
            lacks: record.direction == .leaving
                ? [] : policy.unmet(in: record.standing, counting: .warn).map(\.reason),
            isTurnedBack: swipe.passage == .notPassed)
    }

    private func person(of swipe: RecentSwipe) throws(LedgerError) -> BoardPerson {
        if let pass = swipe.record.badge, swipe.record.standing.contains(.isVisitor) {
            return .visitor(pass)
        }
        guard let id = swipe.worker, let change = try reader.newestChange(of: id) else {
            return .stranger(maskedCredential: swipe.record.maskedCredential ?? "")
        }
        let team = change.worker.team.name
        let isManual = swipe.record.manual != nil
        return .worker(name: change.worker.name, team: isManual ? "\(team) · 人工放行 by hand" : team)
    }
}
