import SQLiteStore
public import SiteModel

/// The ledger of another node as far as bundles brought it here: a folder whose `ledger.db` any
/// `LedgerReader` reads. Its rows are the origin's own, so they verify like the origin's.
public struct LedgerReplica: Sendable {
    public let directory: String
    public let siteKey: SiteKey

    /// - Parameter directory: a folder that exists; nobody else writes there.
    public init(directory: String, siteKey: SiteKey) {
        self.directory = directory
        self.siteKey = siteKey
    }

    /// What a bundle brought.
    public struct Outcome: Sendable, Equatable {
        public let origin: LedgerOrigin
        /// How far that node's chain is known here now, and its hash there.
        public let newest: LedgerSequence
        public let hash: [UInt8]
        public let newCount: Int64
    }

    /// What a bundle says of itself; nothing of it holds before it was taken.
    public static func label(of path: String, siteKey: SiteKey) throws(LedgerError) -> ChainBundle {
        try ChainBundleReader(path: path, siteKey: siteKey).bundle
    }

    /// Takes what a bundle has more than is here. The bundle is read whole and believed before anything is
    /// written; one that brings nothing new changes nothing.
    ///
    /// - Throws: `LedgerError.bundleRefused` for a bundle that is altered, of another site, leaves a gap, or
    ///   tells another story than what is here (`.chainBroken` at the first entry that differs).
    public func take(_ path: String) throws(LedgerError) -> Outcome {
        let lock = try LedgerWriterLock(path: directory + "/" + LedgerSchema.lockName)
        defer { lock.release() }
        let known = try head()
        var hashThere: [UInt8]?
        let (bundle, head) = try ChainBundle.checked(path, siteKey: siteKey) { entry in
            if entry.sequence == known?.sequence { hashThere = entry.hash }
        }
        try refuseOther(bundle, known: known, hashThere: hashThere, head: head)
        if let known, head.sequence <= known.sequence {
            try destroyKeysOfErased(on: LedgerWriterOpening.connectMaking(self.path))
            return Outcome(
                origin: bundle.origin, newest: known.sequence, hash: known.hash, newCount: 0)
        }
        try add(bundle, after: known?.sequence ?? LedgerSequence(0))
        return Outcome(
            origin: bundle.origin, newest: head.sequence, hash: head.hash,
            newCount: head.sequence.rawValue - (known?.sequence.rawValue ?? 0))
    }

    /// Reads what was brought here so far.
    ///
    /// - Throws: `LedgerError.missing` before the first bundle.
    public func reader() throws(LedgerError) -> LedgerReader {
        try LedgerWriterOpening.bringUpToDate(path)
        return try LedgerReader.open(directory: directory, siteKey: siteKey)
    }

    private var path: String { directory + "/" + LedgerSchema.fileName }

    /// Nil before the first bundle.
    private func head() throws(LedgerError) -> ChainHead? {
        guard LedgerFiles.byteCount(of: path) > 0 else { return nil }
        do throws(LedgerError) {
            try LedgerWriterOpening.bringUpToDate(path)
            return try LedgerReader.open(directory: directory).head()
                .map { ChainHead(sequence: $0.sequence, hash: $0.hash) }
        } catch {
            // Made, and nothing taken yet.
            if case .missing = error { return nil }
            throw error
        }
    }

    private func refuseOther(
        _ bundle: ChainBundle, known: ChainHead?, hashThere: [UInt8]?, head: ChainHead
    ) throws(LedgerError) {
        guard let known else {
            guard bundle.after.rawValue == 0 else {
                throw .bundleRefused(path: bundle.path, words: Self.gap(bundle, known: 0))
            }
            return
        }
        let reader = try LedgerReader.open(directory: directory)
        let node = try reader.node()
        guard node.origin == bundle.origin, node.publicKey == bundle.publicKey else {
            throw .bundleRefused(path: bundle.path, words: "it is of another node than \(node.origin)")
        }
        guard bundle.after <= known.sequence else {
            throw .bundleRefused(
                path: bundle.path, words: Self.gap(bundle, known: known.sequence.rawValue))
        }
        // Where both know an entry, it must be the same one: the newest of them tells for all before.
        let isSame =
            if head.sequence <= known.sequence {
                try reader.hash(at: head.sequence) == head.hash
            } else if bundle.after == known.sequence {
                bundle.hashBefore == known.hash
            } else {
                hashThere == known.hash
            }
        guard isSame else { throw .chainBroken(sequence: min(known.sequence, head.sequence)) }
    }

