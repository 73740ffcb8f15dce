import Glibc
import SQLiteStore
public import SiteModel

/// A copy of a ledger in one file, whole and verified when it has its name.
public struct LedgerBackup: Sendable, Equatable {
    public let path: String
    public let origin: LedgerOrigin
    public let sequence: LedgerSequence
    public let entryCount: Int
    public let byteCount: Int
    /// The keys of the persons are in it, wrapped by the site key.
    public let holdsKeys: Bool
    /// Older copies that were removed.
    public let removedPaths: [String]

    /// `ledger-ORIGIN-SEQUENCE.db`, the sequence with twelve digits, so that names sort by age.
    static func fileName(origin: LedgerOrigin, sequence: LedgerSequence) -> String {
        let digits = String(sequence.rawValue)
        return prefix(of: origin) + String(repeating: "0", count: max(0, 12 - digits.count)) + digits + ".db"
    }

    static func prefix(of origin: LedgerOrigin) -> String { "ledger-\(origin)-" }
}

extension LedgerReader {
    /// Copies the ledger, beside its running writer, into a new file.
    ///
    /// Without keys nobody can read a person in the copy; the chain verifies all the same. The file has its
    /// name only when it is verified and on disk; a copy that was cut off is called `NAME.partial`.
    /// Without keys none of them ever reaches the destination, not even for a moment.
    ///
    /// - Parameters:
    ///   - destination: a folder, in which the copy is named after its newest entry, or the path of a new
    ///     file.
    ///   - count: copies of this ledger that stay in the folder, this one among them; the oldest go. Nil
    ///     keeps all. With it, what copies that were cut off left of this ledger goes first.
    ///   - progress: of the copy, then of its verification: done and in all.
    /// - Throws: `LedgerError`; then there is no copy of that name. `.exists` when there was one before,
    ///   but for the same copy in a folder: that is verified, and given.
    public func backUp(
        to destination: String, withKeys: Bool, keeping count: Int? = nil,
        progress: (_ done: Int, _ total: Int) -> Void
    ) throws(LedgerError) -> LedgerBackup {
        guard let head = try head() else { throw .missing(path: path) }
        let isFolder = LedgerFiles.isFolder(destination)
        if count != nil, !isFolder {
            throw .storage(
                operation: "keep copies in \(destination)", code: ENOTDIR, words: "it is no folder")
        }
        let name = LedgerBackup.fileName(origin: head.origin, sequence: head.sequence)
        let target = isFolder ? destination + "/" + name : destination
        guard !LedgerFiles.exists(target) else {
            // Nothing was written since: the copy that is there is the one that is asked for.
            guard isFolder, let copy = try present(target, head: head, withKeys: withKeys, progress: progress)
            else { throw .exists(path: target) }
            return copy
        }
        if count != nil { Self.removePartials(of: head.origin, in: destination) }
        let partial = target + ".partial"
        unlink(partial)
        var isPlaced = false
        // A copy that failed must not fill the place of the next one.
        defer {
            if !isPlaced {
                unlink(partial)
                unlink(partial + "-journal")
            }
        }
        if withKeys {
            try copy(to: partial) { progress($0, $1 * 2) }
        } else {
            try copyEntries(to: partial) { progress($0, $1 * 2) }
        }
        let copied = try LedgerReader.open(copy: partial)
        let found = try copied.verify(progress: { progress($0 + $1, $1 * 2) })
        guard found.isWhole, let newest = try copied.head() else {
            throw .fileDamaged(path: partial, words: found.words)
        }
        try LedgerFiles.sync(partial)
        guard rename(partial, target) == 0 else { throw .system("rename \(partial)") }
        isPlaced = true
        try LedgerFiles.syncFolder(of: target)
        let removed =
            try count.map { count throws(LedgerError) in
                try Self.removeBackups(of: newest.origin, in: destination, butNewest: count)
            } ?? []
        return LedgerBackup(
            path: target, origin: newest.origin, sequence: newest.sequence, entryCount: found.entryCount,
            byteCount: LedgerFiles.byteCount(of: target), holdsKeys: withKeys,
            removedPaths: removed)
    }

    /// Removes the oldest copies of this ledger in a folder, but for the newest `count`.
    ///
    /// - Returns: what was removed.
    private static func removeBackups(
        of origin: LedgerOrigin, in folder: String, butNewest count: Int
    ) throws(LedgerError) -> [String] {
        let prefix = LedgerBackup.prefix(of: origin)
        let names = LedgerFiles.names(in: folder).filter { $0.hasPrefix(prefix) && $0.hasSuffix(".db") }
        let removed = names.sorted().dropLast(count).map { folder + "/" + $0 }
        for path in removed {
            guard unlink(path) == 0 else { throw .system("remove \(path)") }
        }
        return removed
    }

