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
    private let check: EntryCheck
    private var expected: [ExpectedEntry]
    private(set) var entryCount = 0
    /// The newest verified entry of origin 1.
    private(set) var headHash: [UInt8]?
    private(set) var signedSequence = LedgerSequence(0)
    /// Where entries say what was lost before them, and how far that is known to have gone.
    private var lost: [(at: LedgerSequence, upTo: LedgerSequence, hash: [UInt8])] = []
    var losses: [LedgerSequence] { lost.map(\.at) }
    private(set) var fault: ChainFault?
    private var walks: [Int64: ChainWalk] = [:]
    /// Public keys by origin: where their chains begin.
    private var keys: [Int64: [UInt8]] = [:]

    /// - Parameter expected: what must be in the ledger, by what is known elsewhere.
    init(
        rows: EntryRows, expected: [ExpectedEntry], audit: @escaping (LedgerEntry) -> ChainFault.Reason?
    ) throws(LedgerError) {
        self.rows = rows
        self.expected = expected
        check = try EntryCheck(rows: rows, audit: audit)
    }

    /// The chain of this node; `newest` is 0 when there is no entry.
    func ownChain() throws(LedgerError) -> Chain {
        do throws(LedgerError) {
            let newest = try number("SELECT max(sequence) FROM entry WHERE origin = ?1", 1)
            return Chain(origin: 1, newest: newest ?? 0)
        } catch .fileDamaged {
            // The walk of what stands there will say that it cannot be read.
            return Chain(origin: 1, newest: nil)
        }
    }

    /// Rows before the first: no walk of the chain comes by them.
    mutating func refuseBeforeFirst() throws(LedgerError) {
        do throws(LedgerError) {
            guard let sequence = try rows.sequenceBeforeFirst() else { return }
            fault = chainFault(.beforeFirst, at: sequence, of: 1)
        } catch .fileDamaged {
            // The walk of what stands there will say that it cannot be read.
        }
    }

    /// Walks the next entries of a chain.
    ///
    /// - Returns: false when the chain is done or a fault was found.
    mutating func verifyPage(of chain: Chain) throws(LedgerError) -> Bool {
        var walk = walks[chain.origin] ?? ChainWalk(after: ChainHead(beginning: []))
        do throws(LedgerError) {
            if walks[chain.origin] == nil {
                // A chain whose origin is not in its table follows from nothing: its first entry says so.
                let publicKey = try rows.publicKey(chain.origin) ?? []
                keys[chain.origin] = publicKey
                walk = ChainWalk(after: ChainHead(beginning: publicKey))
            }
            try verifyPage(of: chain, with: &walk)
            if walk.head.sequence.rawValue >= chain.newest ?? .max { try finish(chain, at: walk.head) }
        } catch .fileDamaged {
            fault = chainFault(.unreadable, at: walk.head.sequence.next, of: chain.origin)
        }
        walks[chain.origin] = walk
        if chain.origin == 1, walk.head.sequence.rawValue > 0 { headHash = walk.head.hash }
        return fault == nil && walk.head.sequence.rawValue < chain.newest ?? .max
    }

    /// After the last page: what is expected of the chain and was not met is beyond its end.
    private mutating func finish(_ chain: Chain, at head: ChainHead) throws(LedgerError) {
        guard fault == nil else { return }
        for entry in try expectations(of: chain.origin) where entry.head.sequence > head.sequence {
            let isKept = entry.origin != nil
            let known = lost.first {
                isKept && $0.at <= entry.head.sequence && entry.head.sequence <= $0.upTo
            }
            fault = chainFault(.lost, at: known?.at ?? head.sequence.next, of: chain.origin)
        }
    }

    /// Entries of whoever is not this node: nobody who writes here makes them.
    mutating func refuseForeign() throws(LedgerError) {
        guard fault == nil else { return }
        do throws(LedgerError) {
            guard let origin = try rows.foreignOrigin() else { return }
            fault = chainFault(.foreign, at: LedgerSequence(1), of: origin)
        } catch .fileDamaged {
            // Said by the check of the pages.
        }
    }

    /// After the last chain: a chain that is expected and is not there.
    mutating func finish() throws(LedgerError) {
        guard fault == nil else { return }
        for entry in expected where entry.head.sequence.rawValue > 0 {
            var (isThere, hasNamesake) = (false, false)
            for number in walks.keys {
                if try belongs(entry, to: number) { isThere = true }
                if try rows.origin(number) == entry.origin { hasNamesake = true }
            }
            guard !isThere else { continue }
            // try?: the name of an empty ledger's origin, if it has one.
            let own = (try? rows.origin(1)) ?? nil
            fault = ChainFault(
                origin: entry.origin ?? own ?? LedgerOrigin("number 1"), sequence: LedgerSequence(1),
                reason: hasNamesake ? .madeAnew : .lost)
            return
        }
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
        let expectations = try expectations(of: chain.origin)
        while fault == nil, try rows.step(statement) {
            if let entry = try rows.entry(statement) {
                fault = try take(entry, of: chain.origin, with: &walk, expectations)
            } else {
                let sequence = LedgerSequence(statement.wholeNumber(1))
                fault = chainFault(.unreadable, at: min(sequence, walk.head.sequence.next), of: chain.origin)
            }
            if fault == nil { entryCount += 1 }
        }
        // More must be there: the newest was seen, or could not be.
        if fault == nil, entryCount == start {
            fault = chainFault(.unreadable, at: walk.head.sequence.next, of: chain.origin)
        }
    }

    private mutating func take(
        _ entry: LedgerEntry, of origin: Int64, with walk: inout ChainWalk, _ expectations: [ExpectedEntry]
    ) throws(LedgerError) -> ChainFault? {
        let previous = walk.head
        if let fault = walk.take(entry) { return fault }
        if origin == 1, entry.kind == .entriesLost {
            // try?: a body that is none says nothing of how far.
            let said = try? EntriesLost(encoded: entry.body)
            lost.append((entry.sequence, said?.sequence ?? entry.sequence, said?.hash ?? []))
        }
        for expected in expectations where expected.head.sequence == entry.sequence {
            if let fault = fault(of: entry, expected: expected, of: origin) { return fault }
        }
        let publicKey = keys[origin] ?? []
        if let reason = try check.reason(against: entry, after: previous, publicKey: publicKey) {
            return chainFault(reason, at: entry.sequence, of: origin)
        }
        if origin == 1, entry.kind == .checkpoint { signedSequence = previous.sequence }
        return nil
    }

    /// An entry that is another than the one that is known to have stood there.
    private func fault(
        of entry: LedgerEntry, expected: ExpectedEntry, of origin: Int64
    ) -> ChainFault? {
        let head = expected.head
        guard head.hash != entry.hash else { return nil }
        guard let known = lost.first(where: { $0.at <= head.sequence && head.sequence <= $0.upTo }) else {
            return chainFault(.madeAnew, at: entry.sequence, of: origin)
        }
        // On record as lost, and its number was given again. Of a checkpoint that was kept elsewhere it is
        // said all the same; the file beside the ledger only was not written again before the power went.
        if expected.origin == nil, known.upTo == head.sequence, known.hash == head.hash { return nil }
        return expected.origin == nil
            ? chainFault(.madeAnew, at: entry.sequence, of: origin)
            : chainFault(.lost, at: known.at, of: origin)
    }

    private func expectations(of origin: Int64) throws(LedgerError) -> [ExpectedEntry] {
        var found: [ExpectedEntry] = []
        for entry in expected where try belongs(entry, to: origin) { found.append(entry) }
        return found
    }

    /// By name and by key: a chain of the same name that begins with another key is another chain.
    private func belongs(_ expected: ExpectedEntry, to origin: Int64) throws(LedgerError) -> Bool {
        guard let name = expected.origin else { return origin == 1 }
        guard try rows.origin(origin) == name else { return false }
        let publicKey = try rows.publicKey(origin)
        return expected.publicKey == nil || expected.publicKey == publicKey
    }

    /// What SQLite finds wrong with its own pages and indexes, or what is wrong with its schema; nil when
    /// nothing is.
    func fileFault() throws(LedgerError) -> String? {
        do throws(LedgerError) {
            let statement = try rows.statement("PRAGMA integrity_check(1)")
            defer { statement.reset() }
            let words = try rows.step(statement) ? statement.text(0) : "no answer"
            return words == "ok" ? try schemaFault() : words
        } catch .fileDamaged(_, let words) {
            return words
        }
    }

    private func chainFault(
        _ reason: ChainFault.Reason, at sequence: LedgerSequence, of origin: Int64
    ) -> ChainFault {
        // try?: a damaged or missing name must not hide the fault; the number names it as well.
        let name = (try? rows.origin(origin)) ?? LedgerOrigin("number \(origin)")
        return ChainFault(origin: name, sequence: sequence, reason: reason)
    }

    private func number(_ sql: StaticString, _ value: Int64) throws(LedgerError) -> Int64? {
        let statement = try rows.statement(sql, value)
        defer { statement.reset() }
        return try rows.step(statement) ? statement.optionalWholeNumber(0) : nil
    }
}