    private static func gap(_ bundle: ChainBundle, known: Int64) -> String {
        "it begins after entry \(bundle.after) of \(bundle.origin), and \(known) are known here: "
            + "bring the bundle before it, or write one with --whole at that gate"
    }

    /// Keys first: entries without them could not be read; a bundle that is taken again brings both.
    private func add(
        _ bundle: ChainBundle, after known: LedgerSequence
    ) throws(LedgerError) {
        let connection = try LedgerWriterOpening.connectMaking(path)
        try begin(bundle, on: connection)
        try takeKeys(of: bundle, on: connection)
        try takeEntries(of: bundle, after: known, on: connection)
        try destroyKeysOfErased(on: connection)
    }

    private func destroyKeysOfErased(on connection: SQLiteConnection) throws(LedgerError) {
        try reportingStorage(path) { () throws(SQLiteError) in
            try connection.execute(
                """
                DELETE FROM worker_key WHERE worker IN (SELECT subject FROM entry WHERE kind = 16);
                """)
            // With a reader in the way the next bundle empties it.
            _ = try connection.emptyLog()
        }
    }

    private func begin(_ bundle: ChainBundle, on connection: SQLiteConnection) throws(LedgerError) {
        try reportingStorage(path) { () throws(SQLiteError) in
            let statement = try connection.statement(
                "INSERT OR IGNORE INTO origin (number, text, public_key) VALUES (1, ?1, ?2)")
            try statement.bind(1, bundle.origin.text)
            try statement.bind(2, bundle.publicKey)
            try statement.run()
        }
    }

    private func takeKeys(of bundle: ChainBundle, on connection: SQLiteConnection) throws(LedgerError) {
        var reader = try ChainBundleReader(path: bundle.path, siteKey: siteKey)
        try reader.forEachEntry { _ in }
        var keys: [(WorkerID, [UInt8])] = []
        try reader.forEachKey { keys.append(($0, $1)) }
        try reportingStorage(path) { () throws(SQLiteError) in
            try connection.transaction { () throws(SQLiteError) in
                let statement = try connection.statement(
                    "INSERT OR IGNORE INTO worker_key (worker, wrapped) VALUES (?1, ?2)")
                for (worker, wrapped) in keys {
                    try statement.bind(1, Int64(bitPattern: worker.rawValue))
                    try statement.bind(2, wrapped)
                    try statement.run()
                }
            }
        }
    }

    private func takeEntries(
        of bundle: ChainBundle, after known: LedgerSequence, on connection: SQLiteConnection
    ) throws(LedgerError) {
        var reader = try ChainBundleReader(path: bundle.path, siteKey: siteKey)
        let rows = EntryRowWriter(connection: connection)
        var waiting: [LedgerEntry] = []
        var waitingByteCount = 0
        func flush() throws(LedgerError) {
            try reportingStorage(path) { () throws(SQLiteError) in
                try connection.transaction { () throws(SQLiteError) in
                    let statement = try rows.statement()
                    for entry in waiting { try rows.write(entry, by: statement) }
                }
            }
            (waiting, waitingByteCount) = ([], 0)
        }
        try reader.forEachEntry { entry throws(LedgerError) in
            guard entry.sequence > known else { return }
            waiting.append(entry)
            waitingByteCount += entry.body.count
            if waiting.count == LedgerReader.pageCount || waitingByteCount >= Self.flushByteCount {
                try flush()
            }
        }
        try flush()
    }

    /// Bodies that wait for one commit.
    private static let flushByteCount = 8 << 20
}
