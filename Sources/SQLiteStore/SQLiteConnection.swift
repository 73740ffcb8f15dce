import CSQLite
import Glibc

/// One connection to one SQLite file. It is used by one thread at a time; whoever owns it sees to that.
///
/// Statements are prepared once and kept until the connection goes away. The file is closed with the last
/// reference.
public final class SQLiteConnection {
    /// How the file is opened.
    public enum Access: Sendable {
        /// The file must exist; nothing is ever written or checkpointed.
        case readOnly
        /// The file must exist and nobody may write it meanwhile: it is read without lock, log and index, so
        /// nothing has to be made beside it. What stands in a log is not seen.
        case immutable
        /// The file must exist.
        case readWrite
        /// The file is made when it does not exist.
        case readWriteCreating
    }

    /// SQLite would count every allocation under a lock that all connections share. Once, before the first
    /// connection; whoever has used SQLite before that has decided.
    private static let countNoMemory: Void = { _ = muster_sqlite_count_no_memory() }()

    let handle: OpaquePointer
    private let busyTimeoutMilliseconds: Int32
    private var statements: [UnsafePointer<UInt8>: OpaquePointer] = [:]
    /// Frames in the write-ahead log, as the hook of the last commit said.
    private let logFrames: UnsafeMutablePointer<Int32>

    /// Opens `path`. A lock held by another connection is waited for up to `busyTimeoutMilliseconds`.
    ///
    /// - Throws: `SQLiteError`; then nothing is open.
    public init(
        path: String, access: Access, busyTimeoutMilliseconds: Int32 = 2_000
    ) throws(SQLiteError) {
        let flags =
            switch access {
            case .readOnly: SQLITE_OPEN_READONLY
            case .immutable: SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
            case .readWrite: SQLITE_OPEN_READWRITE
            case .readWriteCreating: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            }
        Self.countNoMemory
        let name = access == .immutable ? Self.immutableURI(of: path) : path
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(name, &opened, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard code == SQLITE_OK, let opened else {
            let error = SQLiteError(operation: SQLiteError.opening, code: code, on: opened)
            sqlite3_close(opened)
            throw error
        }
        handle = opened
        self.busyTimeoutMilliseconds = busyTimeoutMilliseconds
        logFrames = .allocate(capacity: 1)
        logFrames.initialize(to: 0)
        sqlite3_busy_timeout(handle, busyTimeoutMilliseconds)
    }

    deinit {
        for statement in statements.values { sqlite3_finalize(statement) }
        let code = sqlite3_close(handle)
        precondition(code == SQLITE_OK, "a statement outlived its connection")
        logFrames.deallocate()
    }

    /// Every byte but letters and digits is escaped: a path may hold `?`, `#` and `%`, and two slashes at its
    /// start would be a host.
    private static func immutableURI(of path: String) -> String {
        let escaped = path.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"):
                String(UnicodeScalar(byte))
            default: (byte < 16 ? "%0" : "%") + String(byte, radix: 16)
            }
        }
        return "file:" + escaped.joined() + "?immutable=1"
    }

    /// The statement of this literal, prepared at its first use, reset and ready for its values.
    ///
    /// `StaticString` keeps interpolation out, and the address of the literal is the key of the cache.
    public func statement(_ sql: StaticString) throws(SQLiteError) -> SQLiteStatement {
        if let known = statements[sql.utf8Start] {
            sqlite3_reset(known)
            return SQLiteStatement(handle: known)
        }
        var prepared: OpaquePointer?
        let code = sql.utf8Start.withMemoryRebound(to: CChar.self, capacity: sql.utf8CodeUnitCount) { text in
            sqlite3_prepare_v3(
                handle, text, Int32(sql.utf8CodeUnitCount), UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        }
        guard code == SQLITE_OK, let prepared else {
            throw SQLiteError(operation: "prepare", code: code, on: handle)
        }
        statements[sql.utf8Start] = prepared
        return SQLiteStatement(handle: prepared)
    }

    /// Runs a script of one or more statements without values, such as a migration or a pragma.
    public func execute(_ script: StaticString) throws(SQLiteError) {
        let code = script.utf8Start.withMemoryRebound(
            to: CChar.self, capacity: script.utf8CodeUnitCount + 1
        ) { text in
            sqlite3_exec(handle, text, nil, nil, nil)
        }
        guard code == SQLITE_OK else { throw SQLiteError(operation: "execute", code: code, on: handle) }
    }

    /// The first column of the first row as a number; nil when there is no row or the column is NULL.
    public func wholeNumber(_ sql: StaticString) throws(SQLiteError) -> Int64? {
        let statement = try statement(sql)
        defer { statement.reset() }
        return try statement.step() ? statement.optionalWholeNumber(0) : nil
    }

    /// The first column of the first row as text; nil when there is no row.
    public func text(_ sql: StaticString) throws(SQLiteError) -> String? {
        let statement = try statement(sql)
        defer { statement.reset() }
        return try statement.step() ? statement.text(0) : nil
    }

    /// Whether the path no longer leads to the open file: deleted, renamed, or another file in its place.
    /// What is written then is lost with the connection. Costs one stat.
    public var isFileMoved: Bool {
        var hasMoved: Int32 = 0
        let code = sqlite3_file_control(handle, nil, SQLITE_FCNTL_HAS_MOVED, &hasMoved)
        precondition(code == SQLITE_OK, "a file on disk can be asked where it is")
        return hasMoved != 0
    }

    /// Runs `body` between BEGIN IMMEDIATE and COMMIT. `body` is synchronous by type: no await can stand in
    /// a transaction.
    ///
    /// - Throws: what `body` or the commit threw, after a rollback: nothing of it is in the file. After a
    ///   commit whose sync failed the disk may still hold the rows: reopen and look.
    public func transaction<Value>(
        _ body: () throws(SQLiteError) -> Value
    ) throws(SQLiteError) -> Value {
        // What a failed commit finds in it is then of this transaction.
        errno = 0
        try statement("BEGIN IMMEDIATE").run()
        do throws(SQLiteError) {
            let value = try body()
            try statement("COMMIT").run()
            return value
        } catch {
            rollBack()
            throw error
        }
    }

    /// SQLite rolls back by itself after most I/O errors; then there is nothing left to do.
    private func rollBack() {
        for statement in statements.values { sqlite3_reset(statement) }
        guard sqlite3_get_autocommit(handle) == 0 else { return }
        sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
    }
}

