import SQLiteStore
import SiteModel
import Synchronization

/// The ledger file with its one read-write connection and the head of its chain.
///
/// Unchecked Sendable: made by `LedgerWriter.open`, then handed once to the writer's thread, which alone uses
/// it, but for its constants.
final class LedgerWriterFile: @unchecked Sendable {
    /// Pages in the log from which a pause is used to move them: 1 MiB. Less is not worth the two syncs.
    private static let worthwhilePageCount = 256
    /// Pages in the log that are moved without a pause: 16 MiB. Bounds the log, but for a reader's snapshot.
    private static let necessaryPageCount = 4_096

    let identity: LedgerIdentity
    private(set) var head: ChainHead
    /// What was on disk before this start and is gone: the next commit begins with it.
    private(set) var loss: EntriesLost?
    private let path: String
    private let keys: WorkerKeys
    private var headFile: LedgerHeadFile
    /// Nil after a failure: the next commit opens a new one.
    private var connection: SQLiteConnection?
    /// Where the chain would stand had the failed commit reached the file; nil when that is settled.
    private var doubtfulHead: ChainHead?
    private var bootNumbers: [BootID: Int64] = [:]
    /// Pages in the log when it was last moved; what came since is `pagesToMove`.
    private var movedPageCount = 0
    /// A key was destroyed, and the log still holds the page where it was.
    private var mustEmptyLog = false {
        didSet { isErasurePending.store(mustEmptyLog, ordering: .releasing) }
    }
    /// For whoever asked for the erasure.
    let isErasurePending = Atomic(false)

    init(directory: String, node: String, siteKey: SiteKey) throws(LedgerError) {
        path = directory + "/" + LedgerSchema.fileName
        let recorded = LedgerHeadFile.read(in: directory)
        let connection = try LedgerWriterOpening.connectMaking(path)
        identity = try LedgerWriterOpening.identity(
            node: node, siteKey: siteKey, on: connection, path: path)
        head = try LedgerWriterOpening.verifiedHead(of: identity, on: connection, path: path)
        loss = try LedgerWriterOpening.loss(recorded: recorded, found: head, on: connection, path: path)
        keys = WorkerKeys(siteKey: siteKey, path: path)
        headFile = LedgerHeadFile(directory: directory)
        self.connection = connection
    }

    /// Writes the groups in one transaction and syncs. On failure none of them is in the ledger.
    ///
    /// A connection that failed is never used again: after a failed sync the kernel may have dropped what it
    /// could not write, and a second sync would say that all is well. So the file is opened anew and asked. A
    /// commit that is found there after all was made, and is reported so.
    ///
    /// A connection whose file is no longer at its path is kept, refuses, and works again when the same file
    /// is back: what it would write belongs to that file alone.
    func commit(_ groups: [[EntryDraft]]) -> Result<[[LedgerEntry]], LedgerError> {
        if let connection, connection.isFileMoved {
            let words = "it was moved, deleted or replaced: put the file back, or restore a backup"
            return .failure(.fileDamaged(path: path, words: words))
        }
        var next = head
        var written: [[LedgerEntry]] = []
        do throws(LedgerError) {
            let connection = try openConnection()
            try readKeys(of: groups, on: connection)
            next = head
            try reportingStorage(path) { () throws(SQLiteError) in
                try connection.transaction { () throws(SQLiteError) in
                    if let lost = lossDraft(before: groups) {
                        _ = try insert([lost], after: &next, on: connection)
                    }
                    for group in groups { written.append(try insert(group, after: &next, on: connection)) }
                }
            }
            head = next
            settle(groups)
            return .success(written)
        } catch {
            guard connection != nil else { return .failure(error) }
            giveUpConnection()
            doubtfulHead = next
            // try?: it is still sick; the next commit tries again, and this one is reported as failed.
            guard (try? openConnection()) != nil, head == next, !written.isEmpty else {
                return .failure(error)
            }
            settle(groups)
            return .success(written)
        }
    }

    private func giveUpConnection() {
        connection = nil
        bootNumbers = [:]
        keys.forgetAll()
    }

    /// What follows from a commit that is on disk.
    private func settle(_ groups: [[EntryDraft]]) {
        guard groups.contains(where: { !$0.isEmpty }) else { return }
        loss = nil
        keys.trim()
        headFile.write(head)
        guard groups.contains(where: { $0.contains { $0.kind == .workerErased } }) else { return }
        mustEmptyLog = true
        checkpoint()
    }

    /// Keys that are there already are read before the transaction: what is missing in it is made in it.
    private func readKeys(
        of groups: [[EntryDraft]], on connection: SQLiteConnection
    ) throws(LedgerError) {
        for draft in groups.joined() where draft.kind.isPersonal {
            if case .worker(let worker) = draft.subject { _ = try keys.key(of: worker, on: connection) }
        }
    }

    private func lossDraft(before groups: [[EntryDraft]]) -> EntryDraft? {
        guard let loss, let clock = groups.joined().first?.clock else { return nil }
        return EntryDraft(loss, kind: .entriesLost, clock: clock)
    }

