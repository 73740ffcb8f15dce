import SQLiteStore
import SiteModel

/// A connection with the origins and boots that its rows name by number, read once each.
final class EntryRows {
    let connection: SQLiteConnection
    let path: String
    /// Nil without site key: bodies that are sealed stay so.
    let keys: WorkerKeys?
    private var origins: [Int64: LedgerOrigin] = [:]
    private var boots: [Int64: BootID] = [:]

    init(connection: SQLiteConnection, path: String, siteKey: SiteKey? = nil) {
        self.connection = connection
        self.path = path
        keys = siteKey.map { WorkerKeys(siteKey: $0, path: path) }
    }

    /// Steps `statement` to its end and hands over each row as an entry; resets it, whatever happens.
    ///
    /// Columns: origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot, synchronisation, sealing,
    /// body, hash.
    ///
    /// - Throws: what `body` throws; `LedgerError.chainBroken` for a row whose columns are no entry.
    func forEach(
        _ statement: SQLiteStatement, _ body: (LedgerEntry) throws(LedgerError) -> Void
    ) throws(LedgerError) {
        defer { statement.reset() }
        while try step(statement) {
            guard let entry = try entry(statement) else {
                throw .chainBroken(sequence: LedgerSequence(statement.wholeNumber(1)))
            }
            try body(entry)
        }
    }

    /// All rows of `statement`, which reads the same columns.
    func entries(_ statement: SQLiteStatement) throws(LedgerError) -> [LedgerEntry] {
        var entries: [LedgerEntry] = []
        try forEach(statement) { entries.append($0) }
        return entries
    }

    /// Rows of `statement`, which reads the same columns in their order after `place`, and where the last one
    /// stands: `place` when there is none. Fewer than the statement has where their bodies are large: a row
    /// may hold a quarter of a megabyte, and a gate machine has one gigabyte.
    ///
    /// - Parameter readMore: called while the statement stands on a row whose entry was taken.
    /// - Throws: `LedgerError.chainBroken` at a row whose columns are no entry; `.fileDamaged` at one that
    ///   does not come after the one before: on damaged pages a walk by place would never end.
    func page(
        _ statement: SQLiteStatement, after place: (origin: Int64, sequence: Int64),
        alsoReading readMore: () -> Void = {}
    ) throws(LedgerError) -> (entries: [LedgerEntry], last: (origin: Int64, sequence: Int64)) {
        defer { statement.reset() }
        var entries: [LedgerEntry] = []
        var (last, byteCount) = (place, 0)
        while byteCount < Self.pageByteCount, try step(statement) {
            guard let entry = try entry(statement) else {
                throw .chainBroken(sequence: LedgerSequence(statement.wholeNumber(1)))
            }
            let found = (origin: statement.wholeNumber(0), sequence: entry.sequence.rawValue)
            guard found > last else { throw .fileDamaged(path: path, words: "its rows are out of order") }
            entries.append(entry)
            readMore()
            byteCount += entry.body.count
            last = found
        }
        return (entries, last)
    }

    /// Bodies of a page: read on beyond it, and no further.
    private static let pageByteCount = 8 << 20

    /// The row under the statement; nil when its columns are no entry.
    func entry(_ row: SQLiteStatement) throws(LedgerError) -> LedgerEntry? {
        guard let origin = try origin(row.wholeNumber(0)),
            let kind = LedgerEntryKind(rawValue: Int(row.wholeNumber(2))),
            let boot = try boot(row.wholeNumber(6)),
            let synchronisation = ClockSynchronisation(rawValue: Int(row.wholeNumber(7))),
            Self.uptimeMilliseconds.contains(row.wholeNumber(5)),
            let sealing = BodySealing(rawValue: Int(row.wholeNumber(8)))
        else { return nil }
        return LedgerEntry(
            origin: origin, sequence: LedgerSequence(row.wholeNumber(1)), kind: kind,
            subject: row.optionalWholeNumber(3).map { WorkerID(rawValue: UInt64(bitPattern: $0)) },
            clock: ClockReading(
                wall: UTCInstant(milliseconds: row.wholeNumber(4)),
                uptime: Uptime(milliseconds: row.wholeNumber(5)), boot: boot,
                synchronisation: synchronisation),
            sealing: sealing, body: row.bytes(9), hash: row.bytes(10))
    }

