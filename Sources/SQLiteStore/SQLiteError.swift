import CSQLite
import Glibc

/// What SQLite refused, with the code that says why. Carries no SQL values, so nothing personal.
public struct SQLiteError: Error, Equatable, Sendable {
    /// What was tried: `open`, `prepare`, `bind`, `step`, …
    public let operation: String
    /// The extended result code, such as 1034 (`SQLITE_IOERR_FSYNC`).
    public let code: Int32
    /// The errno of the failed system call; 0 when there was none.
    public let systemCode: Int32

    public init(operation: String, code: Int32, systemCode: Int32 = 0) {
        self.operation = operation
        self.code = code
        self.systemCode = systemCode
    }

    init(operation: String, code: Int32, on connection: OpaquePointer?) {
        // SQLite keeps the errno with these two codes only, and not of a failed COMMIT: there the thread's
        // own is still that of the call that failed.
        guard [SQLITE_IOERR, SQLITE_CANTOPEN].contains(code & 0xFF), let connection else {
            self.init(operation: operation, code: code)
            return
        }
        let threadCode = errno
        let kept = sqlite3_system_errno(connection)
        self.init(operation: operation, code: code, systemCode: kept == 0 ? threadCode : kept)
    }

    /// The code without its extension.
    public var primaryCode: Int32 { code & 0xFF }

    /// No room: on the disk, in the quota, or by SQLite's own page limit.
    public var isDiskFull: Bool {
        primaryCode == SQLITE_FULL || systemCode == ENOSPC || systemCode == EDQUOT
    }

    /// There is no such file.
    public var isMissing: Bool {
        operation == Self.opening && primaryCode == SQLITE_CANTOPEN && systemCode == ENOENT
    }

    /// The file is open, but the log and its index, which reading needs beside it, can be neither opened nor
    /// made there.
    public var isFolderReadOnly: Bool {
        if code == Self.readOnlyDirectory { return true }
        // ENOENT: SQLite's last try is to open what it could not make.
        return operation != Self.opening && primaryCode == SQLITE_CANTOPEN
            && [EACCES, EPERM, EROFS, ENOENT].contains(systemCode)
    }

    /// The operation before there is a connection.
    static let opening = "open"
    /// `SQLITE_READONLY_DIRECTORY`, a macro that Swift cannot import.
    private static let readOnlyDirectory = SQLITE_READONLY | 6 << 8

    /// The file's content is damaged, or it is no database.
    public var isDamage: Bool { primaryCode == SQLITE_CORRUPT || primaryCode == SQLITE_NOTADB }

    /// SQLite's words for the code, and the system's for the errno. For people, never to be matched.
    public var words: String {
        let reason = String(cString: sqlite3_errstr(code))
        return systemCode == 0 ? reason : reason + ": " + String(cString: strerror(systemCode))
    }
}
