import Glibc
import SQLiteStore
public import SiteModel

/// The ledgers that a restore set aside in the folder of the present one. They hold keys as well.
public struct ReplacedLedgers: Sendable {
    let directory: String

    /// Their files, in order of their names; without their logs.
    var paths: [String] {
        LedgerFiles.names(in: directory)
            .filter {
                $0.hasPrefix(LedgerSchema.fileName + ".replaced") && !$0.contains("-wal")
                    && !$0.contains("-shm")
            }
            .sorted().map { directory + "/" + $0 }
    }

    /// Destroys the key of a worker in each of them, their logs merged first.
    ///
    /// - Returns: the files in which that failed, and where the key may stand: they have to be deleted.
    public func destroyKey(of worker: WorkerID) -> [String] {
        paths.filter { path in
            do throws(SQLiteError) {
                return try !Self.destroyKey(of: worker, in: path)
            } catch {
                return true
            }
        }
    }

    /// - Returns: false when a reader still holds the log, and the key may stand there.
    private static func destroyKey(of worker: WorkerID, in path: String) throws(SQLiteError) -> Bool {
        let connection = try SQLiteConnection(path: path, access: .readWrite)
        try connection.execute("PRAGMA secure_delete = ON; PRAGMA synchronous = FULL")
        let statement = try connection.statement("DELETE FROM worker_key WHERE worker = ?1")
        try statement.bind(1, Int64(bitPattern: worker.rawValue))
        try statement.run()
        return try connection.emptyLog()
    }
}

extension LedgerReader {
    /// What restores set aside beside this ledger; nil for a copy.
    public var replacedLedgers: ReplacedLedgers? { directory.map(ReplacedLedgers.init) }
}
