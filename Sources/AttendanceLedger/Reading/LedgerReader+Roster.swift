import Dispatch
import SQLiteStore
public import SiteModel
import Synchronization

extension LedgerReader {
    /// Every entry of this node that changes the roster, in order, opened; without the changes of workers
    /// who were erased. Walks the roster's own index, so it takes the same time whatever lies between.
    ///
    /// Bodies are opened on all processors, a page at a time: a gate machine starts with 100,000 of them.
    ///
    /// - Throws: `LedgerError.keysMissing` for a worker without key whom nobody erased.
    public func forEachRosterEntry(
        _ body: (LedgerEntry) throws(LedgerError) -> Void
    ) throws(LedgerError) {
        try forEachPeopleEntry(upToKind: 16, body)
    }

    /// The same with every other entry of which roster, changes, corrections and site
    /// are folded (`LedgerEntryKind.isOfPeople`).
    public func forEachPeopleEntry(
        _ body: (LedgerEntry) throws(LedgerError) -> Void
    ) throws(LedgerError) {
        try forEachPeopleEntry(upToKind: 39, body)
    }

    /// Also since `erased` was read: an officer may erase somebody while their entries are walked.
    private func isErased(
        _ entry: LedgerEntry, among erased: Set<WorkerID>
    ) throws(LedgerError) -> Bool {
        guard let worker = entry.subject else { return false }
        if erased.contains(worker) { return true }
        return try erasedWorkers().contains(worker)
    }

    private func forEachPeopleEntry(
        upToKind kind: Int64, _ body: (LedgerEntry) throws(LedgerError) -> Void
    ) throws(LedgerError) {
        let rows = try connect()
        let erased = try rows.erasedWorkers()
        let opener = PageOpener(rows, upToKind: kind, siteKey: siteKey)
        // Also after a throw: what runs beside must not outlive this call.
        defer { opener.finish() }
        opener.begin()
        while true {
            let page = try opener.take()
            if page.isEmpty { return }
            opener.begin()
            for row in page {
                if let entry = try row.opened.get() {
                    try body(entry)
                } else if try !isErased(row.entry, among: erased) {
                    throw .keysMissing(path: path)
                }
            }
        }
    }
}

/// Reads pages and opens them beside whoever folds them: one page is read, one opened and one folded at the
/// same time.
private final class PageOpener: Sendable {
    /// Rows that one processor opens in about a millisecond.
    private static let shareCount = 64

    private struct State {
        /// Read and not yet opened.
        var next: Result<PeoplePage, LedgerError>?
        /// Opened and not yet taken.
        var opened: Result<[OpenedRow], LedgerError>?
    }

    private let rows: Mutex<EntryRows>
    private let kind: Int64
    private let siteKey: SiteKey?
    private let path: String
    private let state = Mutex(State())
    private let work = DispatchGroup()

    init(_ rows: sending EntryRows, upToKind kind: Int64, siteKey: SiteKey?) {
        path = rows.path
        self.rows = Mutex(rows)
        self.kind = kind
        self.siteKey = siteKey
    }

    /// Begins to open the next page, and to read the one behind it.
    func begin() {
        DispatchQueue.global(qos: .userInitiated).async(group: work) { [self] in
            let page = state.withLock { $0.next } ?? read(after: 0)
            let opened = page.map { page in page.rows.isEmpty ? [] : open(page) }
            state.withLock { $0.opened = opened }
        }
    }

    /// Waits for the page that was begun; empty at the end.
    func take() throws(LedgerError) -> [OpenedRow] {
        work.wait()
        guard let opened = state.withLock({ $0.opened.take() }) else {
            preconditionFailure("a page is taken once, after it was begun")
        }
        return try opened.get()
    }

    func finish() { work.wait() }

    private func read(after sequence: Int64) -> Result<PeoplePage, LedgerError> {
        Result { () throws(LedgerError) in
            try rows.withLock { rows throws(LedgerError) in
                try rows.peoplePage(upToKind: kind, after: sequence)
            }
        }
    }

