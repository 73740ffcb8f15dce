import Crypto
import Glibc
import SiteModel

/// `ledger.head`: where the chain stood after the newest commit, kept beside the ledger. With it a deleted
/// log, a cut file and an older copy are seen at the next start.
///
/// 56 bytes: `MUSTERHD`, the sequence (8, big-endian), the hash (32), the first 8 bytes of the SHA-256 of
/// these 48. One sector, overwritten in place after every commit and not synced: after a power cut it may be
/// older than the ledger, never newer, because it is written after the commit's sync.
struct LedgerHeadFile {
    static let name = "ledger.head"
    private static let mark = Array("MUSTERHD".utf8)
    private static let byteCount = 56

    private let path: String
    private var descriptor: Int32 = -1

    init(directory: String) {
        path = directory + "/" + Self.name
    }

    /// - Returns: nil when there is none, or it is not whole: then nothing is known.
    static func read(in directory: String) -> ChainHead? {
        // try?: a tripwire that cannot be read is none.
        guard let bytes = (try? SmallFile.bytes(of: directory + "/" + name, upTo: byteCount)) ?? nil,
            bytes.count == byteCount, Array(bytes[..<8]) == mark, Array(bytes[48...]) == check(bytes[..<48])
        else { return nil }
        let sequence = bytes[8..<16].reduce(0) { $0 << 8 | UInt64($1) }
        return ChainHead(
            sequence: LedgerSequence(Int64(truncatingIfNeeded: sequence)), hash: Array(bytes[16..<48]))
    }

    /// Overwrites the file. A head that could not be written is an older one, and still true.
    mutating func write(_ head: ChainHead) {
        if descriptor < 0 { descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600) }
        guard descriptor >= 0 else { return }
        var bytes = Self.mark
        for shift in stride(from: 56, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: head.sequence.rawValue >> Int64(shift)))
        }
        bytes += head.hash
        bytes += Self.check(bytes[...])
        _ = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    mutating func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    private static func check(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        SHA256.hash(data: bytes).prefix(8).map { $0 }
    }
}
