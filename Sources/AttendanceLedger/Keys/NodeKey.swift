import Crypto
public import SiteModel

/// The node's Ed25519 key: signs checkpoints. Its public half is where the chain of the origin begins.
struct NodeKey: Sendable {
    private let signing: Curve25519.Signing.PrivateKey

    init() {
        signing = Curve25519.Signing.PrivateKey()
    }

    /// - Parameter signing: of the documented example.
    init(_ signing: Curve25519.Signing.PrivateKey) {
        self.signing = signing
    }

    /// - Returns: nil when the site key is another one, or the bytes are damaged.
    init?(wrapped: [UInt8], siteKey: SiteKey) {
        // try?: any 32 bytes are a key.
        guard let bytes = Seal.open(wrapped, with: siteKey.key, in: Self.context),
            let signing = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes)
        else { return nil }
        self.signing = signing
    }

    /// 60 bytes.
    func wrapped(by siteKey: SiteKey) -> [UInt8] {
        Seal.seal(Array(signing.rawRepresentation), with: siteKey.key, in: Self.context)
    }

    var publicKey: [UInt8] { Array(signing.publicKey.rawRepresentation) }

    /// Signs that the chain stands at `head`.
    func checkpoint(at head: ChainHead, of origin: LedgerOrigin, clock: ClockReading) -> SignedCheckpoint {
        let statement = Checkpoint(
            origin: origin, sequence: head.sequence, hash: head.hash, signedAt: clock.wall,
            synchronisation: clock.synchronisation, publicKey: publicKey)
        return SignedCheckpoint(statement: statement, signature: signature(of: statement.encoded))
    }

    /// 64 bytes. Whoever lets others choose the bytes lets them forge.
    func signature(of bytes: [UInt8]) -> [UInt8] {
        do {
            return Array(try signing.signature(for: bytes))
        } catch {
            preconditionFailure("an Ed25519 key signs anything")
        }
    }

    private static var context: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 1)
        encoder.append("muster node key")
        return encoder.bytes
    }
}

extension SignedCheckpoint {
    /// Whether the signature is that of the key it names. Whose key that is, the chain's beginning says.
    public var isSignatureValid: Bool {
        // try?: bytes that are no key signed nothing.
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: statement.publicKey) else {
            return false
        }
        return key.isValidSignature(signature, for: statement.encoded)
    }
}
