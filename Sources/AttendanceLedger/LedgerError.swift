import SQLiteStore
public import SiteModel

/// Why the ledger refused. After a throw of an append nobody must be told "recorded".
public enum LedgerError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The disk is full. Free space; the same call will then succeed.
    case diskFull(path: String)
    /// Another process holds the ledger. Stop it, or ask it over its socket.
    case locked(path: String)
    /// There is no ledger at the path yet. Start the service or import a roster.
    case missing(path: String)
    /// SQLite or the system failed during `operation`; `code` is the extended result code or errno.
    case storage(operation: String, code: Int32, words: String)
    /// The stored chain does not verify at `sequence`. The service stops; nothing is repaired.
    case chainBroken(sequence: LedgerSequence)
    /// The file is no ledger, its pages are damaged, or it is gone from its path, whole or half. Nothing is
    /// written and nothing is repaired. The service does not start; one that runs goes on refusing.
    case fileDamaged(path: String, words: String)
    /// The file holds sealed bodies and there is no site key. Put `site.key` back beside the ledger, or give
    /// the service its credential.
    case siteKeyMissing(directory: String)
    /// The site key is not 32 bytes or 64 hexadecimal digits, or is not the one of this ledger.
    case siteKeyUnreadable(path: String)
    case siteKeyWrong(path: String)
    /// The ledger holds no keys of its persons: it is a backup without them. `muster ledger restore` brings
    /// keys and entries together.
    case keysMissing(path: String)
    /// What was given as a checkpoint is none, or its signature does not hold.
    case checkpointUnreadable(String)
    /// There is a file of that name already. Nothing is ever overwritten.
    case exists(path: String)
    /// The backup does not hold what is known to have been written. Nothing was changed.
    case wouldGoBack(from: LedgerSequence, to: LedgerSequence)
    /// The backup is of another node than the ledger that stands. Nothing was changed.
    case otherLedger(found: LedgerOrigin)
    /// A file that was carried here cannot be taken. Nothing was changed.
    case bundleRefused(path: String, words: String)
    /// A pre-release wrote the file; its format is no longer read. Keep it with the program that wrote it,
    /// and begin a new ledger.
    case abandonedSchema(found: Int)
    /// An older program wrote the file, and nothing has brought it up to date yet: the service does at its
    /// start, and a restore does.
    case olderSchema(found: Int, known: Int)
    /// A newer program wrote the file. Use that program.
    case newerSchema(found: Int, known: Int)
    /// The file does not keep what was asked for durability: `setting` reads back as `value`.
    case notDurable(setting: String, value: String)
    /// More waits for the disk than the queue holds. Nothing was taken.
    case overloaded
    /// The ledger was closed before.
    case closed

    init(_ error: SQLiteError, path: String) {
        if error.isDiskFull {
            self = .diskFull(path: path)
        } else if error.isMissing {
            self = .missing(path: path)
        } else if error.isDamage {
            self = .fileDamaged(path: path, words: error.words)
        } else {
            self = .storage(operation: error.operation, code: error.code, words: error.words)
        }
    }

    public var description: String {
        switch self {
        case .diskFull(let path): "the disk is full (\(path)): free some space, it then goes on by itself"
        case .locked(let path): "\(path) is held by another process: one process writes one ledger"
        case .missing(let path): "no ledger at \(path) yet: start the service or import a roster first"
        case .storage(let operation, let code, let words): "\(operation) failed: \(words) (code \(code))"
        case .chainBroken(let sequence): "the chain is broken at entry \(sequence): run muster ledger verify"
        case .fileDamaged(let path, let words): "\(path) is damaged: \(words)"
        case .siteKeyMissing(let directory):
            "\(directory) has a ledger but no site key: put site.key back, or give the service its credential"
        case .siteKeyUnreadable(let path): "\(path) is no site key: it must be 64 hexadecimal digits"
        case .siteKeyWrong(let path): "the site key is not the one of \(path): put the right one back"
        case .keysMissing(let path):
            "\(path) has no keys of its persons: restore it with muster ledger restore, beside its old ledger"
        case .checkpointUnreadable(let words): "the checkpoint cannot be used: \(words)"
        case .exists(let path): "\(path) is there already; nothing is overwritten"
        case .wouldGoBack(let from, let to):
            "entry \(from) is known to have been written, but is not in the backup, which ends at \(to): "
                + "use a newer backup, or --discard-newer to lose what came after it"
        case .otherLedger(let found):
            "the backup is the ledger of \(found), not of this node: --discard-newer puts it in all the same"
        case .bundleRefused(let path, let words): "\(path) is not taken: \(words)"
        case .abandonedSchema(let found):
            "the file has schema \(found) of a pre-release, which is no longer read: begin a new ledger"
        case .olderSchema(let found, let known):
            "the file has schema \(found), this program writes \(known): start the service once, which "
                + "brings it up to date"
        case .newerSchema(let found, let known):
            "the file has schema \(found), this program knows \(known): use the newer program"
        case .notDurable(let setting, let value): "\(setting) is \(value): a power cut could lose records"
        case .overloaded: "more swipes wait for the disk than fit in memory"
        case .closed: "the ledger is closed"
        }
    }
}

/// Wraps what SQLite says at the border of the module.
func reportingStorage<Value>(
    _ path: String, _ body: () throws(SQLiteError) -> Value
) throws(LedgerError) -> Value {
    do throws(SQLiteError) {
        return try body()
    } catch {
        throw LedgerError(error, path: path)
    }
}
