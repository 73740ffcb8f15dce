public import SiteModel
import Synchronization

/// Whom a credential belongs to, from memory: the fold of the ledger's personnel changes, without names.
///
/// - Every entry carries the whole worker, so the newest one decides. Somebody who left stays known; joining
///   again clears the leaving.
/// - One card or ID number given to two workers belongs to the one whose entry is newer; the other no longer
///   answers to it, also when it is given up later.
/// - The changes of a large import wait for its end, and then take effect between two look-ups.
/// - Chip serials and QR tokens are not on the roster yet: nobody has one.
/// - 95 bytes a worker with both keys. The lock is held for a few probes, but for two cases: growth beyond
///   the reserved capacity, which makes the tables again (60 ms at a million workers, so reserve at start),
///   and a page of a team's list.
public final class WorkerIndex: Sendable {
    /// Beyond this a worker is not taken in (`AccessControlError.tooManyWorkers`). 250 MB.
    public static let maximumWorkerCount = 4_000_000

    private let table: Mutex<WorkerTable>
    /// Held by whoever takes in an entry, for as long as that lasts; look-ups never ask for it.
    private let staged = Mutex(StagedChanges<WorkerPlace>())

    /// - Parameter expectedWorkerCount: room made at once; the index grows beyond it when it must.
    public convenience init(expectedWorkerCount: Int = 0) {
        self.init(expectedWorkerCount: expectedWorkerCount, maximumWorkerCount: Self.maximumWorkerCount)
    }

    init(expectedWorkerCount: Int, maximumWorkerCount: Int) {
        table = Mutex(WorkerTable(rowCapacity: expectedWorkerCount, maximumRowCount: maximumWorkerCount))
    }

    /// The worker, present or past, whom a credential belongs to. Does not allocate.
    public func lookUp(_ credential: Credential) -> IndexedWorker? {
        table.withLock { $0.worker(credential) }
    }

    /// The same with the roster position that belongs to it: both go into the record.
    public func answer(to credential: Credential) -> RosterAnswer {
        table.withLock { RosterAnswer(worker: $0.worker(credential), rosterPosition: $0.rosterPosition) }
    }

    public func worker(_ id: WorkerID) -> IndexedWorker? {
        table.withLock { $0.worker(id) }
    }

    /// The newest entry taken in that changes the roster; 0 before the first.
    public var rosterPosition: LedgerSequence { table.withLock { $0.rosterPosition } }

    /// Workers known, also those who left.
    public var workerCount: Int { table.withLock { $0.rowCount } }

    /// Memory of the columns, without the names of the teams.
    public var byteCount: Int { table.withLock { $0.byteCount } }
}

extension WorkerIndex {
    /// Takes in the next entry of the ledger. Entries that do not change the roster are passed over.
    ///
    /// - Returns: the worker as they stand now; nil when the entry changes none.
    /// - Throws: `AccessControlError`; then nothing of the entry was taken in.
    @discardableResult
    public func apply(_ entry: LedgerEntry) throws(AccessControlError) -> IndexedWorker? {
        switch entry.kind {
        case .personnelChange:
            let (worker, place) = try Self.decode(entry)
            return try staged.withLock { (staged) throws(AccessControlError) in
                guard staged.holds(entry) else {
                    return try table.withLock { (table) throws(AccessControlError) in
                        try table.put(place, of: worker, sequence: entry.sequence)
                    }
                }
                try pass(entry)
                staged.hold(place, of: worker)
                return nil
            }
        case .rosterApplied:
            try follow(Self.applied(entry), at: entry)
            return nil
        case .workerErased:
            guard let worker = entry.subject else { throw .unreadableEntry(entry.sequence) }
            try staged.withLock { (staged) throws(AccessControlError) in
                try table.withLock { (table) throws(AccessControlError) in
                    try table.erase(worker, sequence: entry.sequence)
                }
                staged.drop(worker)
            }
            return nil
        default: return nil
        }
    }

    /// What waited takes effect between two look-ups: it is put into a copy that takes the table's place.
    private func follow(_ applied: RosterApplied, at entry: LedgerEntry) throws(AccessControlError) {
        try staged.withLock { (staged) throws(AccessControlError) in
            let changes = staged.follow(applied, at: entry)
            guard !changes.isEmpty else { return try pass(entry) }
            var next = table.withLock { $0.copy() }
            try next.put(changes, sequence: entry.sequence)
            table.withLock { swap(&$0, &next) }
        }
    }

    private func pass(_ entry: LedgerEntry) throws(AccessControlError) {
        try table.withLock { (table) throws(AccessControlError) in try table.pass(entry.sequence) }
    }

    private static func applied(_ entry: LedgerEntry) throws(AccessControlError) -> RosterApplied {
        do throws(CanonicalDecodingError) {
            return try RosterApplied(encoded: entry.body)
        } catch {
            throw .unreadableEntry(entry.sequence)
        }
    }

    /// Takes in many, as at start. The lock is taken for each entry, not for all of them.
    ///
    /// - Throws: `AccessControlError` for the first entry that cannot be taken in; those before it are in.
    public func apply(_ entries: [LedgerEntry]) throws(AccessControlError) {
        for entry in entries { try apply(entry) }
    }

    /// Makes room for that many workers in all, the present ones among them.
    public func reserve(workerCount: Int) {
        table.withLock { $0.reserve(rowCapacity: workerCount) }
    }

    private static func decode(
        _ entry: LedgerEntry
    ) throws(AccessControlError) -> (WorkerID, WorkerPlace) {
        guard entry.sealing == .clear, let worker = entry.subject, worker.rawValue != 0 else {
            throw .unreadableEntry(entry.sequence)
        }
        do throws(CanonicalDecodingError) {
            return (worker, try WorkerPlace(encoded: entry.body))
        } catch {
            throw .unreadableEntry(entry.sequence)
        }
    }
}

extension WorkerIndex {
    /// Most workers that `workers(of:after:)` gives in one call: about 20 µs under the lock.
    public static let pageWorkerCount = 256

    /// All teams that the ledger names, in the order in which it first did.
    public var teams: [IndexedTeam] {
        table.withLock { table in
            (0..<table.teams.teams.count).map { table.teams.summary(TeamNumber(rawValue: UInt32($0))) }
        }
    }

    /// The names behind a number; nil for a number that this index never gave.
    public func team(_ number: TeamNumber) -> IndexedTeam? {
        table.withLock { table in
            number.rawValue < table.teams.teams.count ? table.teams.summary(number) : nil
        }
    }

    public func number(of team: Team) -> TeamNumber? {
        table.withLock { $0.teams.existingNumber(of: team) }
    }

    /// One page of the workers of a team, also those who left, newest in the team first.
    ///
    /// - Parameter last: the last worker of the page before; nil for the first page.
    /// - Returns: fewer than `pageWorkerCount` at the end. Nil when `last` has changed team meanwhile: begin
    ///   again.
    public func workers(of team: TeamNumber, after last: WorkerID? = nil) -> [WorkerID]? {
        table.withLock { $0.workers(of: team, after: last, limit: Self.pageWorkerCount) }
    }
}
