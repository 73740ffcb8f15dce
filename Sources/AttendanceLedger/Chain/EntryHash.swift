import Crypto
import SiteModel

/// The chain: SHA-256 over the previous entry's hash and the digest of this one. Before the first entry of an
/// origin stands its public key.
///
/// The digest has a hash of its own so that a chain can be shown to somebody without showing every entry.
enum EntryHash {
    /// SHA-256 of the canonical bytes.
    static func digest(canonicalBytes: [UInt8]) -> SHA256.Digest {
        canonicalBytes.withUnsafeBytes { bytes in
            var hasher = SHA256()
            hasher.update(bufferPointer: bytes)
            return hasher.finalize()
        }
    }

    static func hash(previous: [UInt8], canonicalBytes: [UInt8]) -> [UInt8] {
        var hasher = SHA256()
        previous.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        digest(canonicalBytes: canonicalBytes).withUnsafeBytes { hasher.update(bufferPointer: $0) }
        return hasher.finalize().withUnsafeBytes { Array($0) }
    }

    /// The hash the entry must have after `previous`.
    static func hash(of entry: LedgerEntry, previous: [UInt8]) -> [UInt8] {
        hash(previous: previous, canonicalBytes: entry.canonicalBytes)
    }
}
