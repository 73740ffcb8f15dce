import SQLiteStore
public import SiteModel

// What the ledger knows of the clocks. Reads the few entries about the clock by their index, and the last
// entry of each boot by its key: milliseconds, however many swipes lie between.
extension LedgerReader {
    /// The clocks of this node's machine, up to the newest entry.
    public func clockHistory() throws(LedgerError) -> ClockHistory {
        try Self.clockHistory(ofOrigin: 1, in: try connect())
    }

    /// The newest start of this node's service; 0 before the first.
    public func newestStart() throws(LedgerError) -> LedgerSequence {
        let rows = try connect()
        let statement = try rows.statement(
            """
            SELECT sequence FROM entry INDEXED BY entry_of_clock
            WHERE origin = 1 AND (kind = 5 OR kind = 6 OR kind = 7 OR kind = 8) AND kind = 7
            ORDER BY sequence DESC LIMIT 1
            """)
        defer { statement.reset() }
        return LedgerSequence(try rows.step(statement) ? statement.wholeNumber(0) : 0)
    }

    /// The clocks of every node that has entries here: uptimes of one say nothing about another.
    func clockHistories() throws(LedgerError) -> [LedgerOrigin: ClockHistory] {
        let rows = try connect()
        var histories: [LedgerOrigin: ClockHistory] = [:]
        for number in try Self.originNumbers(rows) {
            guard let origin = try rows.origin(number) else { continue }
            histories[origin] = try Self.clockHistory(ofOrigin: number, in: rows)
        }
        return histories
    }

    private static func originNumbers(_ rows: EntryRows) throws(LedgerError) -> [Int64] {
        let statement = try rows.statement("SELECT number FROM origin ORDER BY number")
        defer { statement.reset() }
        var numbers: [Int64] = []
        while try rows.step(statement) { numbers.append(statement.wholeNumber(0)) }
        return numbers
    }

    private static func clockHistory(
        ofOrigin origin: Int64, in rows: EntryRows
    ) throws(LedgerError) -> ClockHistory {
        var walk = ClockWalk(rows: rows, origin: origin)
        let statement = try rows.statement(
            """
            SELECT origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot, synchronisation,
            sealing, body, hash FROM entry INDEXED BY entry_of_clock
            WHERE origin = ?1 AND (kind = 5 OR kind = 6 OR kind = 7 OR kind = 8) ORDER BY sequence
            """, origin)
        try rows.forEach(statement) { entry throws(LedgerError) in try walk.take(entry) }
        let newest = try rows.statement(
            """
            SELECT origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot, synchronisation,
            sealing, body, hash FROM entry WHERE origin = ?1 ORDER BY sequence DESC LIMIT 1
            """, origin)
        var head: LedgerEntry?
        try rows.forEach(newest) { head = $0 }
        if let head { try walk.reach(head) }
        return walk.history
    }
}

/// Goes through the entries about the clock in order and finds, between two of different boots, where the
/// first boot ended.
private struct ClockWalk {
    let rows: EntryRows
    let origin: Int64
    private(set) var history = ClockHistory()
    private var last: LedgerEntry?

    init(rows: EntryRows, origin: Int64) {
        self.rows = rows
        self.origin = origin
    }

    mutating func take(_ entry: LedgerEntry) throws(LedgerError) {
        try reach(before: entry)
        history.follow(entry.clock, kind: entry.kind)
        last = entry
    }

    /// The newest entry of all.
    mutating func reach(_ head: LedgerEntry) throws(LedgerError) {
        try reach(before: head)
        history.follow(head.clock, kind: head.kind)
    }

    /// The ends of the boots that stand between the last entry about the clock and this one.
    private mutating func reach(before entry: LedgerEntry) throws(LedgerError) {
        guard var boot = last, boot.clock.boot != entry.clock.boot else { return }
        // Almost always the service began the next boot, and the entry before is the end of this one.
        if let end = try self.entry(entry.sequence.rawValue - 1), end.clock.boot == boot.clock.boot {
            return history.follow(end.clock, kind: end.kind)
        }
        // Commands have written in boots in which no service ran.
        while boot.clock.boot != entry.clock.boot {
            let next = try firstSequence(after: boot, before: entry)
            // A record that came late can stand at the seam; then the end of this boot stays open.
            if let end = try self.entry(next - 1), end.clock.boot == boot.clock.boot {
                history.follow(end.clock, kind: end.kind)
            }
            guard let first = try self.entry(next), first.clock.boot != boot.clock.boot else { return }
            history.follow(first.clock, kind: first.kind)
            boot = first
        }
    }

    /// The first entry that is not of this boot, by halving: the boots of a ledger follow each other.
    private func firstSequence(
        after boot: LedgerEntry, before entry: LedgerEntry
    ) throws(LedgerError) -> Int64 {
        var low = boot.sequence.rawValue
        var high = entry.sequence.rawValue
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if try self.entry(middle)?.clock.boot == boot.clock.boot { low = middle } else { high = middle }
        }
        return high
    }

    private func entry(_ sequence: Int64) throws(LedgerError) -> LedgerEntry? {
        let statement = try rows.statement(
            """
            SELECT origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot, synchronisation,
            sealing, body, hash FROM entry WHERE origin = ?1 AND sequence = ?2
            """, origin, sequence)
        var found: LedgerEntry?
        try rows.forEach(statement) { found = $0 }
        return found
    }
}
