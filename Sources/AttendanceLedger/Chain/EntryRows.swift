import SQLiteStore
import SiteModel

/// A connection with the origins and boots that its rows name by number, read once each.
final class EntryRows {
    let connection: SQLiteConnection
    let path: String
    private var origins: [Int64: LedgerOrigin] = [:]
    private var boots: [Int64: BootID] = [:]

    init(connection: SQLiteConnection, path: String) {
        self.connection = connection
        self.path = path
    }

    /// Steps `statement` to its end and hands over each row as an entry; resets it, whatever happens.
    ///
    /// Columns: origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot, synchronisation, sealing,
    /// body, hash.
    ///
    /// - Throws: what `body` throws; `LedgerError.chainBroken` for a row whose columns are no entry.
    func forEach(
        _ statement: SQLiteStatement, _ body: (LedgerEntry) throws(LedgerError) -> Void
    ) throws(LedgerError) {
        defer { statement.reset() }
        while try step(statement) {
            guard let entry = try entry(statement) else {
                throw .chainBroken(sequence: LedgerSequence(statement.wholeNumber(1)))
            }
            try body(entry)
        }
    }

    /// The row under the statement; nil when its columns are no entry.
    func entry(_ row: SQLiteStatement) throws(LedgerError) -> LedgerEntry? {
        guard let origin = try origin(row.wholeNumber(0)),
            let kind = LedgerEntryKind(rawValue: Int(row.wholeNumber(2))),
            let boot = try boot(row.wholeNumber(6)),
            let synchronisation = ClockSynchronisation(rawValue: Int(row.wholeNumber(7))),
            Self.uptimeMilliseconds.contains(row.wholeNumber(5)),
            let sealing = BodySealing(rawValue: Int(row.wholeNumber(8)))
        else { return nil }
        return LedgerEntry(
            origin: origin, sequence: LedgerSequence(row.wholeNumber(1)), kind: kind,
            subject: row.optionalWholeNumber(3).map { WorkerID(rawValue: UInt64(bitPattern: $0)) },
            clock: ClockReading(
                wall: UTCInstant(milliseconds: row.wholeNumber(4)),
                uptime: Uptime(milliseconds: row.wholeNumber(5)), boot: boot,
                synchronisation: synchronisation),
            sealing: sealing, body: row.bytes(9), hash: row.bytes(10))
    }

    /// What fits in nanoseconds: 292 years. Beyond it somebody wrote into the file.
    private static let uptimeMilliseconds = 0...(Int64.max / 1_000_000)

    func step(_ statement: SQLiteStatement) throws(LedgerError) -> Bool {
        do throws(SQLiteError) {
            return try statement.step()
        } catch {
            throw LedgerError(error, path: path)
        }
    }

    /// The cached statement of a literal with these values bound to ?1, ?2, …
    func statement(_ sql: StaticString, _ values: Int64...) throws(LedgerError) -> SQLiteStatement {
        do throws(SQLiteError) {
            let statement = try connection.statement(sql)
            for (index, value) in values.enumerated() { try statement.bind(index + 1, value) }
            return statement
        } catch {
            throw LedgerError(error, path: path)
        }
    }

    /// The text of an origin's number; nil when the table has no such row.
    func origin(_ number: Int64) throws(LedgerError) -> LedgerOrigin? {
        if let known = origins[number] { return known }
        let statement = try statement("SELECT text FROM origin WHERE number = ?1", number)
        defer { statement.reset() }
        guard try step(statement) else { return nil }
        let origin = LedgerOrigin(statement.text(0))
        origins[number] = origin
        return origin
    }

    private func boot(_ number: Int64) throws(LedgerError) -> BootID? {
        if let known = boots[number] { return known }
        let statement = try statement("SELECT id FROM boot WHERE number = ?1", number)
        defer { statement.reset() }
        guard try step(statement), let boot = BootID(bytes: statement.bytes(0)) else { return nil }
        boots[number] = boot
        return boot
    }
}
