import AccessControl
import AttendanceLedger
import SiteModel

/// Brings index, presence, board and badges to where the ledger stands. The roster is folded whole;
/// attendance only for the present shift; badges as far back as one can be valid.
struct StartFold {
    /// Attendance entries looked back at: two days of the largest site. Bounds the start, whatever the clock
    /// says.
    static let attendanceLimit = 100_000
    /// Badges and day passes looked back at: some days of the largest site.
    private static let badgeLimit = 16_384

    let reader: LedgerReader
    let index: WorkerIndex
    let presence: Presence
    let feed: BoardFeed
    let badges: BadgeBook

    /// - Parameter history: the clocks up to the newest entry. What a wall clock said that nobody vouched for
    ///   hides no swipe of today and brings none of another day.
    func run(
        asOf instant: UTCInstant, by history: ClockHistory, offsetMilliseconds: Int64
    ) throws(LedgerError) {
        try reader.forEachRosterEntry { entry throws(LedgerError) in
            do throws(AccessControlError) {
                try index.apply(entry)
            } catch {
                throw .chainBroken(sequence: entry.sequence)
            }
        }
        let shift = SiteShift(holding: instant, offsetMilliseconds: offsetMilliseconds)
        var late: [LedgerEntry] = []
        var waiting = WaitingMoves()
        try reader.forEachAttendance(
            newest: Self.attendanceLimit, since: shift.boardStart, by: history, withPassages: true
        ) { entry throws(LedgerError) in
            let isOfShift = history.corrected(entry.clock).instant >= shift.start
            if try follow(entry, isOfShift: isOfShift, &waiting) { late.append(entry) }
        }
        // Nobody will tell of these any more.
        waiting.all.forEach(follow)
        try followLate(late, since: shift.start, by: history)
        try followBadges(asOf: instant, by: history)
        if let head = try reader.head() { feed.begin(at: head.sequence) }
    }

    /// - Returns: whether it is of a leaver who waited in the reserve: those are followed afterwards.
    private func follow(
        _ entry: LedgerEntry, isOfShift: Bool, _ waiting: inout WaitingMoves
    ) throws(LedgerError) -> Bool {
        do throws(CanonicalDecodingError) {
            try feed.follow(entry)
            if entry.kind == .passage {
                let passage = try PassageRecord(encoded: entry.body)
                follow(passage, of: entry.subject, waiting.take(passage.attendance))
                return false
            }
            guard isOfShift, let move = try Move(entry) else { return false }
            if move.isWaiting { waiting.add(move) } else if !move.isLate { follow(move) }
            return move.isLate
        } catch {
            throw .chainBroken(sequence: entry.sequence)
        }
    }

    private func follow(_ move: Move) {
        guard let known = index.worker(move.worker) else { return }
        presence.follow(
            worker: move.worker, team: known.team, direction: move.direction, by: move.attendance)
    }

    private func follow(_ passage: PassageRecord, of worker: WorkerID?, _ move: Move?) {
        if passage.passage == .notPassed {
            if let worker { presence.takeBack(worker: worker, by: passage.attendance) }
        } else if let move {
            follow(move)
        }
    }

    /// Badges, and what those that may still be valid were used for.
    private func followBadges(asOf instant: UTCInstant, by history: ClockHistory) throws(LedgerError) {
        let given = try reader.badgeEntries(newest: Self.badgeLimit)
        func take(_ entry: LedgerEntry) throws(LedgerError) {
            do throws(CanonicalDecodingError) {
                try badges.follow(entry)
            } catch {
                throw .chainBroken(sequence: entry.sequence)
            }
        }
        for entry in given { try take(entry) }
        let oldest = instant.advanced(byMilliseconds: -BadgeCode.longestValidity)
        guard let first = given.first(where: { history.corrected($0.clock).instant >= oldest }),
            let head = try reader.head()?.sequence.rawValue
        else { return }
        // Twice: a pass and what the barrier said of it.
        var position = max(first.sequence, LedgerSequence(head - 2 * Int64(Self.attendanceLimit)))
        while let last = try follow(after: position, take) { position = last }
    }

    private func follow(
        after position: LedgerSequence, _ take: (LedgerEntry) throws(LedgerError) -> Void
    ) throws(LedgerError) -> LedgerSequence? {
        let entries = try reader.entries(after: position, limit: 1_024)
        for entry in entries where entry.kind == .attendance || entry.kind == .passage { try take(entry) }
        return entries.last?.sequence
    }

