import SiteModel

/// Reads a bundle from its beginning to its end. Nothing that it says holds before `ChainBundle.checked` has
/// read all of it once.
struct ChainBundleReader {
    let bundle: ChainBundle
    private let file: GzipReader
    private var mac: BundleMAC
    private let path: String

    init(path: String, siteKey: SiteKey) throws(LedgerError) {
        self.path = path
        file = try GzipReader(path: path)
        mac = BundleMAC(siteKey: siteKey)
        let header = try Self.frame(file, &mac, path)
        do throws(CanonicalDecodingError) {
            bundle = try ChainBundle(path: path, header: header)
        } catch {
            throw .bundleRefused(path: path, words: "it is no bundle of Muster")
        }
    }

    /// Hands over each entry, its hash computed along the chain.
    mutating func forEachEntry(_ body: (LedgerEntry) throws(LedgerError) -> Void) throws(LedgerError) {
        var walk = ChainWalk(after: ChainHead(sequence: bundle.after, hash: bundle.hashBefore))
        while walk.head.sequence < bundle.last {
            let bytes = try frame()
            let hash = EntryHash.hash(previous: walk.head.hash, canonicalBytes: bytes)
            let entry: LedgerEntry
            do throws(CanonicalDecodingError) {
                entry = try LedgerEntry(canonicalBytes: bytes, hash: hash)
            } catch {
                throw .bundleRefused(
                    path: path,
                    words:
                        "entry \(walk.head.sequence.next) is of a newer program, or no entry: update this one"
                )
            }
            guard entry.origin == bundle.origin, walk.take(entry) == nil else {
                throw .bundleRefused(
                    path: path, words: "entry \(walk.head.sequence.next) is not of this chain")
            }
            try body(entry)
        }
    }

    /// Hands over each worker's key as it is wrapped, 60 bytes; behind the entries.
    mutating func forEachKey(
        _ body: (WorkerID, [UInt8]) throws(LedgerError) -> Void
    ) throws(LedgerError) {
        let count = try decoding { decoder throws(CanonicalDecodingError) in try decoder.integer() }
        guard (0...ChainBundle.keyLimit).contains(count) else { throw damaged }
        for _ in 0..<count {
            let (worker, wrapped) = try decoding { decoder throws(CanonicalDecodingError) in
                guard try decoder.array() == 2 else { throw decoder.failure }
                return (WorkerID(rawValue: try decoder.unsigned()), try decoder.byteString())
            }
            guard wrapped.count == 60 else { throw damaged }
            try body(worker, wrapped)
        }
    }

    /// - Throws: `LedgerError.bundleRefused` when no node of this site made it, or a byte was changed.
    mutating func finish() throws(LedgerError) {
        let expected = mac.finished()
        guard try file.read(32) == expected, try file.isAtEnd() else {
            throw .bundleRefused(
                path: path, words: "it was altered, or made by a node with another site key")
        }
    }

    private var damaged: LedgerError { .bundleRefused(path: path, words: "it is damaged") }

    private mutating func decoding<Value>(
        _ body: (inout CanonicalDecoder) throws(CanonicalDecodingError) -> Value
    ) throws(LedgerError) -> Value {
        var decoder = CanonicalDecoder(try frame())
        do throws(CanonicalDecodingError) { return try body(&decoder) } catch { throw damaged }
    }

    private mutating func frame() throws(LedgerError) -> [UInt8] { try Self.frame(file, &mac, path) }

    private static func frame(
        _ file: GzipReader, _ mac: inout BundleMAC, _ path: String
    ) throws(LedgerError) -> [UInt8] {
        let prefix = try file.read(4)
        let count = BundleFrame.count(prefix)
        guard count <= ChainBundle.frameLimit else {
            throw .bundleRefused(path: path, words: "it is no bundle of Muster")
        }
        let bytes = try file.read(count)
        mac.take(prefix)
        mac.take(bytes)
        return bytes
    }
}

extension ChainBundle {
    /// Whether a bundle may be believed, without taking it.
    ///
    /// - Throws: `LedgerError.bundleRefused`.
    public static func check(_ path: String, siteKey: SiteKey) throws(LedgerError) {
        _ = try checked(path, siteKey: siteKey)
    }

    /// Reads a bundle whole and believes it only then: made with this site key, an unbroken stretch of its
    /// origin's chain, signed by the origin.
    ///
    /// - Parameter look: each entry, before the bundle is known to be good.
    /// - Throws: `LedgerError.bundleRefused`.
    static func checked(
        _ path: String, siteKey: SiteKey, look: (LedgerEntry) -> Void = { _ in }
    ) throws(LedgerError) -> (bundle: ChainBundle, head: ChainHead) {
        var reader = try ChainBundleReader(path: path, siteKey: siteKey)
        let bundle = reader.bundle
        var newest: LedgerEntry?
        var before = ChainHead(sequence: bundle.after, hash: bundle.hashBefore)
        try reader.forEachEntry { entry in
            if let newest { before = ChainHead(sequence: newest.sequence, hash: newest.hash) }
            newest = entry
            look(entry)
        }
        try reader.forEachKey { _, _ in }
        try reader.finish()
        guard let newest, bundle.isSigned(newest, before) else {
            throw .bundleRefused(path: path, words: "the signature of \(bundle.origin) does not hold")
        }
        return (bundle, ChainHead(sequence: newest.sequence, hash: newest.hash))
    }

    private func isSigned(_ entry: LedgerEntry, _ before: ChainHead) -> Bool {
        // try?: what is no checkpoint signs nothing.
        guard entry.kind == .checkpoint, let signed = try? SignedCheckpoint(encoded: entry.body) else {
            return false
        }
        return signed.statement.origin == origin && signed.statement.publicKey == publicKey
            && signed.statement.sequence == before.sequence && signed.statement.hash == before.hash
            && signed.isSignatureValid
    }
}
