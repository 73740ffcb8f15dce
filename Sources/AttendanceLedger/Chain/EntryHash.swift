import Crypto
import SiteModel

/// The chain: SHA-256 over the previous entry's hash and the canonical bytes of this one.
enum EntryHash {
    /// What stands before the first entry of an origin: 32 zero bytes.
    static let beginning = [UInt8](repeating: 0, count: 32)

    static func hash(previous: [UInt8], canonicalBytes: [UInt8]) -> [UInt8] {
        var hasher = SHA256()
        previous.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        canonicalBytes.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        return hasher.finalize().withUnsafeBytes { Array($0) }
    }

    /// The hash the entry must have after `previous`.
    static func hash(of entry: LedgerEntry, previous: [UInt8]) -> [UInt8] {
        hash(previous: previous, canonicalBytes: entry.canonicalBytes)
    }
}
