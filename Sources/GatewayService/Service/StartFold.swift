import AccessControl
import AttendanceLedger
import SiteModel

/// Brings index, presence and board to where the ledger stands. The roster is folded whole; attendance only
/// for the present shift.
struct StartFold {
    /// Attendance entries looked back at: two days of the largest site. Bounds the start, whatever the clock
    /// says.
    static let attendanceLimit = 100_000

    let reader: LedgerReader
    let index: WorkerIndex
    let presence: Presence
    let feed: BoardFeed

    func run(asOf instant: UTCInstant, offsetMilliseconds: Int64) throws(LedgerError) {
        try reader.forEachRosterEntry { entry throws(LedgerError) in
            do throws(AccessControlError) {
                try index.apply(entry)
            } catch {
                throw .chainBroken(sequence: entry.sequence)
            }
        }
        let shift = SiteShift(holding: instant, offsetMilliseconds: offsetMilliseconds)
        try reader.forEachAttendance(newest: Self.attendanceLimit, since: shift.boardStart) {
            entry throws(LedgerError) in
            try follow(entry, isOfShift: entry.occurredAt >= shift.start)
        }
        if let head = try reader.head() { feed.begin(at: head.sequence) }
    }

    private func follow(_ entry: LedgerEntry, isOfShift: Bool) throws(LedgerError) {
        do throws(CanonicalDecodingError) {
            try feed.follow(entry)
            guard isOfShift, entry.kind == .attendance, let worker = entry.subject else { return }
            let record = try AttendanceRecord(encoded: entry.body)
            guard record.reason == nil || (record.isOpened && record.direction == .leaving),
                let known = index.worker(worker)
            else { return }
            presence.follow(worker: worker, team: known.team, direction: record.direction)
        } catch {
            throw .chainBroken(sequence: entry.sequence)
        }
    }
}

/// What every start writes: the service began, under which policy, whether the clock can be believed, and a
/// signature under all of it.
struct StartEntries {
    let ledger: LedgerWriter
    let reader: LedgerReader
    let clock: any SiteClock

    /// - Returns: the `policyApplied` entry in force; a new one only when the policy differs from the last.
    func append(policy: PolicyApplied, version: String) async throws(LedgerError) -> LedgerSequence {
        let reading = clock.now()
        var drafts = [
            EntryDraft(ServiceMark(words: "muster \(version)"), kind: .serviceStarted, clock: reading)
        ]
        if reading.isSynchronised { drafts.append(ClockObserver.anchor(at: reading)) }
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
