import Dispatch
import SQLiteStore
public import SiteModel
import Synchronization

extension LedgerReader {
    /// Every entry that changes the roster, of all origins, in order, opened; without the changes of workers
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

    /// The same with every other entry of which roster, changes and site are folded
    /// (`LedgerEntryKind.isOfPeople`).
    public func forEachPeopleEntry(
        _ body: (LedgerEntry) throws(LedgerError) -> Void
    ) throws(LedgerError) {
        try forEachPeopleEntry(upToKind: 39, body)
    }

    private func forEachPeopleEntry(
        upToKind kind: Int64, _ body: (LedgerEntry) throws(LedgerError) -> Void
    ) throws(LedgerError) {
        // One thread at a time: the next page is read while this one is opened.
        let rows = Mutex(try connect())
        let erased = try rows.withLock { rows throws(LedgerError) in try rows.erasedWorkers() }
        let next = Mutex(
            Result { () throws(LedgerError) in
                try rows.withLock { rows throws(LedgerError) in
                    try rows.peoplePage(upToKind: kind, after: (.min, 0))
                }
            })
        while true {
            let page = try next.withLock(\.self).get()
            if page.rows.isEmpty { return }
            let openedRows = page.rows.opened(siteKey: siteKey, path: path) {
                let read = Result { () throws(LedgerError) in
                    try rows.withLock { rows throws(LedgerError) in
                        try rows.peoplePage(upToKind: kind, after: page.last)
                    }
                }
                next.withLock { $0 = read }
            }
            for (row, opened) in zip(page.rows, openedRows) {
                if let entry = try opened.get() {
                    try body(entry)
                } else if row.entry.subject.map(erased.contains) != true {
                    throw .keysMissing(path: path)
                }
            }
        }
    }
}

/// An entry as it lies on disk, and the wrapped key that opens it.
private struct SealedRow: Sendable {
    let entry: LedgerEntry
    /// Empty when the ledger holds no key of the worker.
    let wrappedKey: [UInt8]

    /// - Returns: nil without key.
    func opened(siteKey: SiteKey?, path: String) throws(LedgerError) -> LedgerEntry? {
        guard entry.sealing == .workerKey else { return entry }
        guard let siteKey else { throw .siteKeyMissing(directory: LedgerSchema.directory(of: path)) }
        guard let worker = entry.subject, !wrappedKey.isEmpty else { return nil }
        let key = try WorkerKeys.unwrapped(wrappedKey, of: worker, by: siteKey, path: path)
        return try entry.opened(with: key, path: path)
    }
}

private struct PeoplePage: Sendable {
    let rows: [SealedRow]
    let last: (origin: Int64, sequence: Int64)
}

extension [SealedRow] {
    /// Rows that one processor opens in about a millisecond.
    private static let shareCount = 64

    /// In order; each as `SealedRow.opened` gives it. `meanwhile` is called once, beside the opening.
    fileprivate func opened(
        siteKey: SiteKey?, path: String, meanwhile: @Sendable () -> Void
    ) -> [Result<LedgerEntry?, LedgerError>] {
        let starts = [Int](stride(from: 0, to: count, by: Self.shareCount))
        let shares = Mutex([[Result<LedgerEntry?, LedgerError>]](repeating: [], count: starts.count))
        DispatchQueue.concurrentPerform(iterations: starts.count + 1) { iteration in
            guard iteration > 0 else { return meanwhile() }
            let number = iteration - 1
            let share = self[starts[number]..<Swift.min(count, starts[number] + Self.shareCount)].map { row in
                Result { () throws(LedgerError) in try row.opened(siteKey: siteKey, path: path) }
            }
            shares.withLock { $0[number] = share }
        }
        return shares.withLock { $0.flatMap(\.self) }
    }
}

extension EntryRows {
    /// Without what is not folded: who looked, accounts and photos.
    fileprivate func peoplePage(
        upToKind kind: Int64, after place: (origin: Int64, sequence: Int64)
    ) throws(LedgerError) -> PeoplePage {
        let statement = try statement(
            """
            SELECT origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot, synchronisation,
            sealing, body, hash, wrapped
            FROM entry INDEXED BY entry_of_people LEFT JOIN worker_key ON worker_key.worker = subject
            WHERE (kind = 9 OR kind = 10 OR kind = 16 OR kind BETWEEN 19 AND 39)
            AND kind <= ?4 AND kind NOT IN (21, 22, 23) AND (origin, sequence) > (?1, ?2)
            ORDER BY origin, sequence LIMIT ?3
            """, place.origin, place.sequence, Int64(LedgerReader.pageCount), kind)
        var wrappedKeys: [[UInt8]] = []
        let page = try page(statement, after: place) { wrappedKeys.append(statement.bytes(11)) }
        return PeoplePage(rows: zip(page.entries, wrappedKeys).map(SealedRow.init), last: page.last)
    }
}

extension LedgerReader {
    /// The change of a worker of this node before an entry; nil when that was their first, or they were erased.
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
