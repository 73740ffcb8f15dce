import Crypto
import CryptoExtras

/// AES with a key of 128 bits, and the two ways of chaining it that OSDP's secure channel needs.
///
/// For protocols that prescribe exactly this. Nothing here authenticates or hides repetition by itself.
public struct AES128: Sendable {
    public static let blockByteCount = 16

    private let key: SymmetricKey

    /// - Parameter key: 16 bytes.
    public init(key: [UInt8]) {
        precondition(key.count == Self.blockByteCount, "an AES-128 key has 16 bytes")
        self.key = SymmetricKey(data: key)
    }

    /// One block of 16 bytes, by itself (ECB).
    public func encrypted(_ block: [UInt8]) -> [UInt8] {
        var block = block
        permute(&block)
        return block
    }

    /// Whole blocks, each mixed with the one before it (CBC); no padding.
    ///
    /// - Parameters:
    ///   - bytes: a multiple of 16.
    ///   - start: 16 bytes, what the first block is mixed with.
    public func chained(_ bytes: [UInt8], from start: [UInt8]) -> [UInt8] {
        precondition(bytes.count.isMultiple(of: Self.blockByteCount), "bytes come in whole blocks")
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var last = start
        for offset in stride(from: 0, to: bytes.count, by: Self.blockByteCount) {
            for index in 0..<Self.blockByteCount { last[index] ^= bytes[offset + index] }
            permute(&last)
            result += last
        }
        return result
    }

    /// The inverse of `chained`.
    public func unchained(_ bytes: [UInt8], from start: [UInt8]) -> [UInt8] {
        precondition(bytes.count.isMultiple(of: Self.blockByteCount), "bytes come in whole blocks")
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var last = start
        for offset in stride(from: 0, to: bytes.count, by: Self.blockByteCount) {
            let block = Array(bytes[offset..<(offset + Self.blockByteCount)])
            var plain = block
            permuteBack(&plain)
            for index in 0..<Self.blockByteCount { plain[index] ^= last[index] }
            result += plain
            last = block
        }
        return result
    }

    private func permute(_ block: inout [UInt8]) {
        do {
            try AES.permute(&block, key: key)
        } catch {
            preconditionFailure("AES refused a block of \(block.count) bytes: \(error)")
        }
    }

    private func permuteBack(_ block: inout [UInt8]) {
        do {
            try AES.inversePermute(&block, key: key)
        } catch {
            preconditionFailure("AES refused a block of \(block.count) bytes: \(error)")
        }
    }
}
