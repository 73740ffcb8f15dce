import Crypto
import Glibc
import SQLiteStore
import SiteModel

/// `reads.db`, mode 0600, used by one thread at a time. Every change is one transaction, on disk when the
/// call returns.
///
/// A row that goes is overwritten (`secure_delete`), and so is the key of a day when its last read goes: a
/// block that a disk kept elsewhere does not open any more.
struct CardReadFile {
    private let connection: SQLiteConnection
    private let path: String
    private let siteKey: SiteKey

    /// Opens the file, and makes it when there is none.
    init(path: String, siteKey: SiteKey) throws(LedgerError) {
        self.path = path
        self.siteKey = siteKey
        try Self.make(path)
        connection = try reportingStorage(path) { () throws(SQLiteError) in
            let connection = try SQLiteConnection(path: path, access: .readWrite)
            // A rollback journal leaves nothing beside the file.
            try connection.execute(
                """
                PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA; PRAGMA secure_delete = ON;
                PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;
                """)
            return connection
        }
        let found = try reportingStorage(path) { () throws(SQLiteError) in try connection.schemaVersion() }
        let known = Self.migrations.newestVersion
        guard found <= known else { throw .newerSchema(found: found, known: known) }
        try reportingStorage(path) { () throws(SQLiteError) in try Self.migrations.run(on: connection) }
    }

    private static let migrations = Migrations([
        """
        CREATE TABLE day_key (
            day INTEGER PRIMARY KEY,
            wrapped BLOB NOT NULL CHECK (length(wrapped) = 60)
        ) STRICT;
        CREATE TABLE read (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            day INTEGER NOT NULL REFERENCES day_key (day),
            wall_ms INTEGER NOT NULL,
            uptime_ms INTEGER NOT NULL CHECK (uptime_ms >= 0),
            boot BLOB NOT NULL CHECK (length(boot) = 16),
            synchronisation INTEGER NOT NULL,
            sealed BLOB NOT NULL
        ) STRICT;
        PRAGMA user_version = 1;
        """
    ])

    /// Made before SQLite opens it, so that nobody else can ever read it.
    private static func make(_ path: String) throws(LedgerError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system("open \(path)") }
        defer { close(descriptor) }
        guard fchmod(descriptor, 0o600) == 0 else { throw .system("protect \(path)") }
    }
}

extension CardReadFile {
    /// When each was read, oldest first.
    func times() throws(LedgerError) -> [(id: Int64, clock: ClockReading)] {
        try rows().map { ($0.id, $0.clock) }
    }

    /// All of them opened, oldest first; or one of them, if it is there.
    ///
    /// - Throws: `LedgerError.fileDamaged` for one that does not open with the key of its day.
    func reads(_ only: Int64? = nil) throws(LedgerError) -> [CardRead] {
        var keys: [Int64: SymmetricKey] = [:]
        var reads: [CardRead] = []
        for row in try rows() where only == nil || row.id == only {
            if keys[row.day] == nil { keys[row.day] = try key(of: row.day) }
            guard let key = keys[row.day],
                let clear = Seal.open(row.sealed, with: key, in: Self.context(day: row.day, row.clock)),
                // try?: whatever it is, it is no read of ours.
                let opened = try? SealedCard(encoded: clear)
            else {
                throw .fileDamaged(path: path, words: "read \(row.id) does not open with the key of its day")
            }
            reads.append(
                CardRead(id: row.id, card: opened.card, reader: opened.reader, clock: row.clock))
        }
        return reads
    }

    /// - Parameter stale: ids of reads that go in the same transaction.
    /// - Returns: the id of the new one.
    func insert(
        _ clear: [UInt8], at clock: ClockReading, day: Int64, inPlaceOf stale: [Int64]
    ) throws(LedgerError) -> Int64 {
        let known = try key(of: day)
        let key = known ?? SymmetricKey(size: .bits256)
        // As it will be read again.
        let clock = ClockReading(
            wall: clock.wall, uptime: Uptime(milliseconds: clock.uptime.milliseconds), boot: clock.boot,
            synchronisation: clock.synchronisation)
        let sealed = Seal.seal(clear, with: key, in: Self.context(day: day, clock))
        return try write { () throws(SQLiteError) in
            if known == nil { try insertKey(key, of: day) }
            let statement = try connection.statement(
                """
                INSERT INTO read (day, wall_ms, uptime_ms, boot, synchronisation, sealed)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                """)
            try statement.bind(1, day)
            try statement.bind(2, clock.wall.milliseconds)
            try statement.bind(3, clock.uptime.milliseconds)
            try statement.bind(4, clock.boot.bytes)
            try statement.bind(5, Int64(clock.synchronisation.rawValue))
            try statement.bind(6, sealed)
            try statement.run()
            let id = try connection.wholeNumber("SELECT last_insert_rowid()") ?? 0
            try delete(stale)
            return id
        }
    }

