import SiteModel

/// How the text that a reader prints or types becomes a credential.
struct CredentialText: Sendable {
    enum Form: Sendable, Hashable {
        /// A card number in one of the printed forms.
        case card(CardNumberFormat)
        /// A card number as plain hexadecimal of all its bytes; the format says how many of the low ones
        /// count.
        case hexadecimalCard(CardNumberFormat)
        case idNumber
        /// Hexadecimal, 4 to 8 bytes.
        case chipSerial
        case qrToken
        /// Told apart by shape; eight decimal digits have this format.
        case detected(eightDigits: CardNumberFormat)
    }

    let form: Form
    /// The reader sends the bytes of card numbers and chip serials lowest first.
    let isLowestByteFirst: Bool

    static let longestTokenByteCount = 512
    /// What is shorter is a stray key, not a code.
    private static let shortestDetectedToken = 4

    /// Nil when the text has another shape than the form asks for, or its value is out of range.
    func credential(reading text: [UInt8]) -> Credential? {
        switch form {
        case .card(let format): card(text, format)
        case .hexadecimalCard(let format): hexadecimalCard(text, format)
        case .idNumber: idNumber(text)
        case .chipSerial: (8...16).contains(text.count) ? chipSerial(text) : nil
        case .qrToken: token(text)
        case .detected(let eightDigits): detected(text, eightDigits)
        }
    }

    /// CR, LF and zeros after a text: scanners add them as they are set.
    static func withoutLineEnd(_ text: [UInt8]) -> [UInt8] {
        guard let last = text.lastIndex(where: { $0 != 0x0D && $0 != 0x0A && $0 != 0 }) else { return [] }
        return Array(text[...last])
    }

    /// The shape decides; a value that does not fit its shape is refused, never taken for something else.
    /// Only a 15-character text that is no ID number goes on: old numbers have no check digit to tell.
    private func detected(_ text: [UInt8], _ eightDigits: CardNumberFormat) -> Credential? {
        let decimalCount = text.prefix { (0x30...0x39).contains($0) }.count
        let isDecimal = decimalCount == text.count
        switch text.count {
        case 18 where decimalCount >= 17 && (isDecimal || text[17] | 0x20 == UInt8(ascii: "x")):
            return idNumber(text)
        case 15: return idNumber(text) ?? token(text)
        case 10 where isDecimal: return card(text, .eightHexadecimalTenDecimal)
        case 8 where isDecimal: return card(text, eightDigits)
        case 16 where text.allSatisfy({ hexadecimalValue(of: $0) != nil }): return chipSerial(text)
        case ..<Self.shortestDetectedToken: return nil
        default: return token(text)
        }
    }

    private func card(_ text: [UInt8], _ format: CardNumberFormat) -> Credential? {
        guard let card = format.number(reading: String(decoding: text, as: UTF8.self)) else { return nil }
        return credential(ofCard: ordered(card.value, byteCount: card.bitLength / 8), format)
    }

    private func hexadecimalCard(_ text: [UInt8], _ format: CardNumberFormat) -> Credential? {
        guard text.count * 4 >= format.bitLength, let value = value(text) else { return nil }
        let whole = ordered(value, byteCount: text.count / 2)
        return credential(ofCard: whole & (1 << UInt64(format.bitLength) - 1), format)
    }

    private func credential(ofCard value: UInt64, _ format: CardNumberFormat) -> Credential? {
        CardNumber(value: value, bitLength: format.bitLength).map(Credential.cardNumber)
    }

    private func chipSerial(_ text: [UInt8]) -> Credential? {
        value(text).map { .chipSerial(ordered($0, byteCount: text.count / 2)) }
    }

    private func idNumber(_ text: [UInt8]) -> Credential? {
        // try?: whatever is wrong with it, it is no number.
        (try? IDNumber(reading: String(decoding: text, as: UTF8.self))).map(Credential.idNumber)
    }

    private func token(_ text: [UInt8]) -> Credential? {
        guard (1...Self.longestTokenByteCount).contains(text.count) else { return nil }
        return String(validating: text, as: UTF8.self).map(Credential.qrToken)
    }

    /// Two to sixteen hexadecimal digits, an even number of them.
    private func value(_ text: [UInt8]) -> UInt64? {
        guard (2...16).contains(text.count), text.count.isMultiple(of: 2) else { return nil }
        var value: UInt64 = 0
        for character in text {
            guard let digit = hexadecimalValue(of: character) else { return nil }
            value = value << 4 | UInt64(digit)
        }
        return value
    }

    private func ordered(_ value: UInt64, byteCount: Int) -> UInt64 {
        isLowestByteFirst ? value.byteSwapped >> UInt64(64 - 8 * byteCount) : value
    }
}

/// The options that say what a text stands for, shared by the drivers that read text.
extension CredentialText {
    static let byteOrderOption = DriverOption(
        "byte_order", .choice(["big", "little"]), default: "big",
        "Order in which the reader sends the bytes of card and chip numbers; the wrong one is the most"
            + " frequent fault on site.")

    static func isLowestByteFirst(_ options: OptionReader) throws(DriverError) -> Bool {
        try options.choice("byte_order") == "little"
    }

    /// What a text stands for, where readers of all kinds share a driver; `init(detecting:)` reads them.
    static let detectionOptions = [
        DriverOption(
            "format",
            .choice(["auto"] + CardNumberFormat.allCases.map(\.rawValue) + ["id-number", "chip", "qr"]),
            default: "auto",
            "What a text is; auto tells by its shape: ID number, 10 or 8 digits card, 16 hex digits chip,"
                + " else QR."),
        DriverOption(
            "eight_digits", .choice(["6H8D", "2H4H"]), default: "6H8D",
            "With format auto: the printed form of card numbers of eight digits."),
        byteOrderOption,
    ]

    init(detecting options: OptionReader) throws(DriverError) {
        let word = try options.choice("format")
        let eightDigits = CardNumberFormat(rawValue: try options.choice("eight_digits"))
        switch word {
        case "id-number": form = .idNumber
        case "chip": form = .chipSerial
        case "qr": form = .qrToken
        default:
            form =
                CardNumberFormat(rawValue: word).map { .card($0) }
                ?? .detected(eightDigits: eightDigits ?? .sixHexadecimalEightDecimal)
        }
        isLowestByteFirst = try Self.isLowestByteFirst(options)
    }
}
