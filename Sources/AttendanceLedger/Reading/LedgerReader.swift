import SQLiteStore
public import SiteModel
import Synchronization

/// Reads a ledger beside its writer, never disturbing it: read-only connections, committed entries only.
///
/// Every call blocks its thread while SQLite reads. `head`, `newestPolicy`, `newestChange` and `entries` with
/// a small limit take tens of microseconds and may be called anywhere; they share one connection, one at a
/// time. What walks many entries (`forEach…`, `verify`, the export) has a connection of its own and belongs
/// to commands and to the start of the service.
public final class LedgerReader: Sendable {
    /// Nil for a copy that is read where it lies: what is kept beside a ledger is not kept beside it.
    let directory: String?
    let path: String
    public let siteKey: SiteKey?
    private let shared: Mutex<EntryRows>

    /// - Parameter siteKey: nil reads everything but sealed bodies.
    /// - Throws: `LedgerError.missing` when there is no ledger in the folder yet; `.newerSchema`;
    ///   `.fileDamaged`.
    public static func open(directory: String, siteKey: SiteKey? = nil) throws(LedgerError) -> LedgerReader {
        let path = directory + "/" + LedgerSchema.fileName
        // Entries were written here: a ledger that is gone is not one that never was.
        if let recorded = LedgerHeadFile.read(in: directory), recorded.sequence.rawValue > 0 {
            try LedgerFiles.refuseHalfALedger(path)
            try LedgerFiles.refuseMissing(path)
        }
        return LedgerReader(directory, siteKey: siteKey, rows: try connect(path, siteKey: siteKey))
    }

    /// A backup, which may have any name.
    public static func open(copy path: String, siteKey: SiteKey? = nil) throws(LedgerError) -> LedgerReader {
        LedgerReader(nil, siteKey: siteKey, rows: try connect(path, siteKey: siteKey))
    }

    private init(_ directory: String?, siteKey: SiteKey?, rows: sending EntryRows) {
        self.directory = directory
        path = rows.path
        self.siteKey = siteKey
        shared = Mutex(rows)
    }

    /// A connection of its own.
    func connect() throws(LedgerError) -> sending EntryRows { try Self.connect(path, siteKey: siteKey) }

    /// A connection to the file at `path`.
    static func connect(_ path: String, siteKey: SiteKey?) throws(LedgerError) -> sending EntryRows {
        try LedgerFiles.refuseHalfALedger(path)
        let (connection, version) = try open(path)
        let known = LedgerSchema.migrations.newestVersion
        try refuseUnreadable(version, path)
        guard version == known else { throw .olderSchema(found: version, known: known) }
        return EntryRows(connection: connection, path: path, siteKey: siteKey)
    }

    /// Whatever no program of this version reads, nor brings up to date.
    static func refuseUnreadable(_ version: Int, _ path: String) throws(LedgerError) {
        try LedgerSchema.refuseOther(version)
        // A file that the writer has only just made.
        guard version > 0 else { throw .missing(path: path) }
    }

    /// A connection that has read its schema version, so that all that reading needs is there.
    static func open(_ path: String) throws(LedgerError) -> sending (SQLiteConnection, Int) {
        do throws(SQLiteError) {
            return try open(path, access: .readOnly)
        } catch {
            guard error.isFolderReadOnly else { throw LedgerError(error, path: path) }
            // Without a log the file is whole as it stands, and nobody writes it: a writer has a log.
            guard LedgerFiles.byteCount(of: path + "-wal") == 0 else {
                throw .storage(
                    operation: error.operation, code: error.code,
                    words: "the folder is read-only and the log is not merged: "
                        + "copy the folder to a writable place first")
            }
        }
        return try reportingStorage(path) { () throws(SQLiteError) in
            try open(path, access: .immutable)
        }
    }

    private static func open(
        _ path: String, access: SQLiteConnection.Access
    ) throws(SQLiteError) -> sending (SQLiteConnection, Int) {
        let connection = try SQLiteConnection(path: path, access: access)
        return (connection, try connection.schemaVersion())
    }

    /// The newest entry of this node; nil in an empty ledger.
    public func head() throws(LedgerError) -> LedgerEntry? {
        try first { rows throws(LedgerError) in
            try rows.statement(
                """
                SELECT origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot, synchronisation,
                sealing, body, hash FROM entry WHERE origin = 1 AND sequence > 0
                ORDER BY sequence DESC LIMIT 1
                """)
        }
    }

    /// The newest entry of kind `policyApplied` of this node; nil before the first.
    public func newestPolicy() throws(LedgerError) -> LedgerEntry? {
        try first { rows throws(LedgerError) in
            try rows.statement(
                """
                SELECT origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot, synchronisation,
                sealing, body, hash FROM entry INDEXED BY entry_of_policy
                WHERE origin = 1 AND kind = 11 ORDER BY sequence DESC LIMIT 1
                """)
        }
    }

    /// The newest checkpoint of this node; nil before the first.
    public func newestCheckpoint() throws(LedgerError) -> LedgerEntry? { try newest(.checkpoint) }