    private func insert(
        _ drafts: [EntryDraft], after head: inout ChainHead, on connection: SQLiteConnection
    ) throws(SQLiteError) -> [LedgerEntry] {
        var entries: [LedgerEntry] = []
        entries.reserveCapacity(drafts.count)
        for draft in drafts {
            let boot = try bootNumber(draft.clock.boot, on: connection)
            let entry = try entry(draft, after: head, on: connection)
            if entry.kind == .workerErased, let worker = entry.subject {
                try keys.destroy(worker, on: connection)
            }
            let statement = try connection.statement(
                """
                INSERT INTO entry (origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot,
                synchronisation, sealing, body, hash) VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
                """)
            try statement.bind(1, entry.sequence.rawValue)
            try statement.bind(2, Int64(entry.kind.rawValue))
            try statement.bind(3, entry.subject.map { Int64(bitPattern: $0.rawValue) })
            try statement.bind(4, entry.clock.wall.milliseconds)
            try statement.bind(5, entry.clock.uptime.milliseconds)
            try statement.bind(6, boot)
            try statement.bind(7, Int64(entry.clock.synchronisation.rawValue))
            try statement.bind(8, Int64(entry.sealing.rawValue))
            try statement.bind(9, entry.body)
            try statement.bind(10, entry.hash)
            try statement.run()
            entries.append(entry)
            head = ChainHead(sequence: entry.sequence, hash: entry.hash)
        }
        return entries
    }

    /// The entry exactly as it will be read back: uptime in whole milliseconds.
    private func entry(
        _ draft: EntryDraft, after head: ChainHead, on connection: SQLiteConnection
    ) throws(SQLiteError) -> LedgerEntry {
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
        func canonicalBytes(_ body: [UInt8]) -> [UInt8] {
            LedgerEntry.canonicalBytes(
                origin: identity.origin, sequence: sequence, kind: draft.kind, subject: subject, clock: clock,
                sealing: sealing, body: body)
        }
        var body = draft.body
        if draft.kind == .checkpoint {
            body = identity.key.checkpoint(at: head, of: identity.origin, clock: clock).encoded
        }
        if sealing == .workerKey, let subject {
            let key = try keys.keyOrNew(of: subject, on: connection)
            body = Seal.seal(body, with: key, in: canonicalBytes([]))
        }
        return LedgerEntry(
            origin: identity.origin, sequence: sequence, kind: draft.kind, subject: subject, clock: clock,
            sealing: sealing, body: body,
            hash: EntryHash.hash(previous: head.hash, canonicalBytes: canonicalBytes(body)))
    }

    private func bootNumber(_ boot: BootID, on connection: SQLiteConnection) throws(SQLiteError) -> Int64 {
        if let known = bootNumbers[boot] { return known }
        let insert = try connection.statement("INSERT OR IGNORE INTO boot (id) VALUES (?1)")
        try insert.bind(1, boot.bytes)
        try insert.run()
        let select = try connection.statement("SELECT number FROM boot WHERE id = ?1")
        try select.bind(1, boot.bytes)
        defer { select.reset() }
        let isThere = try select.step()
        precondition(isThere, "a boot that was just written is there")
        bootNumbers[boot] = select.wholeNumber(0)
        return select.wholeNumber(0)
    }

    /// The open connection, or a new one after a failure.
    ///
    /// The new one writes and syncs once more whatever the system's cache shows before it is believed; and
    /// its head must be the one that was acknowledged last, or that of the commit whose outcome was in doubt.
    private func openConnection() throws(LedgerError) -> SQLiteConnection {
        if let connection { return connection }
        let opened = try LedgerWriterOpening.reconnect(path, origin: identity.origin)
        try reportingStorage(path) { () throws(SQLiteError) in try opened.checkpointPassively() }
        let found = try LedgerWriterOpening.verifiedHead(of: identity, on: opened, path: path)
        guard found == head || found == doubtfulHead else {
            throw .chainBroken(sequence: min(found.sequence, head.sequence).next)
        }
        if found == doubtfulHead { loss = nil }
        head = found
        doubtfulHead = nil
        movedPageCount = 0
        connection = opened
        return opened
    }
}

// The write-ahead log: moved into the main file by this connection alone, passively, in pauses.
extension LedgerWriterFile {
    /// A pause should be used for it.
    var isCheckpointWorthwhile: Bool { mustEmptyLog || pagesToMove >= Self.worthwhilePageCount }

    /// It has to be done without a pause.
    var isCheckpointNecessary: Bool { pagesToMove >= Self.necessaryPageCount }

    /// Moves what no reader still needs.
    func checkpoint() {
        guard let connection else { return }
        do throws(SQLiteError) {
            if mustEmptyLog, try connection.emptyLog() {
                mustEmptyLog = false
            } else {
                try connection.checkpointPassively()
            }
            movedPageCount = connection.logFrameCount
        } catch {
            // A log that could not be moved loses nothing, but after a failed sync the main file is not what
            // it seems: the next commit opens it anew and says so when the disk is sick.
            giveUpConnection()
        }
    }

    func close() {
        checkpoint()
        connection = nil
        headFile.close()
    }

    private var pagesToMove: Int {
        let pageCount = connection?.logFrameCount ?? 0
        // Fewer than were moved: SQLite has begun the log anew.
        return pageCount < movedPageCount ? pageCount : pageCount - movedPageCount
    }
}
