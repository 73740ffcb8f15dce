import SQLiteStore
public import SiteModel

extension LedgerReader {
    /// Writes the entries of this node after one up to a checkpoint into a bundle.
    ///
    /// - Parameters:
    ///   - path: of a file that does not exist yet.
    ///   - holdsAnswers: this is a ledger of answers to another node's entries.
    ///   - last: an entry of kind `checkpoint`.
    /// - Throws: `LedgerError.exists`, `.siteKeyMissing`, `.storage`; then a part of the file may be there.
    public func writeBundle(
        to path: String, holdsAnswers: Bool = false, after: LedgerSequence, last: LedgerSequence
    ) throws(LedgerError) -> ChainBundle {
        guard let siteKey else { throw .siteKeyMissing(directory: directory ?? self.path) }
        let (origin, publicKey) = try node()
        let bundle = ChainBundle(
            path: path, holdsAnswers: holdsAnswers, origin: origin, publicKey: publicKey, after: after,
            hashBefore: try hash(at: after), last: last)
        let writer = try GzipWriter(path: path)
        var mac = BundleMAC(siteKey: siteKey)
        func frame(_ bytes: [UInt8]) throws(LedgerError) {
            let framed = BundleFrame.prefix(bytes.count) + bytes
            mac.take(framed)
            try writer.write(framed)
        }
        try frame(bundle.header)
        var position = after
        while position < last {
            let limit = min(Int64(Self.pageCount), last.rawValue - position.rawValue)
            let page = try entries(after: position, limit: Int(limit))
            guard let end = page.last else { throw .chainBroken(sequence: position.next) }
            for entry in page { try frame(entry.canonicalBytes) }
            position = end.sequence
        }
        for bytes in try wrappedKeyFrames() { try frame(bytes) }
        try writer.write(mac.finished())
        try writer.finish()
        return bundle
    }

    /// How many, then each.
    private func wrappedKeyFrames() throws(LedgerError) -> [[UInt8]] {
        let rows = try connect()
        let statement = try rows.statement("SELECT worker, wrapped FROM worker_key ORDER BY worker")
        defer { statement.reset() }
        var frames: [[UInt8]] = [[]]
        while try rows.step(statement) {
            var encoder = CanonicalEncoder()
            encoder.array(count: 2)
            encoder.append(UInt64(bitPattern: statement.wholeNumber(0)))
            encoder.append(byteString: statement.bytes(1))
            frames.append(encoder.bytes)
        }
        var encoder = CanonicalEncoder()
        encoder.append(Int64(frames.count - 1))
        frames[0] = encoder.bytes
        return frames
    }

    /// What this ledger says of bundles that were taken, oldest first. Walks it all.
    ///
    /// - Parameter origin: only of this one; nil: of all.
    public func bundlesTaken(of origin: LedgerOrigin? = nil) throws(LedgerError) -> [BundleTaken] {
        var taken: [BundleTaken] = []
        try forEachEntry { entry throws(LedgerError) in
            guard entry.kind == .bundleTaken else { return }
            do throws(CanonicalDecodingError) {
                let bundle = try BundleTaken(encoded: entry.body)
                if origin == nil || bundle.origin == origin { taken.append(bundle) }
            } catch {
                throw .chainBroken(sequence: entry.sequence)
            }
        }
        return taken
    }

    /// Everybody whose key was destroyed.
    public func erasedWorkers() throws(LedgerError) -> Set<WorkerID> { try connect().erasedWorkers() }
}