    /// The newest word on lanes that stand open for everybody; nil before the first. Walks back to it.
    public func newestRelease() throws(LedgerError) -> LanesReleased? {
        let entry = try first { rows throws(LedgerError) in
            try rows.statement(
                """
                SELECT origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot, synchronisation,
                sealing, body, hash FROM entry INDEXED BY entry_of_people
                WHERE kind BETWEEN 19 AND 39 AND kind = 35 AND origin = 1 AND sequence > 0
                ORDER BY sequence DESC LIMIT 1
                """)
        }
        guard let entry else { return nil }
        do throws(CanonicalDecodingError) {
            return try LanesReleased(encoded: entry.body)
        } catch {
            throw .chainBroken(sequence: entry.sequence)
        }
    }

    /// The newest word on the end of the project; nil before the first.
    public func projectCompleted() throws(LedgerError) -> LedgerEntry? { try newest(.projectCompleted) }

    /// The newest comparison with an insurer's list of this node; nil before the first. Walks back over the
    /// entries of people.
    public func newestInsurance() throws(LedgerError) -> LedgerEntry? {
        try first { rows throws(LedgerError) in
            try rows.statement(
                """
                SELECT origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot, synchronisation,
                sealing, body, hash FROM entry INDEXED BY entry_of_people
                WHERE kind BETWEEN 19 AND 39 AND kind = 20 AND origin = 1 AND sequence > 0
                ORDER BY sequence DESC LIMIT 1
                """)
        }
    }

    /// The newest entry of one of the kinds of evidence (`entry_of_evidence`) of this node.
    func newest(_ kind: LedgerEntryKind) throws(LedgerError) -> LedgerEntry? {
        try first { rows throws(LedgerError) in
            try rows.statement(
                """
                SELECT origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot, synchronisation,
                sealing, body, hash FROM entry INDEXED BY entry_of_evidence
                WHERE kind = ?1 AND (kind = 13 OR kind = 15 OR kind = 16 OR kind = 17 OR kind = 18)
                AND origin = 1 AND sequence > 0
                ORDER BY sequence DESC LIMIT 1
                """, Int64(kind.rawValue))
        }
    }

    /// An entry of this node; nil when there is none of that number.
    public func entry(_ sequence: LedgerSequence) throws(LedgerError) -> LedgerEntry? {
        try entries(after: LedgerSequence(sequence.rawValue - 1), limit: 1).first.flatMap {
            $0.sequence == sequence ? $0 : nil
        }
    }

    /// The worker as their newest change left them; nil for an id that never was, or was erased.
    public func newestChange(of worker: WorkerID) throws(LedgerError) -> PersonnelChange? {
        let entry = try first(isOpened: true) { rows throws(LedgerError) in
            try rows.statement(
                """
                SELECT origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot, synchronisation,
                sealing, body, hash FROM entry INDEXED BY entry_of_worker
                WHERE subject = ?1 AND kind = 9 AND sequence > 0
                ORDER BY origin DESC, sequence DESC LIMIT 1
                """, Int64(bitPattern: worker.rawValue))
        }
        guard let entry else { return nil }
        do throws(CanonicalDecodingError) {
            return try PersonnelChange(encoded: entry.body)
        } catch {
            throw .chainBroken(sequence: entry.sequence)
        }
    }

    /// Up to `limit` entries of this node after a position, in order; fewer where bodies are large, none only
    /// at the end.
    public func entries(after position: LedgerSequence, limit: Int) throws(LedgerError) -> [LedgerEntry] {
        try shared.withLock { rows throws(LedgerError) in
            let statement = try rows.statement(
                """
                SELECT origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot, synchronisation,
                sealing, body, hash FROM entry WHERE origin = 1 AND sequence > ?1 ORDER BY sequence LIMIT ?2
                """, position.rawValue, Int64(limit))
            return try rows.page(statement, after: (1, position.rawValue)).entries
        }
    }

    /// What a sealed body says; a clear one as it is.
    ///
    /// - Returns: nil when the worker was erased, or no key is in this copy.
    /// - Throws: `LedgerError.siteKeyMissing` without site key; `.fileDamaged` when it does not open.
    public func opened(_ entry: LedgerEntry) throws(LedgerError) -> LedgerEntry? {
        try shared.withLock { rows throws(LedgerError) in try rows.opened(entry) }
    }

    /// Whether any person's key is in this copy.
    public var holdsKeys: Bool {
        get throws(LedgerError) {
            try shared.withLock { rows throws(LedgerError) in try rows.holdsKeys() }
        }
    }

    func first(
        isOpened: Bool = false, _ query: (EntryRows) throws(LedgerError) -> SQLiteStatement
    ) throws(LedgerError) -> LedgerEntry? {
        try shared.withLock { rows throws(LedgerError) in
            var found: LedgerEntry?
            try rows.forEach(try query(rows)) { found = $0 }
            guard isOpened, let entry = found else { return found }
            return try rows.opened(entry)
        }
    }
}
