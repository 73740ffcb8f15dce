import SQLiteStore
public import SiteModel

/// Calls that walk many entries. Each opens a connection of its own, so `body` may use the reader; a page is
/// read whole before `body` sees its first entry, so a slow body holds no snapshot and the writer's log does
/// not grow behind it.
extension LedgerReader {
    /// Entries read under one snapshot, and held in memory: some 1.5 MB.
    static let pageCount = 4_096

    /// The newest `limit` entries of kinds `attendance` and `rawRead` of this node, oldest first, without
    /// those that occurred before `instant` by what `history` knows of the clocks.
    ///
    /// - Parameters:
    ///   - position: none before this entry.
    ///   - withPassages: also what barriers said of them (`passage`), where it stands.
    public func forEachAttendance(
        newest limit: Int, after position: LedgerSequence = LedgerSequence(0),
        since instant: UTCInstant = UTCInstant(milliseconds: .min),
        by history: ClockHistory = ClockHistory(), withPassages: Bool = false,
        _ body: (LedgerEntry) throws(LedgerError) -> Void
    ) throws(LedgerError) {
        let rows = try connect()
        guard
            var position = try Self.positionBeforeAttendance(
                newest: limit, after: position, since: instant, by: history, in: rows)
        else { return }
        var isAtEnd = false
        while !isAtEnd {
            let statement = try rows.statement(
                """
                SELECT origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot, synchronisation,
                sealing, body, hash FROM entry
                WHERE origin = 1 AND sequence > ?1 AND kind BETWEEN 1 AND ?3 ORDER BY sequence LIMIT ?2
                """, position, Int64(Self.pageCount), withPassages ? 3 : 2)
            let page = try rows.page(statement, after: (1, position))
            for entry in page.entries where history.corrected(entry.clock).instant >= instant {
                try body(entry)
            }
            position = page.last.sequence
            isAtEnd = page.entries.isEmpty
        }
    }

    /// The newest `limit` entries of kinds `attendance` and `rawRead`, oldest first. Holds them all:
    /// `forEachAttendance` does not.
    public func newestAttendance(limit: Int) throws(LedgerError) -> [LedgerEntry] {
        var entries: [LedgerEntry] = []
        try forEachAttendance(newest: limit) { entries.append($0) }
        return entries
    }

    /// The newest `limit` entries that give QR badges or day passes, or take them back, oldest first.
    public func badgeEntries(newest limit: Int) throws(LedgerError) -> [LedgerEntry] {
        let rows = try connect()
        let statement = try rows.statement(
            """
            SELECT origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot, synchronisation,
            sealing, body, hash FROM entry INDEXED BY entry_of_people
            WHERE origin = 1 AND kind BETWEEN 19 AND 39 AND kind IN (27, 28, 38, 39)
            ORDER BY sequence DESC LIMIT ?1
            """, Int64(limit))
        var entries: [LedgerEntry] = []
        try rows.forEach(statement) { entries.append($0) }
        return entries.reversed()
    }

    /// Every entry of this node after a position, in order, then every entry of the other origins in theirs.
    public func forEachEntry(
        after position: LedgerSequence = LedgerSequence(0), _ body: (LedgerEntry) throws(LedgerError) -> Void
    ) throws(LedgerError) {
        let rows = try connect()
        var place = (origin: Int64(1), sequence: position.rawValue)
        var isAtEnd = false
        while !isAtEnd {
            let statement = try rows.statement(
                """
                SELECT origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot, synchronisation,
                sealing, body, hash FROM entry WHERE (origin, sequence) > (?1, ?2)
                ORDER BY origin, sequence LIMIT ?3
                """, place.origin, place.sequence, Int64(Self.pageCount))
            let page = try rows.page(statement, after: place)
            for entry in page.entries { try body(entry) }
            place = page.last
            isAtEnd = page.entries.isEmpty
        }
    }

    /// The sequence before the oldest of the newest `limit`, or before a whole page that is older than
    /// `instant`: what comes late stands among newer ones. Nil when there is no attendance.
    private static func positionBeforeAttendance(
        newest limit: Int, after floor: LedgerSequence, since instant: UTCInstant, by history: ClockHistory,
        in rows: EntryRows
    ) throws(LedgerError) -> Int64? {
        var (count, position) = (0, Int64?.none)
        while count < limit {
            let statement = try rows.statement(
                """
                SELECT origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot, synchronisation,
                sealing, body, hash FROM entry
                WHERE origin = 1 AND sequence < ?1 AND sequence > ?3 AND kind IN (1, 2)
                ORDER BY sequence DESC LIMIT ?2
                """, position ?? .max, Int64(min(pageCount, limit - count)), floor.rawValue)
            var (readCount, isOlder) = (0, true)
            try rows.forEach(statement) { entry in
                readCount += 1
                position = entry.sequence.rawValue
                if history.corrected(entry.clock).instant >= instant { isOlder = false }
            }
            count += readCount
            if isOlder { break }
        }
        return position.map { $0 - 1 }
    }
}
