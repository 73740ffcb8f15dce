import Glibc
import SQLiteStore
import SiteModel

/// How the one read-write connection comes to be.
enum LedgerWriterOpening {
    /// Entries that are verified before anything is written: some milliseconds. `verify` reads them all.
    private static let verifiedCount: Int64 = 1_000

    /// At the start of the program: a connection to the ledger, which is made when there is none.
    static func connectMaking(_ path: String) throws(LedgerError) -> SQLiteConnection {
        try LedgerFiles.refuseHalfALedger(path)
        try LedgerFiles.make(path)
        return try connect(path)
    }

    /// A ledger of an older program becomes one of this; nothing happens to any other.
    ///
    /// - Throws: `LedgerError.missing` for a file that holds none.
    static func bringUpToDate(_ path: String) throws(LedgerError) {
        let version = try LedgerReader.open(path).1
        try LedgerReader.refuseUnreadable(version, path)
        if version < LedgerSchema.migrations.newestVersion { _ = try connectMaking(path) }
    }

    /// After a failure: a connection to the ledger of `origin`, if that is what stands at the path.
    static func reconnect(_ path: String, origin: LedgerOrigin) throws(LedgerError) -> SQLiteConnection {
        try LedgerFiles.refuseMissing(path)
        let connection = try connect(path)
        let found = try reportingStorage(path) { () throws(SQLiteError) in try text(ofOriginOn: connection) }
        guard found == origin.text else {
            throw .fileDamaged(
                path: path, words: "it is the ledger of \(found ?? "nobody") in place of that of \(origin)")
        }
        return connection
    }

    /// A connection that is as durable as it says: write-ahead log, full sync, both read back.
    private static func connect(_ path: String) throws(LedgerError) -> SQLiteConnection {
        let connection = try reportingStorage(path) { () throws(SQLiteError) in
            try SQLiteConnection(path: path, access: .readWrite)
        }
        try refuseNewer(connection, path: path)
        let (mode, level) = try reportingStorage(path) { () throws(SQLiteError) in
            let mode = try connection.text("PRAGMA journal_mode = WAL")
            try connection.execute(
                """
                PRAGMA synchronous = FULL;
                PRAGMA foreign_keys = ON;
                PRAGMA trusted_schema = OFF;
                PRAGMA secure_delete = ON;
                PRAGMA journal_size_limit = 33554432;
                """)
            connection.followLog()
            return (mode, try connection.wholeNumber("PRAGMA synchronous"))
        }
        guard mode == "wal" else { throw .notDurable(setting: "journal_mode", value: mode ?? "unknown") }
        guard level == 2 else { throw .notDurable(setting: "synchronous", value: "\(level ?? -1)") }
        // A sync may have failed in this process or in one that was killed since.
        try reportingStorage(path) { () throws(SQLiteError) in try connection.writeAgain() }
        try reportingStorage(path) { () throws(SQLiteError) in try LedgerSchema.migrations.run(on: connection)
        }
        try LedgerFiles.syncFolder(of: path)
        return connection
    }

    /// The origin of an existing ledger and its key stay, whatever the node is called now.
    static func identity(
        node: String, siteKey: SiteKey, on connection: SQLiteConnection, path: String
    ) throws(LedgerError) -> LedgerIdentity {
        let known = try reportingStorage(path) { () throws(SQLiteError) -> String? in
            try text(ofOriginOn: connection)
        }
        guard let text = known else {
            let identity = LedgerIdentity(node: node)
            try reportingStorage(path) { () throws(SQLiteError) in
                try identity.write(on: connection, wrappedBy: siteKey)
            }
            return identity
        }
        return try LedgerIdentity(LedgerOrigin(text), siteKey: siteKey, on: connection, path: path)
    }

