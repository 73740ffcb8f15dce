import Crypto
import Glibc
import SiteModel

/// One place of the reserve.
///
///     offset   0..1       2..9                               10...
///              length     first 8 bytes of the SHA-256       the record, then zeros
///              of record  of the record
///
/// All zeros is an empty place. No personal data is in it: a record names its worker by id.
enum ReserveSlot {
    /// Two to a sector, so a torn write of one harms its neighbour only where the disk writes no sector
    /// whole. A record takes some 120 bytes with names of usual length.
    static let byteCount = 256
    static let empty = [UInt8](repeating: 0, count: byteCount)
    private static let headByteCount = 10

    enum Content {
        case empty
        case record(KeptRecord)
        /// Torn, written by somebody else, or of another ledger.
        case unreadable
    }

    /// - Returns: nil for a record that does not fit: lane or reader have longer names than a configuration
    ///   may give (`LeavingReserve.laneByteLimit`, `.readerByteLimit`).
    static func bytes(of record: KeptRecord, originTag: UInt32) -> [UInt8]? {
        let encoded = record.encoded(originTag: originTag)
        guard encoded.count <= byteCount - headByteCount else { return nil }
        var bytes = [UInt8(encoded.count >> 8), UInt8(encoded.count & 0xFF)]
        bytes += check(encoded[...])
        bytes += encoded
        bytes += [UInt8](repeating: 0, count: byteCount - bytes.count)
        return bytes
    }

    static func content(of bytes: ArraySlice<UInt8>, originTag: UInt32) -> Content {
        let bytes = Array(bytes)
        if memcmp(bytes, empty, byteCount) == 0 { return .empty }
        let length = Int(bytes[0]) << 8 | Int(bytes[1])
        guard length <= byteCount - headByteCount else { return .unreadable }
        let encoded = bytes[headByteCount..<headByteCount + length]
        // try?: whatever it is, it is no record of ours.
        guard Array(bytes[2..<headByteCount]) == check(encoded),
            let record = try? KeptRecord(encoded: Array(encoded), originTag: originTag)
        else { return .unreadable }
        return .record(record)
    }

    private static func check(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        SHA256.hash(data: bytes).prefix(8).map { $0 }
    }
}
