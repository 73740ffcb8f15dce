import SiteModel

/// How the bits of a card become a credential.
///
/// - 26, 33, 34, 35 and 37 bits are Wiegand frames (`WiegandFormat`).
/// - 24, 32 and 40 bits are the number itself; 56 and 64 bits the serial of a chip.
/// - Other lengths, and wrong parity, are unreadable: a credential is never guessed.
/// - Source: SIA OSDP 2.x, osdp_RAW; HID's format sheets for the payloads.
struct OSDPCard: Sendable {
    /// The reader sends the bytes of numbers and serials lowest first.
    let isLowestByteFirst: Bool

    func credential(bitCount: Int, bits: [UInt8]) -> Credential? {
        guard bitCount <= 64, bits.count == (bitCount + 7) / 8 else { return nil }
        var value: UInt64 = 0
        for byte in bits { value = value << 8 | UInt64(byte) }
        value >>= UInt64(bits.count * 8 - bitCount)
        if let format = WiegandFormat.format(bitCount: bitCount) {
            return format.card(inFrame: value).flatMap { card($0.value, $0.bitLength) }
        }
        switch bitCount {
        case 24, 32, 40: return card(value, bitCount)
        case 56, 64: return .chipSerial(ordered(value, bitCount))
        default: return nil
        }
    }

    private func card(_ value: UInt64, _ bitCount: Int) -> Credential? {
        CardNumber(value: ordered(value, bitCount), bitLength: bitCount).map(Credential.cardNumber)
    }

    private func ordered(_ value: UInt64, _ bitCount: Int) -> UInt64 {
        guard isLowestByteFirst, bitCount.isMultiple(of: 8) else { return value }
        return value.byteSwapped >> UInt64(64 - bitCount)
    }
}

/// Digits typed at a reader's keypad, until they are a card's printed number.
///
/// `#` ends the number, `*` clears it, and so does a pause of 10 s. Ten digits as printed on the card; fewer
/// or more are no number.
struct OSDPKeypad: Sendable {
    private var digits: [UInt8] = []
    private var lastKeyAt = Uptime(nanoseconds: 0)

    /// - Returns: credentials completed by these keys.
    mutating func take(_ keys: [UInt8], at uptime: Uptime) -> [Credential] {
        if uptime - lastKeyAt > .seconds(10) { digits = [] }
        lastKeyAt = uptime
        var credentials: [Credential] = []
        for key in keys {
            switch key {
            case 0x30...0x39: if digits.count <= Self.digitCount { digits.append(key) }
            case Self.enter:
                if let card = Self.number(digits) { credentials.append(.cardNumber(card)) }
                digits = []
            default: digits = []
            }
        }
        return credentials
    }

    private static func number(_ digits: [UInt8]) -> CardNumber? {
        CardNumberFormat.eightHexadecimalTenDecimal.number(reading: String(decoding: digits, as: UTF8.self))
    }

    private static let enter: UInt8 = 0x0D
    private static let digitCount = 10
}
