import AttendanceLedger
public import SiteModel
import Synchronization

/// Finds workers as somebody types: by number, name, pinyin, phone, card or team.
///
/// A fold of the ledger like `Roster`, in columns that a search walks whole: a millisecond or two for
/// 100,000 workers, 61 bytes each, and nothing to keep in balance. What it holds is personal data and
/// stays in memory: names as they are compared, numbers, phones. Who is erased is found by nothing, and
/// their columns are overwritten with zeros.
///
/// The lock is held for a whole search; nothing at a lane waits for it.
public final class WorkerSearch: Sendable {
    /// More hits than that are never given at once.
    public static let maximumLimit = 1_000

    private let state: Mutex<State>

    private struct State {
        var table = SearchTable()
        /// Of a large import whose end has not come.
        var staged = StagedChanges<ProjectWorker>()
        var position = LedgerSequence(0)

        mutating func put(_ worker: ProjectWorker, of id: WorkerID, at entry: LedgerEntry) {
            if staged.holds(entry) { staged.hold(worker, of: id) } else { table.put(worker, of: id) }
        }

        mutating func erase(_ id: WorkerID) {
            staged.drop(id)
            table.erase(id)
        }
    }

    public init() {
        state = Mutex(State())
    }

    /// The same as if it had followed the entries that made the roster.
    public init(_ roster: Roster) {
        var folded = State()
        folded.table.reserve(rowCount: roster.members.count)
        for member in roster.members { folded.table.put(member.worker, of: member.id) }
        folded.position = roster.position
        state = Mutex(folded)
    }

    /// Takes in the next entry of the ledger; entries that do not change the roster are passed over.
    ///
    /// - Throws: `PersonnelError.damagedEntry`; then nothing of the entry was taken in.
    public func apply(_ entry: LedgerEntry) throws(PersonnelError) {
        guard entry.kind.changesRoster else { return }
        var worker: ProjectWorker?
        var applied: RosterApplied?
        do throws(CanonicalDecodingError) {
            if entry.kind == .personnelChange { worker = try PersonnelChange(encoded: entry.body).worker }
            if entry.kind == .rosterApplied { applied = try RosterApplied(encoded: entry.body) }
        } catch {
            throw .damagedEntry(entry.sequence)
        }
        if entry.kind != .rosterApplied, entry.subject == nil { throw .damagedEntry(entry.sequence) }
        state.withLock { state in
            if let id = entry.subject {
                if let worker { state.put(worker, of: id, at: entry) }
                if entry.kind == .workerErased { state.erase(id) }
            }
            if let applied {
                for (id, worker) in state.staged.follow(applied, at: entry) {
                    state.table.put(worker, of: id)
                }
            }
            state.position = entry.sequence
        }
    }

    /// The best hits of a text.
    ///
    /// Found are: a name by any part of it, in characters, pinyin or initials (`PinyinPattern`); a team the
    /// same way; an identity number whole or by its last four or more; a phone by its first or last four or
    /// more digits; a card by any printed form. One letter finds the names that begin with it, in pinyin or
    /// as they are; one digit finds nothing.
    ///
    /// Order: whole numbers and cards; then who is present before who has left; then as the cases of
    /// `WorkerHit.Reason` stand; then as the workers first came.
    ///
    /// - Parameters:
    ///   - limit: 1 to `maximumLimit`; others are taken for the nearest of these.
    ///   - now: who has left by then.
    public func hits(
        for text: String, limit: Int = 20, includesLeft: Bool = true, now: UTCInstant
    ) -> WorkerHits {
        let query = SearchQuery(text)
        guard !query.isEmpty else { return WorkerHits() }
        let kept = min(max(limit, 1), Self.maximumLimit)
        return state.withLock { state in
            let found = state.table.reasons(for: query)
            return state.table.best(kept, of: found, includesLeft: includesLeft, now: now)
        }
    }

    /// The newest entry taken in that changes the roster; 0 before the first.
    public var position: LedgerSequence { state.withLock { $0.position } }

    /// Workers known, also those who left.
    public var workerCount: Int { state.withLock { $0.table.workerCount } }

    /// Memory of the columns, as it is reserved.
    public var byteCount: Int { state.withLock { $0.table.byteCount } }

    /// For tests: what the index holds, to be compared with another.
    var rows: [SearchRow] { state.withLock { $0.table.rows } }

    /// For tests: whether these units stand anywhere in the index, found or not.
    func holds(_ units: [UInt16]) -> Bool { state.withLock { $0.table.holds(units) } }
}
