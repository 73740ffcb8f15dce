import BlockCipher

/// The key that a reader's secure channel starts from (SCBK), 16 bytes. Prints nothing of itself.
struct OSDPKey: Sendable, CustomStringConvertible, CustomReflectable {
    let bytes: [UInt8]
    /// The key that every reader leaves the factory with: known to everybody, good for one thing only, to
    /// hand over the real one.
    let isDefault: Bool

    static let factory = OSDPKey(bytes: [UInt8](0x30...0x3F), isDefault: true)

    init(_ bytes: [UInt8]) {
        self.init(bytes: bytes, isDefault: false)
    }

    private init(bytes: [UInt8], isDefault: Bool) {
        self.bytes = bytes
        self.isDefault = isDefault
    }

    /// The reader's own key of a site: the site's key over the reader's unique id and its complement.
    init(site: [UInt8], uniqueID: [UInt8]) {
        self.init(AES128(key: site).encrypted(uniqueID + uniqueID.map { ~$0 }))
    }

    /// Says in the security block which key is meant: 0 factory, 1 the reader's own.
    var selector: UInt8 { isDefault ? 0 : 1 }
    var description: String { "key" }
    var customMirror: Mirror { Mirror(self, children: []) }
}

/// What both sides made of a key and two random numbers: the secret of one session.
struct OSDPSessionKeys: Sendable {
    let encryption: AES128
    private let firstMAC: AES128
    private let lastMAC: AES128

    /// - Parameter challenge: the panel's 8 random bytes, of which 6 go into the keys.
    init(_ key: OSDPKey, challenge: [UInt8]) {
        let cipher = AES128(key: key.bytes)
        func derived(_ kind: UInt8) -> AES128 {
            AES128(
                key: cipher.encrypted([0x01, kind] + challenge.prefix(6) + [UInt8](repeating: 0, count: 8)))
        }
        encryption = derived(0x82)
        firstMAC = derived(0x01)
        lastMAC = derived(0x02)
    }

    func cryptogram(_ first: [UInt8], _ second: [UInt8]) -> [UInt8] { encryption.encrypted(first + second) }

    /// The MAC that the chain of the session begins with.
    func startMAC(panelCryptogram: [UInt8]) -> [UInt8] {
        lastMAC.encrypted(firstMAC.encrypted(panelCryptogram))
    }

    /// All 16 bytes; the first four are sent.
    func mac(_ bytes: [UInt8], from start: [UInt8]) -> [UInt8] {
        let blocks = bytes.count.isMultiple(of: AES128.blockByteCount) ? bytes : Self.padded(bytes)
        let lastBlock = blocks.count - AES128.blockByteCount
        var chain = start
        if lastBlock > 0 {
            chain = Array(firstMAC.chained(Array(blocks[..<lastBlock]), from: start).suffix(16))
        }
        return lastMAC.chained(Array(blocks[lastBlock...]), from: chain)
    }

    /// 80, then zeros to a whole block; a whole block more when the bytes fill theirs.
    static func padded(_ bytes: [UInt8]) -> [UInt8] {
        let rest = (bytes.count + 1) % AES128.blockByteCount
        return bytes + [0x80] + [UInt8](repeating: 0, count: rest == 0 ? 0 : AES128.blockByteCount - rest)
    }
}

/// The secure channel of one reader once both sides have proved that they know the key.
///
/// Every frame carries a MAC that is chained to the one before it, so none can be left out, repeated or
/// exchanged. Data are encrypted; the code is not.
struct OSDPSecureChannel: Sendable {
    private let keys: OSDPSessionKeys
    /// Of the last command and the last reply, 16 bytes each.
    private(set) var commandMAC: [UInt8]
    private(set) var replyMAC: [UInt8]

    init(_ keys: OSDPSessionKeys, panelCryptogram: [UInt8]) {
        self.keys = keys
        replyMAC = keys.startMAC(panelCryptogram: panelCryptogram)
        commandMAC = replyMAC
    }

    /// Makes the frame of a command. Each call moves the chain: a repeated frame is sent as it was made.
    mutating func sealed(_ command: OSDPCommand, address: UInt8, sequence: UInt8) -> [UInt8] {
        let control = sequence | OSDPFrame.crcFlag | OSDPFrame.securityFlag
        let data = command.data
        let hidden =
            data.isEmpty
            ? [] : keys.encryption.chained(OSDPSessionKeys.padded(data), from: replyMAC.map { ~$0 })
        let body = [2, data.isEmpty ? 0x15 : 0x17, command.code] + hidden
        let header = OSDPFrame.header(
            address: address, control: control, bodyByteCount: body.count + OSDPFrame.macByteCount + 2)
        commandMAC = keys.mac(header + body, from: replyMAC)
        return OSDPFrame.frame(
            address: address, control: control, body: body + commandMAC.prefix(OSDPFrame.macByteCount))
    }

    /// Code and data of a reply.
    ///
    /// - Returns: nil when the MAC or the padding is wrong; then the session is over.
    mutating func opened(_ reply: OSDPReplyFrame) -> [UInt8]? {
        guard let kind = reply.security?.kind, kind == 0x16 || kind == 0x18 else { return nil }
        let mac = keys.mac(reply.authenticated, from: commandMAC)
        guard Array(mac.prefix(OSDPFrame.macByteCount)) == reply.mac else { return nil }
        replyMAC = mac
        guard kind == 0x18, reply.body.count > 1 else { return reply.body }
        let hidden = Array(reply.body[1...])
        guard hidden.count.isMultiple(of: AES128.blockByteCount) else { return nil }
        let plain = keys.encryption.unchained(hidden, from: commandMAC.map { ~$0 })
        guard let end = plain.lastIndex(where: { $0 != 0 }), plain[end] == 0x80 else { return nil }
        return [reply.body[0]] + plain[..<end]
    }
}