    /// In order. On all processors, a share of the page at a time.
    private func open(_ page: PeoplePage) -> [OpenedRow] {
        let starts = [Int](stride(from: 0, to: page.rows.count, by: Self.shareCount))
        let shares = Mutex([[OpenedRow]](repeating: [], count: starts.count))
        DispatchQueue.concurrentPerform(iterations: starts.count + 1) { iteration in
            guard iteration > 0 else {
                let next = read(after: page.last)
                return state.withLock { $0.next = next }
            }
            let start = starts[iteration - 1]
            let rows = page.rows[start..<min(page.rows.count, start + Self.shareCount)]
            let share = rows.map { OpenedRow($0, siteKey: siteKey, path: path) }
            shares.withLock { $0[iteration - 1] = share }
        }
        return shares.withLock { $0.flatMap(\.self) }
    }
}

private struct OpenedRow: Sendable {
    let entry: LedgerEntry
    /// Nil without key.
    let opened: Result<LedgerEntry?, LedgerError>

    init(_ row: SealedRow, siteKey: SiteKey?, path: String) {
        entry = row.entry
        opened = Result { () throws(LedgerError) in try row.opened(siteKey: siteKey, path: path) }
    }
}

/// An entry as it lies on disk, and the wrapped key that opens it.
private struct SealedRow: Sendable {
    let entry: LedgerEntry
    /// Empty when the ledger holds no key of the worker.
    let wrappedKey: [UInt8]

    /// - Returns: nil without key.
    func opened(siteKey: SiteKey?, path: String) throws(LedgerError) -> LedgerEntry? {
        try entry.refuseUnsealed()
        guard entry.sealing == .workerKey else { return entry }
        guard let siteKey else { throw .siteKeyMissing(directory: LedgerSchema.directory(of: path)) }
        guard let worker = entry.subject, !wrappedKey.isEmpty else { return nil }
        let key = try WorkerKeys.unwrapped(wrappedKey, of: worker, by: siteKey, path: path)
        return try entry.opened(with: key, path: path)
    }
}

private struct PeoplePage: Sendable {
    let rows: [SealedRow]
    /// Where it ends.
    let last: Int64
}

extension EntryRows {
    /// Without what is not folded: who looked, accounts, photos and papers.
    fileprivate func peoplePage(
        upToKind kind: Int64, after sequence: Int64
    ) throws(LedgerError) -> PeoplePage {
        let statement = try statement(
            """
            SELECT origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot, synchronisation,
            sealing, body, hash, wrapped
            FROM entry INDEXED BY entry_of_people LEFT JOIN worker_key ON worker_key.worker = subject
            WHERE (kind = 9 OR kind = 10 OR kind = 14 OR kind = 16 OR kind BETWEEN 19 AND 39)
            AND kind <= ?3
            AND kind NOT IN (21, 22, 23, 37) AND (kind <> 14 OR ?3 > 16)
            AND origin = 1 AND sequence > ?1
            ORDER BY origin, sequence LIMIT ?2
            """, sequence, Int64(LedgerReader.pageCount), kind)
        var wrappedKeys: [[UInt8]] = []
        let page = try page(statement, after: (1, sequence)) { wrappedKeys.append(statement.bytes(11)) }
        return PeoplePage(rows: zip(page.entries, wrappedKeys).map(SealedRow.init), last: page.last.sequence)
    }
}

extension LedgerReader {
    /// The change of a worker of this node before an entry; nil when that was their first, or they were
    /// erased.
    public func change(
        of worker: WorkerID, before sequence: LedgerSequence
    ) throws(LedgerError) -> PersonnelChange? {
        let entry = try first(isOpened: true) { rows throws(LedgerError) in
            try rows.statement(
                """
                SELECT origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot, synchronisation,
                sealing, body, hash FROM entry INDEXED BY entry_of_worker
                WHERE subject = ?1 AND kind = 9 AND origin = 1 AND sequence < ?2
                ORDER BY sequence DESC LIMIT 1
                """, Int64(bitPattern: worker.rawValue), sequence.rawValue)
        }
        guard let entry else { return nil }
        do throws(CanonicalDecodingError) {
            return try PersonnelChange(encoded: entry.body)
        } catch {
            throw .chainBroken(sequence: entry.sequence)
        }
    }
}