    /// What a sealed body says; a clear one as it is.
    ///
    /// - Returns: nil when the ledger holds no key of the worker.
    func opened(_ entry: LedgerEntry) throws(LedgerError) -> LedgerEntry? {
        try entry.refuseUnsealed()
        guard entry.sealing == .workerKey else { return entry }
        guard let keys else {
            throw .siteKeyMissing(directory: LedgerSchema.directory(of: path))
        }
        guard let worker = entry.subject, let key = try keys.key(of: worker, on: connection) else {
            return nil
        }
        keys.trim()
        return try entry.opened(with: key, path: path)
    }

    /// What fits in nanoseconds: 292 years. Beyond it somebody wrote into the file.
    private static let uptimeMilliseconds = 0...(Int64.max / 1_000_000)

    func step(_ statement: SQLiteStatement) throws(LedgerError) -> Bool {
        do throws(SQLiteError) {
            return try statement.step()
        } catch {
            throw LedgerError(error, path: path)
        }
    }

    /// The cached statement of a literal with these values bound to ?1, ?2, …
    func statement(_ sql: StaticString, _ values: Int64...) throws(LedgerError) -> SQLiteStatement {
        do throws(SQLiteError) {
            let statement = try connection.statement(sql)
            for (index, value) in values.enumerated() { try statement.bind(index + 1, value) }
            return statement
        } catch {
            throw LedgerError(error, path: path)
        }
    }

    /// The text of an origin's number; nil when the table has no such row.
    func origin(_ number: Int64) throws(LedgerError) -> LedgerOrigin? {
        if let known = origins[number] { return known }
        let statement = try statement("SELECT text FROM origin WHERE number = ?1", number)
        defer { statement.reset() }
        guard try step(statement) else { return nil }
        let origin = LedgerOrigin(statement.text(0))
        origins[number] = origin
        return origin
    }

    /// Where the chain of an origin begins; nil when the table has no such row.
    func publicKey(_ number: Int64) throws(LedgerError) -> [UInt8]? {
        let statement = try statement("SELECT public_key FROM origin WHERE number = ?1", number)
        defer { statement.reset() }
        return try step(statement) ? statement.bytes(0) : nil
    }

    /// False for a backup that was made without its keys.
    func holdsKeys() throws(LedgerError) -> Bool {
        let statement = try statement("SELECT 1 FROM node_key WHERE origin = 1")
        defer { statement.reset() }
        return try step(statement)
    }

    /// Whether a change of the worker stands here.
    func knows(_ worker: WorkerID) throws(LedgerError) -> Bool {
        let statement = try statement(
            "SELECT 1 FROM entry INDEXED BY entry_of_worker WHERE subject = ?1 AND kind = 9 LIMIT 1",
            Int64(bitPattern: worker.rawValue))
        defer { statement.reset() }
        return try step(statement)
    }

    /// Everybody whose key was destroyed.
    func erasedWorkers() throws(LedgerError) -> Set<WorkerID> {
        let statement = try statement(
            """
            SELECT DISTINCT subject FROM entry INDEXED BY entry_of_evidence
            WHERE kind = 16 AND subject IS NOT NULL AND sequence > 0
            """)
        defer { statement.reset() }
        var workers: Set<WorkerID> = []
        while try step(statement) {
            workers.insert(WorkerID(rawValue: UInt64(bitPattern: statement.wholeNumber(0))))
        }
        return workers
    }

    /// The number of a row before the first that there is: nobody who writes here gives it. Nil when there is
    /// none. One step into the key.
    func sequenceBeforeFirst() throws(LedgerError) -> LedgerSequence? {
        let statement = try statement("SELECT min(sequence) FROM entry WHERE origin = 1")
        defer { statement.reset() }
        guard try step(statement), let least = statement.optionalWholeNumber(0), least < 1 else { return nil }
        return LedgerSequence(least)
    }

    /// An origin that entries name and that is not the ledger's own; nil when there is none. Two steps into
    /// the key: asked for in one, SQLite would walk all entries.
    func foreignOrigin() throws(LedgerError) -> Int64? {
        let statement = try statement(
            "SELECT (SELECT min(origin) FROM entry), (SELECT max(origin) FROM entry)")
        defer { statement.reset() }
        guard try step(statement), let least = statement.optionalWholeNumber(0) else { return nil }
        let most = statement.wholeNumber(1)
        return least != 1 ? least : most != 1 ? most : nil
    }

    private func boot(_ number: Int64) throws(LedgerError) -> BootID? {
        if let known = boots[number] { return known }
        let statement = try statement("SELECT id FROM boot WHERE number = ?1", number)
        defer { statement.reset() }
        guard try step(statement), let boot = BootID(bytes: statement.bytes(0)) else { return nil }
        boots[number] = boot
        return boot
    }
}
