import Crypto
import SQLiteStore
public import SiteModel

/// What a bundle of evidence is made of. All of it is about this node's own entries.
extension LedgerReader {
    /// This node as its chain begins: the origin, and its Ed25519 public key (32 bytes).
    public func node() throws(LedgerError) -> (origin: LedgerOrigin, publicKey: [UInt8]) {
        let rows = try connect()
        guard let origin = try rows.origin(1), let key = try rows.publicKey(1) else {
            throw .fileDamaged(path: path, words: "it does not say whose it is")
        }
        return (origin, key)
    }

    /// The key of a worker's sealed bodies, 32 bytes: personal data.
    ///
    /// - Returns: nil when it was destroyed, or is not in this copy.
    public func revealedKey(of worker: WorkerID) throws(LedgerError) -> [UInt8]? {
        let rows = try connect()
        guard let keys = rows.keys else { throw .siteKeyMissing(directory: directory ?? path) }
        return try keys.key(of: worker, on: rows.connection)?.withUnsafeBytes { Array($0) }
    }

    /// What makes a worker known here, in order and as stored: their changes, their corrections and
    /// what the site manager says of them, their erasure. Empty for an id that never was.
    public func personnelEntries(of worker: WorkerID) throws(LedgerError) -> [LedgerEntry] {
        let rows = try connect()
        // INDEXED BY: the planner would rather walk the whole origin.
        let statement = try rows.statement(
            """
            SELECT origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot, synchronisation,
            sealing, body, hash FROM entry INDEXED BY entry_of_worker
            WHERE subject = ?1 AND (kind = 9 OR kind = 14 OR kind = 16 OR kind BETWEEN 19 AND 39)
            AND (kind <= 16 OR kind = 36) AND origin = 1 ORDER BY sequence
            """, Int64(bitPattern: worker.rawValue))
        return try rows.entries(statement)
    }

    /// Photos of a worker (kind 23), in order and as stored.
    public func photoEntries(of worker: WorkerID) throws(LedgerError) -> [LedgerEntry] {
        try entries(of: worker, kind: .workerPhoto)
    }

    /// What the chip of their document and papers of a worker hold (kind 37), in order and as stored.
    public func fileEntries(of worker: WorkerID) throws(LedgerError) -> [LedgerEntry] {
        try entries(of: worker, kind: .workerFile)
    }

    private func entries(of worker: WorkerID, kind: LedgerEntryKind) throws(LedgerError) -> [LedgerEntry] {
        let rows = try connect()
        // Its condition is that of the index, narrowed.
        let statement = try rows.statement(
            """
            SELECT origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot, synchronisation,
            sealing, body, hash FROM entry INDEXED BY entry_of_worker
            WHERE subject = ?1 AND (kind = 9 OR kind = 14 OR kind = 16 OR kind BETWEEN 19 AND 39)
            AND kind = ?2 AND origin = 1 ORDER BY sequence
            """, Int64(bitPattern: worker.rawValue), Int64(kind.rawValue))
        return try rows.entries(statement)
    }

    /// The checkpoints (kind 13) from one entry to another, both included, in order.
    public func checkpoints(
        in range: ClosedRange<LedgerSequence>, limit: Int = .max
    ) throws(LedgerError) -> [LedgerEntry] {
        let rows = try connect()
        let statement = try rows.statement(
            """
            SELECT origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot, synchronisation,
            sealing, body, hash FROM entry INDEXED BY entry_of_evidence
            WHERE kind = 13 AND origin = 1 AND sequence BETWEEN ?1 AND ?2
            ORDER BY sequence LIMIT ?3
            """, range.lowerBound.rawValue, range.upperBound.rawValue, Int64(limit))
        return try rows.entries(statement)
    }

    /// The hash of an entry; the public key for 0, where the chain begins.
    public func hash(at sequence: LedgerSequence) throws(LedgerError) -> [UInt8] {
        let rows = try connect()
        guard sequence.rawValue > 0 else { return try node().publicKey }
        let statement = try rows.statement(
            "SELECT hash FROM entry WHERE origin = 1 AND sequence = ?1", sequence.rawValue)
        defer { statement.reset() }
        guard try rows.step(statement) else { throw .chainBroken(sequence: sequence) }
        return statement.bytes(0)
    }

    /// Every entry from one to another, both included, in order and as stored.
    public func forEachEntry(
        in range: ClosedRange<LedgerSequence>, _ body: (LedgerEntry) throws(LedgerError) -> Void
    ) throws(LedgerError) {
        let rows = try connect()
        var next = range.lowerBound.rawValue
        while next <= range.upperBound.rawValue {
            let statement = try rows.statement(
                """
                SELECT origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot, synchronisation,
                sealing, body, hash FROM entry WHERE origin = 1 AND sequence BETWEEN ?1 AND ?2
                ORDER BY sequence LIMIT ?3
                """, next, range.upperBound.rawValue, Int64(Self.pageCount))
            let page = try rows.page(statement, after: (1, next - 1))
            for entry in page.entries {
                guard entry.sequence.rawValue == next else {
                    throw .chainBroken(sequence: LedgerSequence(next))
                }
                try body(entry)
                next += 1
            }
            guard !page.entries.isEmpty else { throw .chainBroken(sequence: LedgerSequence(next)) }
        }
    }
}

extension LedgerReader {
    /// What platforms said of a worker's changes and passes (kind 30), in order and opened.
    public func deliveryAnswers(of worker: WorkerID) throws(LedgerError) -> [LedgerEntry] {
        try openedEntries(of: worker, kind: .deliveryAnswered)
    }

    /// What was decided about a worker's changes and passes (kind 31), in order and opened.
    public func deliverySettlements(of worker: WorkerID) throws(LedgerError) -> [LedgerEntry] {
        try openedEntries(of: worker, kind: .deliverySettled)
    }

    private func openedEntries(
        of worker: WorkerID, kind: LedgerEntryKind
    ) throws(LedgerError) -> [LedgerEntry] {
        var found: [LedgerEntry] = []
        for entry in try entries(of: worker, kind: kind) {
            if let opened = try opened(entry) { found.append(opened) }
        }
        return found
    }
}
