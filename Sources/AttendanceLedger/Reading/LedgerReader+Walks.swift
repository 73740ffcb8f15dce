import SQLiteStore
public import SiteModel

/// Calls that walk many entries. Each opens a connection of its own, so `body` may use the reader.
extension LedgerReader {
    /// Entries read under one snapshot. Short enough that the writer's log never grows behind a slow body.
    static let pageCount = 4_096

    /// Every entry that changes the roster, of all origins, in order. Walks the roster's own index, so it
    /// takes the same time whatever lies between.
    public func forEachRosterEntry(
        _ body: (LedgerEntry) throws(LedgerError) -> Void
    ) throws(LedgerError) {
        let rows = try Self.connect(path)
        try rows.forEach(
            rows.statement(
                """
                SELECT origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot, synchronisation,
                sealing, body, hash FROM entry WHERE kind IN (9, 10) ORDER BY origin, sequence
                """), body)
    }

    /// The newest `limit` entries of kinds `attendance` and `rawRead` of this node, oldest first, without
    /// those that say they occurred before `instant`.
    public func forEachAttendance(
        newest limit: Int, since instant: UTCInstant = UTCInstant(milliseconds: .min),
        _ body: (LedgerEntry) throws(LedgerError) -> Void
    ) throws(LedgerError) {
        let rows = try Self.connect(path)
        guard var position = try Self.positionBeforeAttendance(newest: limit, in: rows) else { return }
        var isAtEnd = false
        while !isAtEnd {
            var count = 0
            let statement = try rows.statement(
                """
                SELECT origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot, synchronisation,
                sealing, body, hash FROM entry
                WHERE origin = 1 AND sequence > ?1 AND kind IN (1, 2) AND occurred_at_ms >= ?2
                ORDER BY sequence LIMIT ?3
                """, position, instant.milliseconds, Int64(Self.pageCount))
            try rows.forEach(statement) { entry throws(LedgerError) in
                count += 1
                position = entry.sequence.rawValue
                try body(entry)
            }
            isAtEnd = count < Self.pageCount
        }
    }

    /// The newest `limit` entries of kinds `attendance` and `rawRead`, oldest first. Holds them all:
    /// `forEachAttendance` does not.
    public func newestAttendance(limit: Int) throws(LedgerError) -> [LedgerEntry] {
        var entries: [LedgerEntry] = []
        try forEachAttendance(newest: limit) { entries.append($0) }
        return entries
    }

    /// Every entry of this node after a position, in order, then every entry of the other origins in theirs.
    public func forEachEntry(
        after position: LedgerSequence = LedgerSequence(0), _ body: (LedgerEntry) throws(LedgerError) -> Void
    ) throws(LedgerError) {
        let rows = try Self.connect(path)
        var place = (origin: Int64(1), sequence: position.rawValue)
        while let next = try Self.readPage(after: place, from: rows, body) { place = next }
    }

    /// - Returns: where the next page begins; nil at the end.
    /// - Throws: what `body` throws; `LedgerError.chainBroken` at a row whose columns are no entry.
    static func readPage(
        after place: (origin: Int64, sequence: Int64), from rows: EntryRows,
        _ body: (LedgerEntry) throws(LedgerError) -> Void
    ) throws(LedgerError) -> (origin: Int64, sequence: Int64)? {
        var last: (origin: Int64, sequence: Int64)?
        let statement = try rows.statement(
            """
            SELECT origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot, synchronisation,
            sealing, body, hash FROM entry WHERE (origin, sequence) > (?1, ?2)
            ORDER BY origin, sequence LIMIT ?3
            """, place.origin, place.sequence, Int64(pageCount))
        try rows.forEach(statement) { entry throws(LedgerError) in
            last = (statement.wholeNumber(0), entry.sequence.rawValue)
            try body(entry)
        }
        return last
    }

    /// The sequence before the oldest of the newest `limit`; nil when there is no attendance.
    private static func positionBeforeAttendance(
        newest limit: Int, in rows: EntryRows
    ) throws(LedgerError) -> Int64? {
        let statement = try rows.statement(
            """
            SELECT min(sequence) - 1 FROM (
                SELECT sequence FROM entry WHERE origin = 1 AND kind IN (1, 2) ORDER BY sequence DESC LIMIT ?1
            )
            """, Int64(limit))
        defer { statement.reset() }
        return try rows.step(statement) ? statement.optionalWholeNumber(0) : nil
    }
}
