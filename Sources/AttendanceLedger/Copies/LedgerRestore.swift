import Glibc
import SQLiteStore
public import SiteModel

/// Puts a backup in the place of a ledger.
public struct LedgerRestore: Sendable {
    public let directory: String
    public let backup: String
    /// One that was kept elsewhere; the backup must hold what it proves.
    public let checkpoint: SignedCheckpoint?
    /// Go back past what is known to have been written.
    public let discardsNewer: Bool
    /// Whoever was erased after the backup is erased in an entry of it.
    public let siteKey: SiteKey?
    public let clock: ClockReading

    public init(
        directory: String, backup: String, checkpoint: SignedCheckpoint?, discardsNewer: Bool,
        siteKey: SiteKey?, clock: ClockReading
    ) {
        self.siteKey = siteKey
        self.clock = clock
        self.directory = directory
        self.backup = backup
        self.checkpoint = checkpoint
        self.discardsNewer = discardsNewer
    }

    /// What stands now.
    public struct Outcome: Sendable, Equatable {
        public let origin: LedgerOrigin
        public let sequence: LedgerSequence
        /// Where the ledger lies that stood there before; nil when there was none.
        public let replacedPath: String?
    }

    /// Verifies the backup, holds it against everything that is known of the ledger, and puts it in its
    /// place. The ledger that stood there is kept beside it. `ledger.head` stays: what is lost by going back,
    /// the next start says in an entry.
    ///
    /// - Throws: `LedgerError.locked` while a service runs; `.wouldGoBack` when entries would be lost;
    ///   `.keysMissing` when neither backup nor ledger has keys; `.siteKeyMissing` when somebody was erased
    ///   since the backup and there is no site key to write that with; `.fileDamaged` for a backup that does
    ///   not verify. Then the ledger is as it was.
    public func run(progress: (_ done: Int, _ total: Int) -> Void) throws(LedgerError) -> Outcome {
        guard LedgerFiles.byteCount(of: backup) > 0 else { throw .missing(path: backup) }
        let lock = try LedgerWriterLock(path: directory + "/" + LedgerSchema.lockName)
        defer { lock.release() }
        LedgerLeftovers(directory: directory).remove()
        let fresh = path + ".restoring"
        var isPlaced = false
        // A copy that goes nowhere holds keys all the same.
        defer { if !isPlaced { unlink(fresh) } }
        try copy(to: fresh)
        let head = try checkedHead(of: fresh, progress)
        try takeKeys(into: fresh)
        guard try LedgerReader.open(copy: fresh).holdsKeys else { throw .keysMissing(path: backup) }
        let end = try writeErasures(into: fresh, after: head)
        try LedgerFiles.sync(fresh)
        let replaced = try setAside()
        guard rename(fresh, path) == 0 else { throw .system("rename \(fresh)") }
        isPlaced = true
        try LedgerFiles.syncFolder(of: path)
        if let end {
            // What was lost stands in the ledger already: the next start need not say it again.
            var headFile = LedgerHeadFile(directory: directory)
            headFile.write(end)
            headFile.close()
        }
        return Outcome(
            origin: head.origin, sequence: end?.sequence ?? head.sequence, replacedPath: replaced)
    }

    /// The backup under another name, brought up to date when an older program made it.
    private func copy(to fresh: String) throws(LedgerError) {
        unlink(fresh)
        let (rows, version) = try LedgerReader.open(backup)
        try LedgerReader.refuseUnreadable(version, backup)
        try LedgerFiles.make(fresh)
        try reportingStorage(backup) { () throws(SQLiteError) in
            let copy = try SQLiteConnection(path: fresh, access: .readWrite)
            try rows.copy(to: copy) { _, _ in }
            try copy.execute("PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL")
            try LedgerSchema.migrations.run(on: copy)
        }
    }

    /// - Throws: what `run` does for a backup that may not be put in.
    private func checkedHead(
        of fresh: String, _ progress: (_ done: Int, _ total: Int) -> Void
    ) throws(LedgerError) -> LedgerEntry {
        let source = try LedgerReader.open(copy: fresh)
        let found = try source.verify(against: discardsNewer ? nil : checkpoint, progress: progress)
        guard found.isWhole, let head = try source.head() else {
            if found.fault?.reason == .lost || found.fault?.reason == .madeAnew {
                throw .wouldGoBack(
                    from: checkpoint?.statement.sequence ?? LedgerSequence(0), to: found.newest)
            }
            throw .fileDamaged(path: backup, words: found.words)
        }
        if !discardsNewer { try refuseToGoBack(to: head, in: source) }
        return head
    }

    private var path: String { directory + "/" + LedgerSchema.fileName }

    /// The present ledger and what is kept beside it must be in the backup.
    private func refuseToGoBack(to head: LedgerEntry, in source: LedgerReader) throws(LedgerError) {
        var known: [ChainHead] = [LedgerHeadFile.read(in: directory)].compactMap { $0 }
        if let present = try presentHead() {
            guard present.origin == head.origin else { throw .otherLedger(found: head.origin) }
            known.append(ChainHead(sequence: present.sequence, hash: present.hash))
        }
        for chain in known where chain.sequence.rawValue > 0 {
            let entry = try source.entry(chain.sequence)
            guard entry?.hash == chain.hash else {
                throw .wouldGoBack(from: chain.sequence, to: head.sequence)
            }
        }
    }

