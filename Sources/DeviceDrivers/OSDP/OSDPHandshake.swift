import BlockCipher

/// The handshake of one session, until both sides have proved themselves.
struct OSDPHandshake: Sendable {
    let challenge: [UInt8]
    let isFactoryKey: Bool
    private(set) var panelCryptogram: [UInt8]?
    /// The key that the device shall have; known once it has told its unique id.
    private(set) var ownKey: OSDPKey?
    private var keys: OSDPSessionKeys?

    init(challenge: [UInt8], isFactoryKey: Bool) {
        self.challenge = challenge
        self.isFactoryKey = isFactoryKey
    }

    /// Takes the device's half.
    ///
    /// - Returns: whether it proves that the device knows the key.
    mutating func take(_ reply: OSDPReaderCryptogram, _ settings: OSDPSettings) -> Bool {
        guard let own = settings.key(of: reply.uniqueID) else { return false }
        let keys = OSDPSessionKeys(isFactoryKey ? .factory : own, challenge: challenge)
        guard keys.cryptogram(challenge, reply.random) == reply.cryptogram else { return false }
        ownKey = own
        self.keys = keys
        panelCryptogram = keys.cryptogram(reply.random, challenge)
        return true
    }

    /// The channel, if the device's first MAC is the right one.
    func channel(firstMAC: [UInt8]) -> OSDPSecureChannel? {
        guard let keys, let panelCryptogram else { return nil }
        let channel = OSDPSecureChannel(keys, panelCryptogram: panelCryptogram)
        return channel.replyMAC == firstMAC ? channel : nil
    }

    /// Nil for a command that is not of the handshake.
    func securityBlock(of command: OSDPCommand) -> [UInt8]? {
        let selector = isFactoryKey ? OSDPKey.factory.selector : 1
        return switch command {
        case .challenge: [3, 0x11, selector]
        case .cryptogram: [3, 0x13, selector]
        default: nil
        }
    }
}

/// Random numbers for challenges: one seed for each opening of the port, a block cipher over a counter.
struct OSDPNonce: Sendable {
    private let cipher: AES128
    private var counter: UInt64 = 0

    init(seed: UInt64) {
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: seed >> (8 * $0)) }
        cipher = AES128(key: bytes + bytes.map { ~$0 })
    }

    /// 8 bytes.
    mutating func next() -> [UInt8] {
        counter += 1
        let block = (0..<16).map { $0 < 8 ? UInt8(truncatingIfNeeded: counter >> (8 * UInt64($0))) : 0 }
        return Array(cipher.encrypted(block).prefix(8))
    }
}
