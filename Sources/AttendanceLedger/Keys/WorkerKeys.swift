import Crypto
import SQLiteStore
import SiteModel

/// The keys of the workers as one connection reads and makes them. Each is wrapped by the site key in its own
/// row; with the row the person is gone from the ledger.
///
/// Used by one thread at a time, like its connection. Whoever owns it trims it when a piece of work is done.
final class WorkerKeys {
    private static let cacheLimit = 4_096

    private let siteKey: SiteKey
    private let path: String
    private var cache: [WorkerID: SymmetricKey] = [:]

    init(siteKey: SiteKey, path: String) {
        self.siteKey = siteKey
        self.path = path
    }

    /// - Returns: nil when the ledger holds no key of the worker: erased, or left out of a backup.
    /// - Throws: `LedgerError.fileDamaged` for a key that the site key does not open.
    func key(of worker: WorkerID, on connection: SQLiteConnection) throws(LedgerError) -> SymmetricKey? {
        let wrapped = try reportingStorage(path) { () throws(SQLiteError) in
            try Self.wrapped(worker, on: connection)
        }
        // The row is asked each time: another connection may have destroyed it since.
        guard let wrapped else {
            cache[worker] = nil
            return nil
        }
        if let known = cache[worker] { return known }
        let key = try Self.unwrapped(wrapped, of: worker, by: siteKey, path: path)
        cache[worker] = key
        return key
    }

    /// The key in a row that was read.
    ///
    /// - Throws: `LedgerError.fileDamaged` when the site key does not open it.
    static func unwrapped(
        _ wrapped: [UInt8], of worker: WorkerID, by siteKey: SiteKey, path: String
    ) throws(LedgerError) -> SymmetricKey {
        guard let bytes = Seal.open(wrapped, with: siteKey.key, in: context(of: worker)), bytes.count == 32
        else {
            throw .fileDamaged(path: path, words: "the key of worker \(worker) does not open")
        }
        return SymmetricKey(data: bytes)
    }

    /// The key of the worker in memory, or a new one with its row. For the writer, within its transaction,
    /// after `key(of:on:)` has been asked for everybody who is there already.
    func keyOrNew(
        of worker: WorkerID, on connection: SQLiteConnection, random: inout RandomBytes
    ) throws(SQLiteError) -> SymmetricKey {
        if let known = cache[worker] { return known }
        let key = random.key()
        let bytes = key.withUnsafeBytes { Array($0) }
        let statement = try connection.statement("INSERT INTO worker_key (worker, wrapped) VALUES (?1, ?2)")
        try statement.bind(1, Int64(bitPattern: worker.rawValue))
        let wrapped = Seal.seal(
            bytes, with: siteKey.key, in: Self.context(of: worker), nonce: random.nonce())
        try statement.bind(2, wrapped)
        try statement.run()
        cache[worker] = key
        return key
    }

    /// Destroys the row. The bytes are overwritten in the file (`secure_delete`) and leave the log when it is
    /// emptied.
    func destroy(_ worker: WorkerID, on connection: SQLiteConnection) throws(SQLiteError) {
        cache[worker] = nil
        let statement = try connection.statement("DELETE FROM worker_key WHERE worker = ?1")
        try statement.bind(1, Int64(bitPattern: worker.rawValue))
        try statement.run()
    }

    /// After a commit, or a page of reading.
    func trim() {
        if cache.count > Self.cacheLimit { cache = [:] }
    }

    /// After a commit that failed: keys that were only in it are not there.
    func forgetAll() { cache = [:] }

    private static func wrapped(
        _ worker: WorkerID, on connection: SQLiteConnection
    ) throws(SQLiteError) -> [UInt8]? {
        let statement = try connection.statement("SELECT wrapped FROM worker_key WHERE worker = ?1")
        try statement.bind(1, Int64(bitPattern: worker.rawValue))
        defer { statement.reset() }
        return try statement.step() ? statement.bytes(0) : nil
    }

    private static func context(of worker: WorkerID) -> [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 2)
        encoder.append("muster worker key")
        encoder.append(worker.rawValue)
        return encoder.bytes
    }
}