    /// - Returns: nil when it is another copy than the one that is asked for.
    private func present(
        _ target: String, head: LedgerEntry, withKeys: Bool, progress: (_ done: Int, _ total: Int) -> Void
    ) throws(LedgerError) -> LedgerBackup? {
        let copy = try LedgerReader.open(copy: target)
        guard try copy.holdsKeys == withKeys else { return nil }
        let found = try copy.verify(progress: progress)
        guard found.isWhole else { throw .fileDamaged(path: target, words: found.words) }
        guard let newest = try copy.head(), newest == head else { return nil }
        return LedgerBackup(
            path: target, origin: newest.origin, sequence: newest.sequence, entryCount: found.entryCount,
            byteCount: LedgerFiles.byteCount(of: target), holdsKeys: withKeys, removedPaths: [])
    }

    /// What copies of this ledger that were cut off left in a folder. One that cannot be removed is in
    /// nobody's way but for its room, and that the copy itself says.
    private static func removePartials(of origin: LedgerOrigin, in folder: String) {
        let prefix = LedgerBackup.prefix(of: origin)
        for name in LedgerFiles.names(in: folder)
        where name.hasPrefix(prefix) && name.contains(".db.partial") {
            unlink(folder + "/" + name)
        }
    }

    /// Row by row into a file of its own, of one snapshot, without the tables of keys.
    private func copyEntries(
        to path: String, progress: (_ done: Int, _ total: Int) -> Void
    ) throws(LedgerError) {
        try LedgerFiles.make(path)
        let source = try connect().connection
        try reportingStorage(path) { () throws(SQLiteError) in
            let copy = try SQLiteConnection(path: path, access: .readWrite)
            // Nobody reads it before it is verified and synced. What is wrong with a row, verify says.
            try copy.execute(
                "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA ignore_check_constraints = ON")
            try LedgerSchema.migrations.run(on: copy)
            try source.execute("BEGIN")
            try copy.transaction { () throws(SQLiteError) in
                try Self.copyNames(from: source, to: copy)
                try Self.copyRows(from: source, to: copy, progress: progress)
            }
            try source.execute("COMMIT")
            try copy.execute("PRAGMA journal_mode = DELETE")
        }
    }

    private static func copyNames(
        from source: SQLiteConnection, to copy: SQLiteConnection
    ) throws(SQLiteError) {
        let origins = try source.statement("SELECT number, text, public_key FROM origin")
        defer { origins.reset() }
        while try origins.step() {
            let row = try copy.statement("INSERT INTO origin (number, text, public_key) VALUES (?1, ?2, ?3)")
            try row.bind(1, origins.wholeNumber(0))
            try row.bind(2, origins.text(1))
            try row.bind(3, origins.bytes(2))
            try row.run()
        }
        let boots = try source.statement("SELECT number, id FROM boot")
        defer { boots.reset() }
        while try boots.step() {
            let row = try copy.statement("INSERT INTO boot (number, id) VALUES (?1, ?2)")
            try row.bind(1, boots.wholeNumber(0))
            try row.bind(2, boots.bytes(1))
            try row.run()
        }
    }

    private static func copyRows(
        from source: SQLiteConnection, to copy: SQLiteConnection,
        progress: (_ done: Int, _ total: Int) -> Void
    ) throws(SQLiteError) {
        let total = Int(try source.wholeNumber("SELECT max(sequence) FROM entry WHERE origin = 1") ?? 0)
        let rows = try source.statement(
            """
            SELECT origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot, synchronisation,
            sealing, body, hash FROM entry ORDER BY origin, sequence
            """)
        defer { rows.reset() }
        let row = try copy.statement(
            """
            INSERT INTO entry (origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot,
            synchronisation, sealing, body, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
            """)
        var done = 0
        while try rows.step() {
            for column in Int32(0)..<9 { try row.bind(Int(column) + 1, rows.optionalWholeNumber(column)) }
            try row.run(binding: rows.bytes(9), at: 10, and: rows.bytes(10), at: 11)
            done += 1
            if done % 4_096 == 0 { progress(min(done, total), total) }
        }
        progress(total, total)
    }

    private func copy(
        to path: String, progress: (_ done: Int, _ total: Int) -> Void
    ) throws(LedgerError) {
        try LedgerFiles.make(path)
        let rows = try connect()
        try reportingStorage(path) { () throws(SQLiteError) in
            let copy = try SQLiteConnection(path: path, access: .readWrite)
            try rows.connection.copy(to: copy, progress: progress)
            // One file without a log beside it.
            try copy.execute("PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL")
        }
    }
}
