import Crypto
import Glibc

/// Random bytes of the kernel, asked for by the block: a new worker takes 56 of them, and a call for every
/// eight costs more than the sealing.
///
/// What is left must be thrown away (`clear`) when the commit is made: a machine that is put back to an
/// earlier moment must not seal with the same nonce twice.
struct RandomBytes {
    /// The most that one call of getentropy(3) gives.
    private static let blockByteCount = 256

    private var block: [UInt8] = []
    private var takenCount = 0

    /// 32 bytes.
    mutating func key() -> SymmetricKey { SymmetricKey(data: take(32)) }

    mutating func nonce() -> AES.GCM.Nonce {
        do {
            return try AES.GCM.Nonce(data: take(12))
        } catch {
            preconditionFailure("twelve bytes are a nonce")
        }
    }

    mutating func clear() {
        block.removeAll()
        takenCount = 0
    }

    /// Each byte is given out once.
    private mutating func take(_ count: Int) -> ArraySlice<UInt8> {
        if takenCount + count > block.count { fetch() }
        defer { takenCount += count }
        return block[takenCount..<takenCount + count]
    }

    private mutating func fetch() {
        block = [UInt8](unsafeUninitializedCapacity: Self.blockByteCount) { buffer, count in
            let code = getentropy(buffer.baseAddress!, Self.blockByteCount)
            precondition(code == 0, "the kernel gives random bytes: errno \(errno)")
            count = Self.blockByteCount
        }
        takenCount = 0
    }
}
