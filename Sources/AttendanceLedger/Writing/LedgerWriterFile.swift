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
    /// Goes with the connection: what it remembers may have been in a commit that failed.
    private var inserter: EntryInserter?
    /// Where the chain would stand had the failed commit reached the file; nil when that is settled.
    private var doubtfulHead: ChainHead?
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
        // Entries were written here: a ledger that is gone is not a new one.
        if let recorded, recorded.sequence.rawValue > 0 { try LedgerFiles.refuseMissing(path) }
        let connection = try LedgerWriterOpening.connectMaking(path)
        identity = try LedgerWriterOpening.identity(
            node: node, siteKey: siteKey, on: connection, path: path)
        head = try LedgerWriterOpening.verifiedHead(of: identity, on: connection, path: path)
        loss = try LedgerWriterOpening.loss(recorded: recorded, found: head, on: connection, path: path)
        keys = WorkerKeys(siteKey: siteKey, path: path)
        headFile = LedgerHeadFile(directory: directory)
        self.connection = connection
        inserter = EntryInserter(identity: identity, keys: keys, connection: connection)
        mustEmptyLog = try mayLogHoldKeys(connection)
        isErasurePending.store(mustEmptyLog, ordering: .releasing)
    }

    /// Whether a key that was destroyed may still lie in the log: before this start, or in a commit that
    /// failed, nobody waited for it to be emptied.
    private func mayLogHoldKeys(_ connection: SQLiteConnection) throws(LedgerError) -> Bool {
        guard LedgerFiles.byteCount(of: path + "-wal") > 0 else { return false }
        return try !EntryRows(connection: connection, path: path).erasedWorkers().isEmpty
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
            let (connection, inserter) = try openConnection()
            try readKeys(of: groups, on: connection)
            next = head
            try reportingStorage(path) { () throws(SQLiteError) in
                try connection.transaction { () throws(SQLiteError) in
                    if let lost = lossDraft(before: groups) {
                        _ = try inserter.insert([lost], after: &next)
                    }
                    for group in groups { written.append(try inserter.insert(group, after: &next)) }
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
        (connection, inserter) = (nil, nil)
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

    /// The open connection, or a new one after a failure.
    ///
    /// The new one writes and syncs once more whatever the system's cache shows before it is believed; and
    /// its head must be the one that was acknowledged last, or that of the commit whose outcome was in doubt.
    private func openConnection() throws(LedgerError) -> (SQLiteConnection, EntryInserter) {
        if let connection, let inserter { return (connection, inserter) }
        let opened = try LedgerWriterOpening.reconnect(path, origin: identity.origin)
        try reportingStorage(path) { () throws(SQLiteError) in try opened.checkpointPassively() }
        let found = try LedgerWriterOpening.verifiedHead(of: identity, on: opened, path: path)
        guard found == head || found == doubtfulHead else {
            throw .chainBroken(sequence: min(found.sequence, head.sequence).next)
        }
        // A commit that failed before its first row leaves the head where it was, and the loss unsaid.
        if found == doubtfulHead, found != head { loss = nil }
        head = found
        doubtfulHead = nil
        movedPageCount = 0
        mustEmptyLog = try mayLogHoldKeys(opened)
        let inserter = EntryInserter(identity: identity, keys: keys, connection: opened)
        (self.connection, self.inserter) = (opened, inserter)
        return (opened, inserter)
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
        (connection, inserter) = (nil, nil)
        headFile.close()
    }

    private var pagesToMove: Int {
        let pageCount = connection?.logFrameCount ?? 0
        // Fewer than were moved: SQLite has begun the log anew.
        return pageCount < movedPageCount ? pageCount : pageCount - movedPageCount
    }
}
