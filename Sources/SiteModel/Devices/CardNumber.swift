/// The number of a site card as one unsigned integer, canonical whatever the reader prints.
///
/// Two cards are the same when both value and bit length agree: a 24-bit number is what a short form has left
/// of a longer card, not the card itself.
public struct CardNumber: Sendable, Hashable {
    /// Below 2^bitLength.
    public let value: UInt64
    /// How many bits the reader really told: 24, 26 (Wiegand payload 24), 32 and 40 are the usual ones; 1 to
    /// 56.
    public let bitLength: Int

    public init?(value: UInt64, bitLength: Int) {
        guard (1...56).contains(bitLength), value < 1 << UInt64(bitLength) else { return nil }
        self.value = value
        self.bitLength = bitLength
    }

    /// Bit length above the value, so that equal numbers of different length differ. Never zero.
    public var packed: UInt64 { UInt64(bitLength) << 56 | value }

    public init?(packed: UInt64) {
        self.init(value: packed & (1 << 56 - 1), bitLength: Int(packed >> 56))
    }
}

/// How a card number is printed on the card or typed by a reader.
///
/// Source: reader vendors' format sheets, collected in `hardware/README.md`. Example: EM card `0102FAF49A`.
public enum CardNumberFormat: String, Sendable, CaseIterable {
    /// All five bytes as ten hexadecimal digits: `0102FAF49A`.
    case tenHexadecimal = "10H"
    /// All five bytes as twelve decimal digits, thirteen where they need them: `004344968346`. Some sheets
    /// call it 10H13D and print thirteen always.
    case tenHexadecimalTwelveDecimal = "10H12D"
    /// Low four bytes as ten decimal digits: `0050001050`.
    case eightHexadecimalTenDecimal = "8H10D"
    /// Low four bytes as two times five digits: `00762,62618`, with or without the comma. Without it nothing
    /// tells it from `8H10D`, which is another card: whoever guesses a form takes the comma only.
    case fourHexadecimalFourHexadecimal = "4H4H"
    /// Low three bytes as eight decimal digits: `16446618`.
    case sixHexadecimalEightDecimal = "6H8D"
    /// Third byte as three digits, low two bytes as five digits, Wiegand 26 style: `250,62618`, with or
    /// without the comma.
    case twoHexadecimalFourHexadecimal = "2H4H"

    /// The bits a number of this format carries.
    public var bitLength: Int {
        switch self {
        case .tenHexadecimal, .tenHexadecimalTwelveDecimal: 40
        case .eightHexadecimalTenDecimal, .fourHexadecimalFourHexadecimal: 32
        case .sixHexadecimalEightDecimal, .twoHexadecimalFourHexadecimal: 24
        }
    }

    /// The card as this format shows it: the low bits of a longer number.
    public func card(lowBitsOf value: UInt64) -> CardNumber? {
        CardNumber(value: value & (1 << UInt64(bitLength) - 1), bitLength: bitLength)
    }

    /// Reads a number printed in this format; nil when the text has another shape or is out of range.
    public func number(reading text: some StringProtocol) -> CardNumber? {
        let characters = Array(text.utf8)
        switch self {
        case .tenHexadecimal:
            guard characters.count == 10 else { return nil }
            var value: UInt64 = 0
            for character in characters {
                guard let digit = hexadecimalValue(of: character) else { return nil }
                value = value << 4 | UInt64(digit)
            }
            return CardNumber(value: value, bitLength: 40)
        case .tenHexadecimalTwelveDecimal: return decimal(characters, digitCounts: 12...13)
        case .eightHexadecimalTenDecimal: return decimal(characters, digitCounts: 10...10)
        case .fourHexadecimalFourHexadecimal: return halves(characters, highDigitCount: 5)
        case .sixHexadecimalEightDecimal: return decimal(characters, digitCounts: 8...8)
        case .twoHexadecimalFourHexadecimal: return halves(characters, highDigitCount: 3)
        }
    }

    /// Prints a card in this format; nil when the card has fewer bits than the format shows.
    public func text(of card: CardNumber) -> String? {
        guard card.bitLength >= bitLength else { return nil }
        let value = card.value & (1 << UInt64(bitLength) - 1)
        switch self {
        case .tenHexadecimal:
            let digits = String(value, radix: 16, uppercase: true)
            return String(repeating: "0", count: 10 - digits.count) + digits
        case .tenHexadecimalTwelveDecimal: return padded(Int64(value), 12)
        case .eightHexadecimalTenDecimal: return padded(Int64(value), 10)
        case .fourHexadecimalFourHexadecimal:
            return "\(padded(Int64(value >> 16), 5)),\(padded(Int64(value & 0xFFFF), 5))"
        case .sixHexadecimalEightDecimal: return padded(Int64(value), 8)
        case .twoHexadecimalFourHexadecimal:
            return "\(padded(Int64(value >> 16), 3)),\(padded(Int64(value & 0xFFFF), 5))"
        }
    }

    private func decimal(_ characters: [UInt8], digitCounts: ClosedRange<Int>) -> CardNumber? {
        guard digitCounts.contains(characters.count), let value = Self.value(characters[...]) else {
            return nil
        }
        return CardNumber(value: value, bitLength: bitLength)
    }

    /// The upper bits, a comma or none, the low 16 bits as five digits.
    private func halves(_ characters: [UInt8], highDigitCount: Int) -> CardNumber? {
        var digits = characters
        if digits.count == highDigitCount + 6, digits[highDigitCount] == UInt8(ascii: ",") {
            digits.remove(at: highDigitCount)
        }
        guard digits.count == highDigitCount + 5, let high = Self.value(digits[..<highDigitCount]),
            let low = Self.value(digits[highDigitCount...]), low <= 0xFFFF
        else { return nil }
        return CardNumber(value: high << 16 | low, bitLength: bitLength)
    }

    private static func value(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            value = value * 10 + UInt64(digit - 0x30)
        }
        return digits.isEmpty ? nil : value
    }
}
