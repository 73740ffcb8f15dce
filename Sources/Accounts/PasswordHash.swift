import Crypto
import CryptoExtras

/// What one try of a password costs whoever tries: scrypt (RFC 7914) needs `128 * rounds * blockSize` bytes
/// and makes `2 * rounds * parallelism` passes over blocks.
public struct PasswordCost: Sendable, Hashable {
    /// A power of two.
    public let rounds: Int
    public let blockSize: Int
    public let parallelism: Int

    public init(rounds: Int, blockSize: Int, parallelism: Int) {
        self.rounds = rounds
        self.blockSize = blockSize
        self.parallelism = parallelism
    }

    /// 16 MiB: what a gate board spares for the one hash that is made at a time.
    public static let standard = PasswordCost(rounds: 1 << 14, blockSize: 8, parallelism: 1)

    /// What a damaged or forged file may make us spend: 32 MiB.
    var isAffordable: Bool {
        (2...1 << 16).contains(rounds) && rounds & (rounds - 1) == 0 && (1...32).contains(blockSize)
            && (1...8).contains(parallelism) && 128 * rounds * blockSize <= 32 << 20
    }
}

/// A password as it is stored: scrypt's output with its own salt and cost.
struct PasswordHash: Sendable, Equatable {
    static let byteCount = 32
    static let saltByteCount = 16

    let cost: PasswordCost
    let salt: [UInt8]
    let bytes: [UInt8]

    init(cost: PasswordCost, salt: [UInt8], bytes: [UInt8]) {
        self.cost = cost
        self.salt = salt
        self.bytes = bytes
    }

    /// Hashes with a fresh salt. Takes the time and memory of `cost`, on the calling thread.
    init(of password: Password, cost: PasswordCost) throws(AccountError) {
        let salt = RandomBytes.make(count: Self.saltByteCount)
        let key = try Self.key(of: password, salt: salt, cost: cost)
        self.init(cost: cost, salt: salt, bytes: key.withUnsafeBytes { Array($0) })
    }

    /// Compares in constant time, after the work of one hash.
    func matches(_ password: Password) throws(AccountError) -> Bool {
        try Self.key(of: password, salt: salt, cost: cost) == SymmetricKey(data: bytes)
    }

    /// The same work for a name that nobody has. No password hashes to it: its bytes are random.
    static func decoy(cost: PasswordCost) -> PasswordHash {
        PasswordHash(
            cost: cost, salt: RandomBytes.make(count: saltByteCount),
            bytes: RandomBytes.make(count: byteCount))
    }

    private static func key(
        of password: Password, salt: [UInt8], cost: PasswordCost
    ) throws(AccountError) -> SymmetricKey {
        guard cost.isAffordable else { throw .damaged(words: "a hash of impossible cost") }
        do {
            return try KDF.Scrypt.deriveKey(
                from: password.bytes, salt: salt, outputByteCount: byteCount, rounds: cost.rounds,
                blockSize: cost.blockSize, parallelism: cost.parallelism)
        } catch {
            // Only memory can be missing: the parameters were checked.
            throw .storage(operation: "scrypt", code: 0, words: "no memory to hash the password")
        }
    }
}

/// Bytes that nobody can guess, from the kernel.
enum RandomBytes {
    static func make(count: Int) -> [UInt8] {
        var source = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &source) }
    }
}