    func destroy(_ ids: [Int64]) throws(LedgerError) {
        try write { () throws(SQLiteError) in try delete(ids) }
    }

    private func delete(_ ids: [Int64]) throws(SQLiteError) {
        for id in ids {
            let statement = try connection.statement("DELETE FROM read WHERE id = ?1")
            try statement.bind(1, id)
            try statement.run()
        }
        try connection.statement("DELETE FROM day_key WHERE day NOT IN (SELECT day FROM read)").run()
    }

    private func key(of day: Int64) throws(LedgerError) -> SymmetricKey? {
        let wrapped: [UInt8]? = try reportingStorage(path) { () throws(SQLiteError) in
            let statement = try connection.statement("SELECT wrapped FROM day_key WHERE day = ?1")
            try statement.bind(1, day)
            defer { statement.reset() }
            return try statement.step() ? statement.bytes(0) : nil
        }
        guard let wrapped else { return nil }
        guard let bytes = Seal.open(wrapped, with: siteKey.key, in: Self.keyContext(day)), bytes.count == 32
        else { throw .fileDamaged(path: path, words: "the key of a day does not open with the site key") }
        return SymmetricKey(data: bytes)
    }

    private func insertKey(_ key: SymmetricKey, of day: Int64) throws(SQLiteError) {
        let bytes = key.withUnsafeBytes { Array($0) }
        let statement = try connection.statement("INSERT INTO day_key (day, wrapped) VALUES (?1, ?2)")
        try statement.bind(1, day)
        try statement.bind(2, Seal.seal(bytes, with: siteKey.key, in: Self.keyContext(day)))
        try statement.run()
    }

    private struct Row {
        let id: Int64
        let day: Int64
        let clock: ClockReading
        let sealed: [UInt8]
    }

    private func rows() throws(LedgerError) -> [Row] {
        var rows: [Row] = []
        var isDamaged = false
        try reportingStorage(path) { () throws(SQLiteError) in
            let statement = try connection.statement(
                "SELECT id, day, wall_ms, uptime_ms, boot, synchronisation, sealed FROM read ORDER BY id")
            defer { statement.reset() }
            while try statement.step() {
                guard let boot = BootID(bytes: statement.bytes(4)),
                    let synchronisation = ClockSynchronisation(rawValue: Int(statement.wholeNumber(5)))
                else {
                    isDamaged = true
                    continue
                }
                rows.append(
                    Row(
                        id: statement.wholeNumber(0), day: statement.wholeNumber(1),
                        clock: ClockReading(
                            wall: UTCInstant(milliseconds: statement.wholeNumber(2)),
                            uptime: Uptime(milliseconds: statement.wholeNumber(3)), boot: boot,
                            synchronisation: synchronisation),
                        sealed: statement.bytes(6)))
            }
        }
        if isDamaged { throw .fileDamaged(path: path, words: "a read without a time") }
        return rows
    }

    private func write<Value>(_ body: () throws(SQLiteError) -> Value) throws(LedgerError) -> Value {
        try reportingStorage(path) { () throws(SQLiteError) in try connection.transaction(body) }
    }

    /// A read opens at its own time only.
    private static func context(day: Int64, _ clock: ClockReading) -> [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 5)
        encoder.append("muster card read")
        encoder.append(day)
        encoder.append(clock.wall.milliseconds)
        encoder.append(clock.uptime.milliseconds)
        encoder.append(clock.boot)
        return encoder.bytes
    }

    private static func keyContext(_ day: Int64) -> [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 2)
        encoder.append("muster day key")
        encoder.append(day)
        return encoder.bytes
    }
}
