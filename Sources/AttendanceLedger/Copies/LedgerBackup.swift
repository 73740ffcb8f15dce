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
    ///
    /// - Parameters:
    ///   - destination: a folder, in which the copy is named after its newest entry, or the path of a new
    ///     file.
    ///   - count: copies of this ledger that stay in the folder, this one among them; the oldest go. Nil
    ///     keeps all.
    ///   - progress: of the copy, then of its verification: done and in all.
    /// - Throws: `LedgerError`; then there is no copy of that name. `.exists` when there was one before.
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
        guard !LedgerFiles.exists(target) else { throw .exists(path: target) }
        let partial = target + ".partial"
        unlink(partial)
        try copy(to: partial, withKeys: withKeys) { progress($0, $1 * 2) }
        let copied = try LedgerReader.open(copy: partial)
        let found = try copied.verify(progress: { progress($0 + $1, $1 * 2) })
        guard found.isWhole, let newest = try copied.head() else {
            throw .fileDamaged(path: partial, words: found.words)
        }
        try LedgerFiles.sync(partial)
        guard rename(partial, target) == 0 else { throw .system("rename \(partial)") }
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

    private func copy(
        to path: String, withKeys: Bool, progress: (_ done: Int, _ total: Int) -> Void
    ) throws(LedgerError) {
        try LedgerFiles.make(path)
        let rows = try connect()
        try reportingStorage(path) { () throws(SQLiteError) in
            let copy = try SQLiteConnection(path: path, access: .readWrite)
            try rows.connection.copy(to: copy, progress: progress)
            // One file without a log beside it.
            try copy.execute("PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL")
            if !withKeys {
                try copy.execute("DELETE FROM worker_key; DELETE FROM node_key; VACUUM")
            }
        }
    }
}
