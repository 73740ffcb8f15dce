import AttendanceLedger
import Glibc
import SQLiteStore
public import SiteModel

/// `deliveries-NAME.db`, mode 0600, one owner at a time.
///
/// Synced to disk is what must not be forgotten: which passes are about to be sent. All else may be a moment
/// old after a power cut: what then seems unsent is looked for at the platform first (`open`).
final class DeliveryFile {
    let connection: SQLiteConnection
    let path: String

    /// Opens the file, and makes it when there is none.
    init(path: String) throws(DeliveryError) {
        self.path = path
        do throws(SQLiteError) {
            connection = try SQLiteConnection(path: path, access: .readWriteCreating)
            guard chmod(path, 0o600) == 0 else {
                throw SQLiteError(operation: "chmod", code: 14, systemCode: errno)
            }
            try connection.execute(
                "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;")
            let found = try connection.schemaVersion()
            let known = DeliverySchema.migrations.newestVersion
            guard found <= known else { throw SQLiteError(operation: "open a newer version of", code: 1) }
            try DeliverySchema.migrations.run(on: connection)
        } catch {
            throw DeliveryError(error, path: path)
        }
    }

    /// One transaction, on disk when the call returns where `isSynced`.
    func write<Value>(
        isSynced: Bool = false, _ body: () throws(SQLiteError) -> Value
    ) throws(DeliveryError) -> Value {
        try reading { () throws(SQLiteError) in
            guard isSynced else { return try connection.transaction(body) }
            try connection.execute("PRAGMA synchronous = FULL")
            let value = try connection.transaction(body)
            try connection.execute("PRAGMA synchronous = NORMAL")
            return value
        }
    }

    func reading<Value>(_ body: () throws(SQLiteError) -> Value) throws(DeliveryError) -> Value {
        do throws(SQLiteError) { return try body() } catch { throw DeliveryError(error, path: path) }
    }

    func mark(_ name: Mark) throws(SQLiteError) -> Int64 {
        var value: Int64 = 0
        try rows("SELECT value FROM mark WHERE name = ?1", name.rawValue) { value = $0.wholeNumber(0) }
        return value
    }

    func setMark(_ name: Mark, _ value: Int64) throws(SQLiteError) {
        let statement = try connection.statement(
            "INSERT OR REPLACE INTO mark (name, value) VALUES (?1, ?2)")
        try statement.bind(1, name.rawValue)
        try statement.bind(2, value)
        try statement.run()
    }

    /// The hash of the entry that a position stands at; nil before the first.
    func hash(at name: Mark) throws(SQLiteError) -> [UInt8]? {
        var hash: [UInt8]?
        try rows("SELECT hash FROM place WHERE name = ?1", name.rawValue) { hash = $0.bytes(0) }
        return hash
    }

    func setPlace(_ name: Mark, _ entry: LedgerEntry) throws(SQLiteError) {
        try setMark(name, entry.sequence.rawValue)
        let statement = try connection.statement("INSERT OR REPLACE INTO place (name, hash) VALUES (?1, ?2)")
        try statement.bind(1, name.rawValue)
        try statement.bind(2, entry.hash)
        try statement.run()
    }

    /// As it was made, but that a pause holds.
    func empty() throws(SQLiteError) {
        try connection.execute(
            """
            DELETE FROM backlog; DELETE FROM call; DELETE FROM change; DELETE FROM member;
            DELETE FROM organisation; DELETE FROM held; DELETE FROM refused; DELETE FROM withdrawn;
            DELETE FROM day; DELETE FROM dropped; DELETE FROM overtaken; DELETE FROM correction_pass;
            DELETE FROM payroll_statement; DELETE FROM payroll; DELETE FROM payroll_held;
            DELETE FROM payroll_call; DELETE FROM place;
            UPDATE mark SET value = 0 WHERE name NOT IN ('paused', 'boot');
            UPDATE mark SET value = 1 WHERE name = 'live';
            UPDATE mark SET value = -1 WHERE name = 'stage';
            """)
    }

    /// Why the deliveries paused by themselves; nil: they did not.
    func pauseCode() throws(SQLiteError) -> String? {
        var code: String?
        try rows("SELECT code FROM pause") { code = $0.text(0) }
        return code
    }

    func setPauseCode(_ code: String?) throws(SQLiteError) {
        try run("DELETE FROM pause")
        guard let code else { return }
        let statement = try connection.statement("INSERT INTO pause (code) VALUES (?1)")
        try statement.bind(1, code)
        try statement.run()
    }

    func addToMark(_ name: Mark, _ delta: Int64) throws(SQLiteError) {
        let statement = try connection.statement("UPDATE mark SET value = value + ?2 WHERE name = ?1")
        try statement.bind(1, name.rawValue)
        try statement.bind(2, delta)
        try statement.run()
    }

    func run(_ sql: StaticString, _ values: Int64?...) throws(SQLiteError) {
        let statement = try connection.statement(sql)
        for (index, value) in values.enumerated() { try statement.bind(index + 1, value) }
        try statement.run()
    }

    func rows(
        _ sql: StaticString, _ values: Int64?..., body: (SQLiteStatement) throws(SQLiteError) -> Void
    ) throws(SQLiteError) {
        let statement = try connection.statement(sql)
        for (index, value) in values.enumerated() { try statement.bind(index + 1, value) }
        defer { statement.reset() }
        while try statement.step() { try body(statement) }
    }

    private func rows(
        _ sql: StaticString, _ text: String, body: (SQLiteStatement) throws(SQLiteError) -> Void
    ) throws(SQLiteError) {
        let statement = try connection.statement(sql)
        try statement.bind(1, text)
        defer { statement.reset() }
        while try statement.step() { try body(statement) }
    }

    /// Numbers that stand in the file once.
    enum Mark: String {
        /// Every entry of the ledger up to here was taken in.
        case position
        /// From here on the lane of today begins; what is below and open stands in `backlog`.
        case live
        /// 1: the last owner ended in order.
        case clean
        /// Half of the boot id of the last owner: within one boot nothing that was written is lost.
        case boot
        /// 1: the file was made anew and has not reached the ledger's end.
        case rebuilding
        /// 1: somebody paused the deliveries.
        case paused
        /// Passes that are to go up.
        case recorded
        case confirmed
        /// A person decided that these never go up, or they were withdrawn or erased before they did.
        case dismissed
        case refused
        /// Passes up to here may have been sent by an owner whose file is lost: looked for first.
        case doubt
        /// The import in pieces whose end has not come (`ImportStage.importedAfter`); -1: none.
        case stage
        /// The newest change of it that waits.
        case stageEnd = "stage_end"
        /// The same as `position`, of answers that stand in a ledger of their own.
        case answers
        /// How far that ledger tells of the one that is delivered.
        case agreed
    }
}

/// Why deliveries to a platform stand still.
public enum DeliveryError: Error, Equatable, CustomStringConvertible {
    case storage(path: String, words: String)
    case ledger(String)
    /// An entry that cannot be read.
    case damagedEntry(LedgerSequence)
    /// A request that cannot be carried out, in words for people.
    case refused(String)
    /// The platform answers, and nothing can be concluded from what it shows of a day. Asked again, it shows
    /// the same.
    case unreadableDay(String)

    init(_ error: SQLiteError, path: String) {
        self = .storage(path: path, words: "\(error.operation): \(error.words)")
    }

    public var description: String {
        switch self {
        case .storage(let path, let words): "\(path): \(words)"
        case .ledger(let words): words
        case .damagedEntry(let sequence): "entry \(sequence) cannot be read"
        case .refused(let words), .unreadableDay(let words): words
        }
    }
}
