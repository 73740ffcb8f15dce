import SiteModel

/// The shape of a printed frame: marks, characters, length, check.
struct ASCIILineFormat: Sendable {
    enum End: Sendable {
        /// CR, LF or both.
        case line
        case bytes([UInt8])
        /// The length says where a frame ends.
        case none
    }

    enum Check: String, Sendable {
        case none
        case xor
        case sum
    }

    /// How the check is sent, just after the text.
    enum CheckForm: String, Sendable {
        /// One raw byte over the characters as sent.
        case byte
        /// Two hexadecimal digits over the bytes that the text's hexadecimal pairs stand for.
        case hexadecimal = "hex"
    }

    let start: [UInt8]
    let end: End
    /// Characters between the start mark and the check; nil for any number.
    let length: Int?
    let check: Check
    let checkForm: CheckForm
    let meaning: CredentialText
    /// For each byte: it may stand in the text.
    let isCharacter: [Bool]

    /// Check digits that are characters like those of the text.
    var checkDigitCount: Int { check != .none && checkForm == .hexadecimal ? 2 : 0 }
    /// Raw check bytes after the text.
    var checkByteCount: Int { check != .none && checkForm == .byte ? 1 : 0 }

    /// Texts of another number of characters are refused anyway, so that what is left of a frame after a bad
    /// byte can not pass for a whole one. Twelve digits are what is left of thirteen.
    var hasFixedLength: Bool {
        if length != nil { return true }
        if case .card(let format) = meaning.form { return format != .tenHexadecimalTwelveDecimal }
        return false
    }

    init(_ options: OptionReader) throws(DriverError) {
        start = try options.bytes("start") ?? []
        end =
            switch try options.bytes("end") {
            case let bytes?: .bytes(bytes)
            case nil: options.text(of: "end") == "line" ? .line : .none
            }
        let count = try options.wholeNumber("length")
        length = count == 0 ? nil : count
        check = Check(rawValue: try options.choice("checksum")) ?? .none
        checkForm = CheckForm(rawValue: try options.choice("checksum_form")) ?? .byte
        let isHexadecimal = try options.choice("charset") == "hex"
        let kind = try options.choice("credential")
        let format = CardNumberFormat(rawValue: try options.choice("format")) ?? .eightHexadecimalTenDecimal
        let form: CredentialText.Form =
            switch kind {
            case "id-number": .idNumber
            case "chip": .chipSerial
            case "qr": .qrToken
            default: isHexadecimal ? .hexadecimalCard(format) : .card(format)
            }
        meaning = CredentialText(
            form: form, isLowestByteFirst: try CredentialText.isLowestByteFirst(options))
        isCharacter = (0...255).map { Self.allows(UInt8($0), form) }
        try refuseConflicts(options, isHexadecimal: isHexadecimal, format)
    }

    private func refuseConflicts(
        _ options: OptionReader, isHexadecimal: Bool, _ format: CardNumberFormat
    ) throws(DriverError) {
        if case .card(.tenHexadecimal) = meaning.form {
            throw options.conflict("format 10H is hexadecimal: set charset to hex")
        }
        if case .chipSerial = meaning.form, !isHexadecimal {
            throw options.conflict("a chip serial is hexadecimal: set charset to hex")
        }
        if start.contains(where: { isCharacter[Int($0)] }) {
            throw options.conflict("start must not hold a byte that may stand in the text")
        }
        switch end {
        case .none where start.isEmpty || length == nil:
            throw options.conflict("end none needs a start mark and a length")
        case .bytes(let bytes) where isCharacter[Int(bytes[0])]:
            throw options.conflict("end must not begin with a byte that may stand in the text")
        default: break
        }
        if checkByteCount > 0, length == nil {
            throw options.conflict("checksum_form byte needs a length: the check may look like an end mark")
        }
        if checkDigitCount > 0, !isHexadecimal {
            throw options.conflict("checksum_form hex is over bytes of hexadecimal pairs: set charset to hex")
        }
    }

    private static func allows(_ byte: UInt8, _ form: CredentialText.Form) -> Bool {
        switch form {
        case .card(let format):
            (0x30...0x39).contains(byte)
                || ([.twoHexadecimalFourHexadecimal, .fourHexadecimalFourHexadecimal].contains(format)
                    && byte == UInt8(ascii: ","))
        case .hexadecimalCard, .chipSerial: hexadecimalValue(of: byte) != nil
        case .idNumber:
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        case .qrToken, .detected: byte >= 0x20 && byte != 0x7F
        }
    }

    /// The check of a text, computed as it is sent; nil when the text has no whole pairs to compute it over.
    func checkValue(of text: [UInt8]) -> UInt8? {
        var bytes = text
        if checkForm == .hexadecimal {
            guard let pairs = [UInt8](hexadecimal: String(decoding: text, as: UTF8.self)) else { return nil }
            bytes = pairs
        }
        switch check {
        case .none: return nil
        case .xor: return bytes.reduce(0, ^)
        case .sum: return bytes.reduce(0, &+)
        }
    }
}