    /// What is kept beside the ledger against what was found in it.
    ///
    /// - Returns: what was on disk and is gone; nil when everything is there.
    /// - Throws: `LedgerError.chainBroken` when an entry is not the one that was written; `.fileDamaged` when
    ///   entries are not gone but stand on damaged pages, after which nothing may be written.
    static func loss(
        recorded: ChainHead?, found: ChainHead, on connection: SQLiteConnection, path: String
    ) throws(LedgerError) -> EntriesLost? {
        guard let recorded, recorded.sequence.rawValue > 0 else { return nil }
        guard recorded.sequence <= found.sequence else {
            // Rare, so every page may be looked at.
            let words = try reportingStorage(path) { () throws(SQLiteError) in
                try connection.text("PRAGMA integrity_check(1)")
            }
            guard words == "ok" else { throw .fileDamaged(path: path, words: words ?? "no answer") }
            return EntriesLost(sequence: recorded.sequence, hash: recorded.hash)
        }
        let rows = EntryRows(connection: connection, path: path)
        let statement = try rows.statement(
            "SELECT hash FROM entry WHERE origin = 1 AND sequence = ?1", recorded.sequence.rawValue)
        defer { statement.reset() }
        guard try rows.step(statement), statement.bytes(0) == recorded.hash else {
            // The power went between the entry that says so and the file beside the ledger.
            if try isOnRecordAsLost(recorded, rows) { return nil }
            throw .chainBroken(sequence: recorded.sequence)
        }
        return nil
    }

    private static func isOnRecordAsLost(
        _ recorded: ChainHead, _ rows: EntryRows
    ) throws(LedgerError) -> Bool {
        let statement = try rows.statement(
            """
            SELECT body FROM entry WHERE origin = 1 AND sequence <= ?1 AND kind = ?2
            ORDER BY sequence DESC
            """, recorded.sequence.rawValue, Int64(LedgerEntryKind.entriesLost.rawValue))
        defer { statement.reset() }
        while try rows.step(statement) {
            // try?: a body that is none says nothing.
            let lost = try? EntriesLost(encoded: statement.bytes(0))
            if lost?.sequence == recorded.sequence, lost?.hash == recorded.hash { return true }
        }
        return false
    }

    /// Walks the newest entries and gives the head.
    ///
    /// - Throws: `LedgerError.chainBroken` at the first that does not follow from the one before.
    static func verifiedHead(
        of identity: LedgerIdentity, on connection: SQLiteConnection, path: String
    ) throws(LedgerError) -> ChainHead {
        let rows = EntryRows(connection: connection, path: path)
        if let sequence = try rows.sequenceBeforeFirst() { throw .chainBroken(sequence: sequence) }
        let newest = try reportingStorage(path) { () throws(SQLiteError) in
            try connection.wholeNumber("SELECT max(sequence) FROM entry WHERE origin = 1") ?? 0
        }
        // The hash of the entry before the walked ones is taken as it stands.
        let beginning = ChainHead(beginning: identity.key.publicKey)
        var walk: ChainWalk? = newest > verifiedCount ? nil : ChainWalk(after: beginning)
        let statement = try rows.statement(
            """
            SELECT origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot, synchronisation,
            sealing, body, hash FROM entry WHERE origin = 1 AND sequence >= ?1 ORDER BY sequence
            """, newest - verifiedCount)
        try rows.forEach(statement) { entry throws(LedgerError) in
            if walk == nil {
                walk = ChainWalk(after: ChainHead(sequence: entry.sequence, hash: entry.hash))
            } else if let fault = walk?.take(entry) {
                throw .chainBroken(sequence: fault.sequence)
            }
        }
        let head = walk?.head ?? beginning
        guard head.sequence.rawValue == newest else { throw .chainBroken(sequence: head.sequence.next) }
        return head
    }

    private static func text(ofOriginOn connection: SQLiteConnection) throws(SQLiteError) -> String? {
        try connection.text("SELECT text FROM origin WHERE number = 1")
    }

    /// Before anything is set: a newer program's file is not touched.
    private static func refuseNewer(_ connection: SQLiteConnection, path: String) throws(LedgerError) {
        let version = try reportingStorage(path) { () throws(SQLiteError) in try connection.schemaVersion() }
        try LedgerSchema.refuseOther(version)
    }
}
