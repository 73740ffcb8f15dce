import SQLiteStore
import SiteModel

extension BookFile {
    func add(
        _ verdict: Verdict, nonce: String, at instant: UTCInstant
    ) throws(SQLiteError) {
        let statement = try connection.statement(
            """
            INSERT INTO verdict (serial, method, nonce, accepted_at_ms, ready_at_ms, status, result)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """)
        try statement.bind(1, verdict.serial)
        try statement.bind(2, verdict.method)
        try statement.bind(3, nonce)
        try statement.bind(4, instant.milliseconds)
        try statement.bind(5, verdict.readyAtMilliseconds)
        try statement.bind(6, verdict.status.rawValue)
        try statement.bind(7, verdict.result)
        try statement.run()
    }

    func verdict(_ serial: String) throws(SQLiteError) -> Verdict? {
        let statement = try connection.statement(
            "SELECT serial, method, ready_at_ms, status, result FROM verdict WHERE serial = ?1")
        try statement.bind(1, serial)
        return try verdict(of: statement)
    }

    /// Somebody else's: the newest that is not `serial`.
    func foreignVerdict(to serial: String) throws(SQLiteError) -> Verdict? {
        let statement = try connection.statement(
            """
            SELECT serial, method, ready_at_ms, status, result FROM verdict WHERE serial <> ?1
            ORDER BY id DESC LIMIT 1
            """)
        try statement.bind(1, serial)
        return try verdict(of: statement)
    }

    private func verdict(of statement: SQLiteStatement) throws(SQLiteError) -> Verdict? {
        defer { statement.reset() }
        guard try statement.step(), let status = Verdict.Status(rawValue: statement.wholeNumber(3)) else {
            return nil
        }
        return Verdict(
            serial: statement.text(0), method: statement.text(1),
            readyAtMilliseconds: statement.wholeNumber(2), status: status, result: statement.text(4))
    }

    func nextVerdictNumber() throws(SQLiteError) -> Int64 {
        (try connection.wholeNumber("SELECT max(id) FROM verdict") ?? 0) + 1
    }

    func knows(nonce: String) throws(SQLiteError) -> Bool {
        let statement = try connection.statement("SELECT 1 FROM verdict WHERE nonce = ?1")
        try statement.bind(1, nonce)
        defer { statement.reset() }
        return try statement.step()
    }

    func markBad(_ naturalKey: String) throws(SQLiteError) {
        let statement = try connection.statement("INSERT OR IGNORE INTO bad_key (natural_key) VALUES (?1)")
        try statement.bind(1, naturalKey)
        try statement.run()
    }

    func isBad(_ naturalKey: String) throws(SQLiteError) -> Bool {
        let statement = try connection.statement("SELECT 1 FROM bad_key WHERE natural_key = ?1")
        try statement.bind(1, naturalKey)
        defer { statement.reset() }
        return try statement.step()
    }

    func forgetBadKeys() throws(SQLiteError) { try connection.execute("DELETE FROM bad_key") }
}