extension SQLiteConnection {
    /// Counts the frames of the write-ahead log from now on, in place of SQLite's own automatic checkpoints:
    /// those stop with this call.
    public func followLog() {
        sqlite3_wal_hook(
            handle,
            { context, _, _, frameCount in
                context!.assumingMemoryBound(to: Int32.self).pointee = frameCount
                return SQLITE_OK
            }, logFrames)
    }

    /// Frames (pages) in the write-ahead log after the last commit. It begins again at a small number when
    /// SQLite reuses the log from its start: at the first commit after everything was moved.
    public var logFrameCount: Int { Int(logFrames.pointee) }

    /// Moves what it can from the write-ahead log into the main file without waiting for anybody, and syncs
    /// both. What an open reader still needs stays.
    public func checkpointPassively() throws(SQLiteError) {
        let code = sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
        guard code == SQLITE_OK else { throw SQLiteError(operation: "checkpoint", code: code, on: handle) }
    }

    /// Moves the whole write-ahead log into the main file and cuts it to nothing, so that no former page is
    /// left in it. Waits for nobody.
    ///
    /// - Returns: false when a reader still needs the log; then what could be moved was moved.
    public func emptyLog() throws(SQLiteError) -> Bool {
        sqlite3_busy_timeout(handle, 0)
        defer { sqlite3_busy_timeout(handle, busyTimeoutMilliseconds) }
        let code = sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
        if code & 0xFF == SQLITE_BUSY { return false }
        guard code == SQLITE_OK else { throw SQLiteError(operation: "checkpoint", code: code, on: handle) }
        logFrames.pointee = 0
        return true
    }
}
