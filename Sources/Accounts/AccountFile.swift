import Glibc
import SQLiteStore
import SiteModel

/// `accounts.db`, mode 0600, open for one owner at a time. Every change is one transaction and on disk when
/// the call returns.
struct AccountFile {
    private let connection: SQLiteConnection

    /// Opens the file, and makes it when there is none.
    init(path: String) throws(AccountError) {
        try Self.make(path)
        connection = try Self.reporting { () throws(SQLiteError) in
            let connection = try SQLiteConnection(path: path, access: .readWrite)
            // One small file with few writes: a rollback journal leaves nothing beside it.
            try connection.execute("PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA;")
            return connection
        }
        let found = try Self.reporting { () throws(SQLiteError) in try connection.schemaVersion() }
        let known = AccountSchema.migrations.newestVersion
        guard found <= known else { throw .newerSchema(found: found, known: known) }
        try Self.reporting { () throws(SQLiteError) in try AccountSchema.migrations.run(on: connection) }
    }

    /// In order of their names.
    func accounts() throws(AccountError) -> [Account] {
        let rows = try Self.reporting { () throws(SQLiteError) in
            let statement = try connection.statement(
                """
                SELECT name, display_name, role, is_enabled, changed_at_ms,
                       scrypt_rounds, scrypt_block_size, scrypt_parallelism, salt, hash
                FROM account ORDER BY name LIMIT ?1
                """)
            try statement.bind(1, Int64(AccountBook.accountLimit))
            defer { statement.reset() }
            var rows: [RawRow] = []
            while try statement.step() { rows.append(RawRow(statement)) }
            return rows
        }
        var accounts: [Account] = []
        for row in rows { accounts.append(try Row(row).account) }
        return accounts
    }

    func row(named name: AccountName) throws(AccountError) -> Row? {
        let rows = try Self.reporting { () throws(SQLiteError) in
            let statement = try connection.statement(
                """
                SELECT name, display_name, role, is_enabled, changed_at_ms,
                       scrypt_rounds, scrypt_block_size, scrypt_parallelism, salt, hash
                FROM account WHERE name = ?1
                """)
            try statement.bind(1, name.text)
            return try Self.raw(statement)
        }
        return try rows.map(Row.init)
    }

    func insert(_ account: Account, _ hash: PasswordHash) throws(AccountError) {
        try write { () throws(SQLiteError) in
            let statement = try connection.statement(
                """
                INSERT INTO account (name, display_name, role, is_enabled, changed_at_ms,
                                     scrypt_rounds, scrypt_block_size, scrypt_parallelism, salt, hash)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
                """)
            try statement.bind(1, account.name.text)
            try statement.bind(2, account.displayName)
            try statement.bind(3, Int64(account.role.rawValue))
            try statement.bind(4, account.isEnabled ? 1 : 0 as Int64)
            try statement.bind(5, account.changedAt.milliseconds)
            try statement.bind(6, Int64(hash.cost.rounds))
            try statement.bind(7, Int64(hash.cost.blockSize))
            try statement.bind(8, Int64(hash.cost.parallelism))
            try statement.bind(9, hash.salt)
            try statement.bind(10, hash.bytes)
            try statement.run()
        }
    }

    func set(_ hash: PasswordHash, of name: AccountName, at instant: UTCInstant) throws(AccountError) {
        try write { () throws(SQLiteError) in
            let statement = try connection.statement(
                """
                UPDATE account SET scrypt_rounds = ?2, scrypt_block_size = ?3, scrypt_parallelism = ?4,
                                   salt = ?5, hash = ?6, changed_at_ms = ?7
                WHERE name = ?1
                """)
            try statement.bind(1, name.text)
            try statement.bind(2, Int64(hash.cost.rounds))
            try statement.bind(3, Int64(hash.cost.blockSize))
            try statement.bind(4, Int64(hash.cost.parallelism))
            try statement.bind(5, hash.salt)
            try statement.bind(6, hash.bytes)
            try statement.bind(7, instant.milliseconds)
            try statement.run()
        }
    }

    func set(
        _ role: AccountRole, isEnabled: Bool, of name: AccountName, at instant: UTCInstant
    ) throws(AccountError) {
        try write { () throws(SQLiteError) in
            let statement = try connection.statement(
                "UPDATE account SET role = ?2, is_enabled = ?3, changed_at_ms = ?4 WHERE name = ?1")
            try statement.bind(1, name.text)
            try statement.bind(2, Int64(role.rawValue))
            try statement.bind(3, isEnabled ? 1 : 0 as Int64)
            try statement.bind(4, instant.milliseconds)
            try statement.run()
        }
    }

    private func write(_ body: () throws(SQLiteError) -> Void) throws(AccountError) {
        try Self.reporting { () throws(SQLiteError) in try connection.transaction(body) }
    }

    private static func raw(_ statement: SQLiteStatement) throws(SQLiteError) -> RawRow? {
        defer { statement.reset() }
        return try statement.step() ? RawRow(statement) : nil
    }

    /// Made before SQLite opens it, so that nobody else can ever read it.
    private static func make(_ path: String) throws(AccountError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw system("open accounts.db") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw system("look at accounts.db") }
        guard status.st_mode & 0o777 != 0o600 else { return }
        guard fchmod(descriptor, 0o600) == 0 else { throw system("protect accounts.db") }
    }

    private static func system(_ operation: String) -> AccountError {
        let code = errno
        return .storage(
            operation: operation, code: code,
            words: strerror(code).map { String(cString: $0) } ?? "error \(code)")
    }

    private static func reporting<Value>(
        _ body: () throws(SQLiteError) -> Value
    ) throws(AccountError) -> Value {
        do throws(SQLiteError) {
            return try body()
        } catch {
            if error.isDamage { throw .damaged(words: error.words) }
            throw .storage(operation: "accounts.db, \(error.operation)", code: error.code, words: error.words)
        }
    }
}

/// What stands in a row, before it is believed.
struct RawRow {
    let name: String
    let displayName: String
    let numbers: [Int64]
    let salt: [UInt8]
    let hash: [UInt8]

    init(_ statement: SQLiteStatement) {
        name = statement.text(0)
        displayName = statement.text(1)
        numbers = (2...7).map { statement.wholeNumber($0) }
        salt = statement.bytes(8)
        hash = statement.bytes(9)
    }
}

struct Row {
    let account: Account
    let hash: PasswordHash

    init(_ raw: RawRow) throws(AccountError) {
        guard let name = AccountName(raw.name), name.text == raw.name,
            let role = AccountRole(rawValue: Int(raw.numbers[0]))
        else { throw .damaged(words: "an account of no name or role") }
        account = Account(
            name: name, displayName: raw.displayName, role: role, isEnabled: raw.numbers[1] == 1,
            changedAt: UTCInstant(milliseconds: raw.numbers[2]))
        hash = PasswordHash(
            cost: PasswordCost(
                rounds: Int(raw.numbers[3]), blockSize: Int(raw.numbers[4]),
                parallelism: Int(raw.numbers[5])),
            salt: raw.salt, bytes: raw.hash)
    }
}
