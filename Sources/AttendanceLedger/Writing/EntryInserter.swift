import SQLiteStore
import SiteModel

/// Makes entries of drafts and puts them into the file: number, seal, hash, row. Within a transaction of its
/// connection; when that fails, this goes with the connection.
final class EntryInserter {
    private let identity: LedgerIdentity
    private let keys: WorkerKeys
    private let connection: SQLiteConnection
    private let rows: EntryRowWriter
    private var encoder = CanonicalEncoder(reservingByteCount: 1_024)
    private var random = RandomBytes()

    init(identity: LedgerIdentity, keys: WorkerKeys, connection: SQLiteConnection) {
        self.identity = identity
        self.keys = keys
        self.connection = connection
        rows = EntryRowWriter(connection: connection)
    }

    /// - Parameter head: the entry before; afterwards the last one of these.
    /// - Returns: the entries exactly as they will be read back.
    func insert(_ drafts: [EntryDraft], after head: inout ChainHead) throws(SQLiteError) -> [LedgerEntry] {
        var entries: [LedgerEntry] = []
        entries.reserveCapacity(drafts.count)
        defer { random.clear() }
        let row = try rows.statement()
        var brought: WorkerID?
        for draft in drafts {
            let entry = try entry(draft, after: head, brought: brought)
            if draft.subject == .newWorker { brought = entry.subject }
            if entry.kind == .workerErased, let worker = entry.subject {
                try keys.destroy(worker, on: connection)
            }
            try rows.write(entry, by: row)
            entries.append(entry)
            head = ChainHead(sequence: entry.sequence, hash: entry.hash)
        }
        return entries
    }

    /// Uptime in whole milliseconds, as it is stored.
    private func entry(
        _ draft: EntryDraft, after head: ChainHead, brought: WorkerID?
    ) throws(SQLiteError) -> LedgerEntry {
        let sequence = head.sequence.next
        let subject: WorkerID? =
            switch draft.subject {
            case .nobody: nil
            case .worker(let worker): worker
            case .newWorker: WorkerID(originTag: identity.origin.tag, sequence: sequence)
            case .broughtWorker: brought
            }
        precondition(draft.subject != .broughtWorker || brought != nil, "nobody was brought before")
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
}