    /// Nil when there is no ledger, or it is so damaged that it says nothing.
    private func presentHead() throws(LedgerError) -> LedgerEntry? {
        do throws(LedgerError) {
            try LedgerWriterOpening.bringUpToDate(path)
            return try LedgerReader.open(directory: directory).head()
        } catch {
            switch error {
            case .missing, .fileDamaged, .chainBroken: return nil
            default: throw error
            }
        }
    }

    /// With everything a ledger needs: keys come from the backup, else from the present ledger, and whoever
    /// was erased in either stays erased.
    private func takeKeys(into fresh: String) throws(LedgerError) {
        guard LedgerFiles.byteCount(of: path) > 0, try presentHead() != nil else { return }
        try reportingStorage(fresh) { () throws(SQLiteError) in
            let copy = try SQLiteConnection(path: fresh, access: .readWrite)
            let attach = try copy.statement("ATTACH ?1 AS present")
            try attach.bind(1, path)
            try attach.run()
            try copy.execute(
                """
                PRAGMA secure_delete = ON;
                INSERT OR IGNORE INTO node_key (origin, wrapped)
                    SELECT k.origin, k.wrapped FROM present.node_key k, present.origin p, origin o
                    WHERE k.origin = 1 AND p.number = 1 AND o.number = 1 AND p.public_key = o.public_key;
                INSERT OR IGNORE INTO worker_key (worker, wrapped)
                    SELECT worker, wrapped FROM present.worker_key
                    WHERE worker IN (SELECT subject FROM entry WHERE kind = 9);
                DELETE FROM worker_key WHERE worker IN (
                    SELECT subject FROM entry WHERE kind = 16 AND sequence > 0
                    UNION SELECT subject FROM present.entry WHERE kind = 16 AND sequence > 0);
                """)
        }
    }

    /// Erases in entries whom the present ledger erased after the backup: without one, a key that is missing
    /// is a key that somebody stole.
    ///
    /// - Returns: where the chain stands then; nil when nobody was.
    private func writeErasures(
        into fresh: String, after head: LedgerEntry
    ) throws(LedgerError) -> ChainHead? {
        let workers = try erasedSince(fresh)
        guard !workers.isEmpty else { return nil }
        guard let siteKey else { throw .siteKeyMissing(directory: directory) }
        let connection = try reportingStorage(fresh) { () throws(SQLiteError) in
            try SQLiteConnection(path: fresh, access: .readWrite)
        }
        let identity = try LedgerIdentity(head.origin, siteKey: siteKey, on: connection, path: fresh)
        let inserter = EntryInserter(
            identity: identity, keys: WorkerKeys(siteKey: siteKey, path: fresh), connection: connection)
        var drafts = workers.map { worker in
            EntryDraft(
                WorkerErased(
                    isForced: true, by: "muster ledger restore", reason: "erased before the restore"),
                kind: .workerErased, subject: .worker(worker), clock: clock)
        }
        if let recorded = LedgerHeadFile.read(in: directory), recorded.sequence > head.sequence {
            let lost = EntriesLost(sequence: recorded.sequence, hash: recorded.hash)
            drafts.insert(EntryDraft(lost, kind: .entriesLost, clock: clock), at: 0)
        }
        var end = ChainHead(sequence: head.sequence, hash: head.hash)
        try reportingStorage(fresh) { () throws(SQLiteError) in
            try connection.execute("PRAGMA secure_delete = ON; PRAGMA synchronous = FULL")
            try connection.transaction { () throws(SQLiteError) in
                _ = try inserter.insert(drafts, after: &end)
            }
        }
        return end
    }

    /// Workers of the backup whom the present ledger erased and the backup did not, in order of their ids.
    private func erasedSince(_ fresh: String) throws(LedgerError) -> [WorkerID] {
        guard LedgerFiles.byteCount(of: path) > 0, try presentHead() != nil else { return [] }
        let present = try LedgerReader.connect(path, siteKey: nil).erasedWorkers()
        let copy = try LedgerReader.connect(fresh, siteKey: nil)
        let erased = present.subtracting(try copy.erasedWorkers())
        var workers: [WorkerID] = []
        for worker in erased.sorted(by: { $0.rawValue < $1.rawValue }) where try copy.knows(worker) {
            workers.append(worker)
        }
        return workers
    }

    /// A ledger without a log keeps its name as well until the new one takes it, so that a power cut leaves
    /// one of the two.
    ///
    /// - Returns: where the ledger that stood there lies now, its log beside it under the same name.
    private func setAside() throws(LedgerError) -> String? {
        guard LedgerFiles.exists(path) || LedgerFiles.exists(path + "-wal") else { return nil }
        var aside = path + ".replaced"
        var number = 1
        while LedgerFiles.exists(aside) || LedgerFiles.exists(aside + "-wal") {
            number += 1
            aside = path + ".replaced-\(number)"
        }
        try mergeLog()
        unlink(path + "-shm")
        if LedgerFiles.byteCount(of: path + "-wal") == 0 {
            unlink(path + "-wal")
            if link(path, aside) == 0 { return aside }
        }
        for suffix in ["-wal", ""] where LedgerFiles.exists(path + suffix) {
            guard rename(path + suffix, aside + suffix) == 0 else { throw .system("rename \(path + suffix)") }
        }
        return aside
    }

    /// Nothing of a ledger that is damaged is merged: it is kept as it is.
    private func mergeLog() throws(LedgerError) {
        guard LedgerFiles.byteCount(of: path + "-wal") > 0, try presentHead() != nil else { return }
        let connection = try LedgerWriterOpening.connectMaking(path)
        _ = try reportingStorage(path) { () throws(SQLiteError) in try connection.emptyLog() }
    }
}
