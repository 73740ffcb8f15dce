import SQLiteStore
import SiteModel

/// The store: one connection that nobody else may have meanwhile, every commit synced.
final class BookFile {
    let connection: SQLiteConnection

    init(path: String) throws(SandboxError) {
        do throws(SQLiteError) {
            let connection = try SQLiteConnection(
                path: path, access: .readWriteCreating, busyTimeoutMilliseconds: 200)
            try connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            try connection.execute("PRAGMA journal_mode = WAL")
            try connection.execute("PRAGMA synchronous = FULL")
            try BookSchema.migrations.run(on: connection)
            // Takes the lock now: a second sandbox is refused at its start.
            try connection.transaction { () throws(SQLiteError) in
                try connection.execute("DELETE FROM bad_key WHERE natural_key = ''")
            }
            guard try connection.wholeNumber("PRAGMA synchronous") == 2 else {
                throw SQLiteError(operation: "synchronous", code: 0)
            }
            self.connection = connection
        } catch {
            throw .store(path: path, words: error.words)
        }
    }

    func transaction<Value>(_ body: () throws(SQLiteError) -> Value) throws(SQLiteError) -> Value {
        try connection.transaction(body)
    }

    /// - Returns: its row number, and whether its natural key stood there already.
    func insert(_ record: Record, at instant: UTCInstant) throws(SQLiteError) -> (
        id: Int64, isDuplicate: Bool
    ) {
        let isDuplicate = try holds(record.kind, key: record.naturalKey)
        let statement = try connection.statement(
            """
            INSERT INTO record (kind, natural_key, corp_code, team_sys_no, id_number, day, mark, body,
                is_duplicate, accepted_at_ms)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) RETURNING id
            """)
        try bind(record, to: statement)
        try statement.bind(9, isDuplicate ? 1 : 0)
        try statement.bind(10, instant.milliseconds)
        defer { statement.reset() }
        guard try statement.step() else { throw SQLiteError(operation: "insert", code: 1) }
        let id = statement.wholeNumber(0)
        _ = try statement.step()
        return (id, isDuplicate)
    }

    func replace(_ id: Int64, with record: Record) throws(SQLiteError) {
        let statement = try connection.statement(
            """
            UPDATE record SET kind = ?1, natural_key = ?2, corp_code = ?3, team_sys_no = ?4, id_number = ?5,
                day = ?6, mark = ?7, body = ?8 WHERE id = ?9
            """)
        try bind(record, to: statement)
        try statement.bind(9, id)
        try statement.run()
    }

    func holds(_ kind: RecordKind, key: String) throws(SQLiteError) -> Bool {
        try first(of: kind, key: key) != nil
    }

    func first(of kind: RecordKind, key: String) throws(SQLiteError) -> StoredRecord? {
        let statement = try connection.statement(
            "SELECT * FROM record WHERE kind = ?1 AND natural_key = ?2 ORDER BY id LIMIT 1")
        try statement.bind(1, kind.rawValue)
        try statement.bind(2, key)
        return try rows(of: statement).first
    }

    func team(_ number: Int64) throws(SQLiteError) -> StoredRecord? {
        let statement = try connection.statement("SELECT * FROM record WHERE kind = 'team' AND id = ?1")
        try statement.bind(1, number - firstTeamSysNo)
        return try rows(of: statement).first
    }

    /// The newest entry or exit of a person up to a day; `9999-12-31` for the newest of all.
    func lastEntryExit(of idNumber: String, upTo day: String) throws(SQLiteError) -> StoredRecord? {
        let statement = try connection.statement(
            """
            SELECT * FROM record WHERE kind = 'entry_exit' AND id_number = ?1 AND day <= ?2
            ORDER BY day DESC, id DESC LIMIT 1
            """)
        try statement.bind(1, idNumber)
        try statement.bind(2, day)
        return try rows(of: statement).first
    }

    /// Rows in the order of their acceptance, behind `id`.
    func rows(of kind: RecordKind, after id: Int64, limit: Int) throws(SQLiteError) -> [StoredRecord] {
        let statement = try connection.statement(
            "SELECT * FROM record WHERE kind = ?1 AND id > ?2 ORDER BY id LIMIT ?3")
        try statement.bind(1, kind.rawValue)
        try statement.bind(2, id)
        try statement.bind(3, Int64(limit))
        return try rows(of: statement)
    }

