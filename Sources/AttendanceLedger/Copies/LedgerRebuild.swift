import SQLiteStore
import SiteModel

/// Makes everything again that the file derives from its entries: the indexes that the start, the deadlines
/// and the look-ups go by. The entries themselves are read only.
public struct LedgerRebuild: Sendable, Equatable {
    public let entryCount: Int
    /// What was wrong before; nil when the result equals what was there.
    public let formerFault: String?

    /// - Throws: `LedgerError.locked` while a service runs; `.chainBroken` and `.fileDamaged` when the
    ///   entries themselves are damaged: that is for `restore`.
    public static func run(
        directory: String, progress: (_ done: Int, _ total: Int) -> Void
    ) throws(LedgerError) -> LedgerRebuild {
        let lock = try LedgerWriterLock(path: directory + "/" + LedgerSchema.lockName)
        defer { lock.release() }
        let path = directory + "/" + LedgerSchema.fileName
        try LedgerFiles.refuseHalfALedger(path)
        guard LedgerFiles.byteCount(of: path) > 0 else { throw .missing(path: path) }
        let reader = try LedgerReader.open(directory: directory)
        let before = try reader.verify(progress: { progress($0, $1 * 2) })
        if let fault = before.fault, fault.reason != .lost { throw .chainBroken(sequence: fault.sequence) }
        try reportingStorage(path) { () throws(SQLiteError) in
            let connection = try SQLiteConnection(path: path, access: .readWrite)
            try connection.execute("PRAGMA synchronous = FULL; REINDEX")
        }
        let after = try reader.verify(progress: { progress($0 + $1, $1 * 2) })
        if let words = after.fileFault { throw .fileDamaged(path: path, words: words) }
        return LedgerRebuild(entryCount: after.entryCount, formerFault: before.fileFault)
    }
}
