import Crypto
public import SiteModel

/// Follows a chain of which not every entry is shown: of a hidden one the digest is enough.
public struct EvidenceChain: Sendable {
    /// The entry taken last.
    public private(set) var sequence: LedgerSequence
    /// Its hash, 32 bytes.
    public private(set) var hash: [UInt8]

    /// - Parameters:
    ///   - sequence: the entry before the first; 0 before all.
    ///   - hash: that of it; the origin's public key before all.
    public init(after sequence: LedgerSequence, hash: [UInt8]) {
        self.sequence = sequence
        self.hash = hash
    }

    public mutating func take(canonicalBytes: [UInt8]) {
        advance(to: EntryHash.hash(previous: hash, canonicalBytes: canonicalBytes))
    }

    /// - Parameter digest: SHA-256 of the canonical bytes.
    public mutating func take(digest: [UInt8]) {
        var hasher = SHA256()
        hash.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        digest.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        advance(to: hasher.finalize().withUnsafeBytes { Array($0) })
    }

    private mutating func advance(to hash: [UInt8]) {
        sequence = sequence.next
        self.hash = hash
    }
}

/// SHA-256 of bytes that come in pieces.
public struct EvidenceDigest {
    private var hasher = SHA256()

    public init() {}

    public mutating func take(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { hasher.update(bufferPointer: $0) }
    }

    /// 32 bytes.
    public var bytes: [UInt8] { hasher.finalize().withUnsafeBytes { Array($0) } }

    public static func digest(_ bytes: [UInt8]) -> [UInt8] {
        var digest = EvidenceDigest()
        digest.take(bytes)
        return digest.bytes
    }
}

extension LedgerEntry {
    /// The entry as it reads with a worker's key in hand; one with a clear body as it is.
    ///
    /// - Returns: nil when the body does not open with it: another key, or another place.
    public func opened(withKey key: [UInt8]) -> LedgerEntry? {
        guard sealing == .workerKey else { return self }
        guard key.count == 32,
            let body = Seal.open(body, with: SymmetricKey(data: key), in: sealContext)
        else { return nil }
        return opened(body: body)
    }
}