    /// Late records stand where they were written, not where they happened: each counts unless the worker
    /// moved after it. Rare, so the shift is walked once more for them.
    private func followLate(
        _ late: [LedgerEntry], since start: UTCInstant, by history: ClockHistory
    ) throws(LedgerError) {
        let workers = Set(late.compactMap(\.subject))
        guard !workers.isEmpty else { return }
        var newest: [WorkerID: Move] = [:]
        func take(_ entry: LedgerEntry) throws(LedgerError) {
            do throws(CanonicalDecodingError) {
                guard let move = try Move(entry), !move.isWaiting, workers.contains(move.worker) else {
                    return
                }
                if let other = newest[move.worker], !move.isAfter(other, by: history) { return }
                newest[move.worker] = move
            } catch {
                throw .chainBroken(sequence: entry.sequence)
            }
        }
        try reader.forEachAttendance(newest: Self.attendanceLimit, since: start, by: history, take)
        newest.values.forEach(follow)
    }
}

/// Moves of which a barrier has not told yet.
private struct WaitingMoves {
    private var moves: [LedgerSequence: Move] = [:]

    mutating func add(_ move: Move) { moves[move.attendance] = move }

    mutating func take(_ attendance: LedgerSequence) -> Move? { moves.removeValue(forKey: attendance) }

    /// In the order of their entries.
    var all: [Move] { moves.values.sorted { $0.attendance < $1.attendance } }
}

/// What an attendance entry says of where somebody is.
private struct Move {
    let worker: WorkerID
    let attendance: LedgerSequence
    let direction: Direction
    let isLate: Bool
    let isWaiting: Bool
    private let clock: ClockReading

    /// Nil when it moves nobody.
    init?(_ entry: LedgerEntry) throws(CanonicalDecodingError) {
        guard entry.kind == .attendance, let worker = entry.subject else { return nil }
        let record = try AttendanceRecord(encoded: entry.body)
        let count = record.count(after: nil)
        guard count != .never else { return nil }
        self.worker = worker
        attendance = entry.sequence
        isWaiting = count == .waits
        direction = record.direction
        isLate = record.isLate
        clock = entry.clock
    }

    func isAfter(_ other: Move, by history: ClockHistory) -> Bool {
        clock.boot == other.clock.boot
            ? clock.uptime > other.clock.uptime
            : history.corrected(clock).instant > history.corrected(other.clock).instant
    }
}

/// What every start writes: the service began, under which policy, whether the clock can be believed, and a
/// signature under all of it.
struct StartEntries {
    let ledger: LedgerWriter
    let reader: LedgerReader
    let clock: any SiteClock

    /// Writes them; with a policy that is in force already they may wait in `journal`, so that a gate whose
    /// disk is full goes on letting people out after a restart.
    ///
    /// - Parameter lost: passes of which nobody will hear; told first, in the same commit.
    func begin(
        policy: PolicyApplied, version: String, journal: EventJournal, settling lost: LostPassages
    ) async throws(LedgerError) -> LedgerSequence {
        do throws(LedgerError) {
            return try await append(policy: policy, version: version, settling: lost)
        } catch {
            switch error {
            case .diskFull, .storage: break
            default: throw error
            }
            guard let last = try reader.newestPolicy(), last.body == policy.encoded else { throw error }
            let reading = clock.now()
            await journal.write(
                lost.drafts(at: reading) + drafts(version: version, at: reading)
                    + [.checkpoint(at: reading)])
            return last.sequence
        }
    }

    private func drafts(version: String, at reading: ClockReading) -> [EntryDraft] {
        let mark = EntryDraft(
            ServiceMark(words: "muster \(version)"), kind: .serviceStarted, clock: reading)
        return reading.synchronisation.isDisciplined ? [mark, ClockObserver.anchor(at: reading)] : [mark]
    }

    /// - Returns: the `policyApplied` entry in force; a new one only when the policy differs from the last.
    func append(
        policy: PolicyApplied, version: String, settling lost: LostPassages
    ) async throws(LedgerError) -> LedgerSequence {
        let reading = clock.now()
        var drafts = lost.drafts(at: reading) + drafts(version: version, at: reading)
        let last = try reader.newestPolicy()
        if last?.body != policy.encoded {
            drafts.append(EntryDraft(policy, kind: .policyApplied, clock: reading))
        }
        drafts.append(.checkpoint(at: reading))
        let entries = try await ledger.append(drafts)
        guard let applied = entries.last(where: { $0.kind == .policyApplied }) ?? last else {
            preconditionFailure("the ledger lost a draft")
        }
        return applied.sequence
    }
}
