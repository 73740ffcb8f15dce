import SQLiteStore
import SiteModel

/// The state of one verification: how far each chain was walked, and the first fault.
struct LedgerVerifier {
    /// An origin as the entries number it, and its newest sequence when the verification began.
    struct Chain {
        let origin: Int64
        /// Nil when the pages that lead to it are damaged: then the walk ends where reading does.
        let newest: Int64?
    }

    let rows: EntryRows
    private(set) var entryCount = 0
    /// The newest verified entry of origin 1.
    private(set) var headHash: [UInt8]?
    private(set) var fault: ChainFault?
    private var walks: [Int64: ChainWalk] = [:]
    /// Public keys by origin: where their chains begin.
    private var keys: [Int64: [UInt8]] = [:]

    init(rows: EntryRows) {
        self.rows = rows
    }

    /// Every origin that an entry names, whether the table of origins knows it or not.
    func chains() throws(LedgerError) -> [Chain] {
        var chains: [Chain] = []
        do throws(LedgerError) {
            while let origin = try number(
                "SELECT min(origin) FROM entry WHERE origin > ?1", chains.last?.origin ?? .min)
            {
                chains.append(Chain(origin: origin, newest: try newestSequence(of: origin)))
            }
        } catch .fileDamaged {
            // The walk of what stands there will say that it cannot be read.
            chains.append(Chain(origin: (chains.last?.origin ?? 0) + 1, newest: nil))
        }
        return chains
    }

    /// Walks the next entries of a chain.
    ///
    /// - Returns: false when the chain is done or a fault was found.
    mutating func verifyPage(of chain: Chain) throws(LedgerError) -> Bool {
        // A chain whose origin is not in its table follows from nothing: its first entry will say so.
        if keys[chain.origin] == nil { keys[chain.origin] = try rows.publicKey(chain.origin) ?? [] }
        let beginning = ChainHead(beginning: keys[chain.origin] ?? [])
        var walk = walks[chain.origin] ?? ChainWalk(after: beginning)
        do throws(LedgerError) {
            try verifyPage(of: chain, with: &walk)
        } catch .fileDamaged {
            fault = chainFault(.unreadable, at: walk.head.sequence.next, of: chain)
        }
        walks[chain.origin] = walk
        if chain.origin == 1, walk.head.sequence.rawValue > 0 { headHash = walk.head.hash }
        return fault == nil && walk.head.sequence.rawValue < chain.newest ?? .max
    }

    private mutating func verifyPage(of chain: Chain, with walk: inout ChainWalk) throws(LedgerError) {
        let statement = try rows.statement(
            """
            SELECT origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot, synchronisation,
            sealing, body, hash FROM entry WHERE origin = ?1 AND sequence > ?2 AND sequence <= ?3
            ORDER BY sequence LIMIT ?4
            """, chain.origin, walk.head.sequence.rawValue, chain.newest ?? .max,
            Int64(LedgerReader.pageCount))
        defer { statement.reset() }
        let start = entryCount
        while fault == nil, try rows.step(statement) {
            if let entry = try rows.entry(statement) {
                fault = walk.take(entry)
            } else {
                let sequence = LedgerSequence(statement.wholeNumber(1))
                fault = chainFault(.unreadable, at: min(sequence, walk.head.sequence.next), of: chain)
            }
            if fault == nil { entryCount += 1 }
        }
        // More must be there: the newest was seen, or could not be.
        if fault == nil, entryCount == start {
            fault = chainFault(.unreadable, at: walk.head.sequence.next, of: chain)
        }
    }

    /// What SQLite finds wrong with its own pages and indexes; nil when it finds nothing.
    func fileFault() throws(LedgerError) -> String? {
        do throws(LedgerError) {
            let statement = try rows.statement("PRAGMA integrity_check(1)")
            defer { statement.reset() }
            let words = try rows.step(statement) ? statement.text(0) : "no answer"
            return words == "ok" ? nil : words
        } catch .fileDamaged(_, let words) {
            return words
        }
    }

    private func chainFault(
        _ reason: ChainFault.Reason, at sequence: LedgerSequence, of chain: Chain
    ) -> ChainFault {
        // try?: a damaged or missing name must not hide the fault; the number names it as well.
        let origin = (try? rows.origin(chain.origin)) ?? LedgerOrigin("number \(chain.origin)")
        return ChainFault(origin: origin, sequence: sequence, reason: reason)
    }

    private func newestSequence(of origin: Int64) throws(LedgerError) -> Int64? {
        do throws(LedgerError) {
            return try number("SELECT max(sequence) FROM entry WHERE origin = ?1", origin)
        } catch .fileDamaged {
            return nil
        }
    }

    private func number(_ sql: StaticString, _ value: Int64) throws(LedgerError) -> Int64? {
        let statement = try rows.statement(sql, value)
        defer { statement.reset() }
        return try rows.step(statement) ? statement.optionalWholeNumber(0) : nil
    }
}