    func counts() throws(SQLiteError) -> [RecordKind: (rows: Int, duplicates: Int)] {
        let statement = try connection.statement(
            "SELECT kind, count(*), sum(is_duplicate) FROM record GROUP BY kind")
        defer { statement.reset() }
        var counts: [RecordKind: (rows: Int, duplicates: Int)] = [:]
        while try statement.step() {
            guard let kind = RecordKind(rawValue: statement.text(0)) else { continue }
            counts[kind] = (Int(statement.wholeNumber(1)), Int(statement.wholeNumber(2)))
        }
        return counts
    }

    func page(_ query: RecordQuery) throws(SQLiteError) -> [StoredRecord] {
        let statement =
            try query.day.isEmpty
            ? connection.statement(
                """
                SELECT * FROM record WHERE kind = ?1 AND (?2 = '' OR corp_code = ?2)
                    AND (?3 = 0 OR team_sys_no = ?3) AND (?4 = '' OR id_number = ?4)
                ORDER BY id LIMIT ?5 OFFSET ?6
                """)
            : connection.statement(
                """
                SELECT * FROM record WHERE kind = ?1 AND (?2 = '' OR corp_code = ?2)
                    AND (?3 = 0 OR team_sys_no = ?3) AND (?4 = '' OR id_number = ?4) AND day = ?7
                ORDER BY id LIMIT ?5 OFFSET ?6
                """)
        try query.bind(to: statement)
        try statement.bind(5, Int64(query.pageSize))
        try statement.bind(6, Int64(query.pageIndex) * Int64(query.pageSize))
        if !query.day.isEmpty { try statement.bind(7, query.day) }
        return try rows(of: statement)
    }

    func count(_ query: RecordQuery) throws(SQLiteError) -> Int {
        let statement =
            try query.day.isEmpty
            ? connection.statement(
                """
                SELECT count(*) FROM record WHERE kind = ?1 AND (?2 = '' OR corp_code = ?2)
                    AND (?3 = 0 OR team_sys_no = ?3) AND (?4 = '' OR id_number = ?4)
                """)
            : connection.statement(
                """
                SELECT count(*) FROM record WHERE kind = ?1 AND (?2 = '' OR corp_code = ?2)
                    AND (?3 = 0 OR team_sys_no = ?3) AND (?4 = '' OR id_number = ?4) AND day = ?5
                """)
        try query.bind(to: statement)
        if !query.day.isEmpty { try statement.bind(5, query.day) }
        defer { statement.reset() }
        return try statement.step() ? Int(statement.wholeNumber(0)) : 0
    }

    private func bind(_ record: Record, to statement: SQLiteStatement) throws(SQLiteError) {
        try statement.bind(1, record.kind.rawValue)
        try statement.bind(2, record.naturalKey)
        try statement.bind(3, record.corpCode)
        try statement.bind(4, record.teamSysNo)
        try statement.bind(5, record.idNumber)
        try statement.bind(6, record.day)
        try statement.bind(7, record.mark)
        try statement.bind(8, record.body.jsonText)
    }

    private func rows(of statement: SQLiteStatement) throws(SQLiteError) -> [StoredRecord] {
        defer { statement.reset() }
        var rows: [StoredRecord] = []
        while try statement.step() {
            guard let kind = RecordKind(rawValue: statement.text(1)) else { continue }
            let record = Record(
                kind: kind, naturalKey: statement.text(2), corpCode: statement.text(3),
                teamSysNo: statement.wholeNumber(4), idNumber: statement.text(5), day: statement.text(6),
                mark: statement.text(7), body: JSONValue(statement.text(8).utf8) ?? .null)
            rows.append(
                StoredRecord(
                    id: statement.wholeNumber(0), record: record, isDuplicate: statement.wholeNumber(9) == 1,
                    acceptedAtMilliseconds: statement.wholeNumber(10)))
        }
        return rows
    }
}
