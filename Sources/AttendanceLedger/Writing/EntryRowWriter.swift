import SQLiteStore
import SiteModel

/// Puts finished entries of one chain into the file as rows of origin 1. Within a transaction of its
/// connection; when that fails, this goes with the connection.
final class EntryRowWriter {
    private let connection: SQLiteConnection
    /// Nearly every entry is of the boot of the one before.
    private var lastBoot: (id: BootID, number: Int64)?

    init(connection: SQLiteConnection) {
        self.connection = connection
    }

    func statement() throws(SQLiteError) -> SQLiteStatement {
        try connection.statement(
            """
            INSERT INTO entry (origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot,
            synchronisation, sealing, body, hash) VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """)
    }

    /// - Parameter statement: what `statement()` gave, taken once for many rows.
    func write(_ entry: LedgerEntry, by statement: SQLiteStatement) throws(SQLiteError) {
        let boot = try bootNumber(entry.clock.boot)
        try statement.bind(1, entry.sequence.rawValue)
        try statement.bind(2, Int64(entry.kind.rawValue))
        try statement.bind(3, entry.subject.map { Int64(bitPattern: $0.rawValue) })
        try statement.bind(4, entry.clock.wall.milliseconds)
        try statement.bind(5, entry.clock.uptime.milliseconds)
        try statement.bind(6, boot)
        try statement.bind(7, Int64(entry.clock.synchronisation.rawValue))
        try statement.bind(8, Int64(entry.sealing.rawValue))
        try statement.run(binding: entry.body, at: 9, and: entry.hash, at: 10)
    }

    private func bootNumber(_ boot: BootID) throws(SQLiteError) -> Int64 {
        if let lastBoot, lastBoot.id == boot { return lastBoot.number }
        let insert = try connection.statement("INSERT OR IGNORE INTO boot (id) VALUES (?1)")
        try insert.bind(1, boot.bytes)
        try insert.run()
        let select = try connection.statement("SELECT number FROM boot WHERE id = ?1")
        try select.bind(1, boot.bytes)
        defer { select.reset() }
        let isThere = try select.step()
        precondition(isThere, "a boot that was just written is there")
        lastBoot = (boot, select.wholeNumber(0))
        return select.wholeNumber(0)
    }
}
