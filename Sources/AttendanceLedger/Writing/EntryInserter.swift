import SQLiteStore
import SiteModel

/// Makes entries of drafts and puts them into the file: number, seal, hash, row. Within a transaction of its
/// connection; when that fails, this goes with the connection.
final class EntryInserter {
    private let identity: LedgerIdentity
    private let keys: WorkerKeys
    private let connection: SQLiteConnection
    /// Nearly every entry is of the boot of the one before.
    private var lastBoot: (id: BootID, number: Int64)?
    private var encoder = CanonicalEncoder(reservingByteCount: 1_024)
    private var random = RandomBytes()

    init(identity: LedgerIdentity, keys: WorkerKeys, connection: SQLiteConnection) {
        self.identity = identity
        self.keys = keys
        self.connection = connection
    }

    /// - Parameter head: the entry before; afterwards the last one of these.
    /// - Returns: the entries exactly as they will be read back.
    func insert(_ drafts: [EntryDraft], after head: inout ChainHead) throws(SQLiteError) -> [LedgerEntry] {
        var entries: [LedgerEntry] = []
        entries.reserveCapacity(drafts.count)
        defer { random.clear() }
        let row = try connection.statement(
            """
            INSERT INTO entry (origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot,
            synchronisation, sealing, body, hash) VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """)
        for draft in drafts {
            let boot = try bootNumber(draft.clock.boot)
            let entry = try entry(draft, after: head)
            if entry.kind == .workerErased, let worker = entry.subject {
                try keys.destroy(worker, on: connection)
            }
            try write(entry, boot: boot, by: row)
            entries.append(entry)
            head = ChainHead(sequence: entry.sequence, hash: entry.hash)
        }
        return entries
    }

    private func write(_ entry: LedgerEntry, boot: Int64, by statement: SQLiteStatement) throws(SQLiteError) {
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

    /// Uptime in whole milliseconds, as it is stored.
    private func entry(_ draft: EntryDraft, after head: ChainHead) throws(SQLiteError) -> LedgerEntry {
        let sequence = head.sequence.next
        let subject: WorkerID? =
            switch draft.subject {
            case .nobody: nil
            case .worker(let worker): worker
            case .newWorker: WorkerID(originTag: identity.origin.tag, sequence: sequence)
            }
        let clock = ClockReading(
            wall: draft.clock.wall, uptime: Uptime(milliseconds: draft.clock.uptime.milliseconds),
            boot: draft.clock.boot, synchronisation: draft.clock.synchronisation)
        let sealing: BodySealing = draft.kind.isPersonal && subject != nil ? .workerKey : .clear
        func encode(_ body: [UInt8]) {
            encoder.clear()
            LedgerEntry.encodeCanonically(
                into: &encoder, origin: identity.origin, sequence: sequence, kind: draft.kind,
                subject: subject, clock: clock, sealing: sealing, body: body)
        }
        var body = draft.body
        if draft.kind == .checkpoint {
            body = identity.key.checkpoint(at: head, of: identity.origin, clock: clock).encoded
        }
        if sealing == .workerKey, let subject {
            let key = try keys.keyOrNew(of: subject, on: connection, random: &random)
            encode([])
            body = Seal.seal(body, with: key, in: encoder.bytes, nonce: random.nonce())
        }
        encode(body)
        return LedgerEntry(
            origin: identity.origin, sequence: sequence, kind: draft.kind, subject: subject, clock: clock,
            sealing: sealing, body: body,
            hash: EntryHash.hash(previous: head.hash, canonicalBytes: encoder.bytes))
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
