import Pinyin
import SiteModel

/// A search text, read once in all the ways it can be meant.
struct SearchQuery {
    /// For names and teams.
    let pattern: PinyinPattern?
    /// For the first character of names, of a text of one letter.
    let initial: PinyinPattern?
    let number: IDNumber?
    /// Upper-case end of an identity number, four to seventeen characters.
    let numberEnd: String?
    let cards: [CardPrint]
    let phone: PackedPhone?

    init(_ text: String) {
        pattern = PinyinPattern(text)
        initial = PinyinPattern(initial: text)
        let digits = CellText.digits(CellText.trimmed(text)).uppercased()
        // try?: whatever the reason, the text is no whole number.
        number = try? IDNumber(reading: digits)
        numberEnd = Self.isNumberEnd(digits) ? digits : nil
        cards = CardPrint.all(digits)
        phone = PackedPhone(part: digits)
    }

    var isEmpty: Bool {
        pattern == nil && initial == nil && number == nil && numberEnd == nil && cards.isEmpty && phone == nil
    }

    private static func isNumberEnd(_ text: String) -> Bool {
        guard (4...17).contains(text.utf8.count), let last = text.utf8.last else { return false }
        return text.utf8.dropLast().allSatisfy(Self.isDigit) && (isDigit(last) || last == UInt8(ascii: "X"))
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}

/// A card number as somebody reads it off a card: the low bits of the card's own number.
struct CardPrint: Sendable, Hashable {
    let value: UInt64
    /// The bits that the print shows.
    let mask: UInt64
    /// The card has at least so many bits.
    let bitLength: UInt64

    /// The ways to read a text as a card number.
    static func all(_ text: String) -> [CardPrint] {
        var prints = CardNumberFormat.allCases.compactMap { $0.number(reading: text) }
            .map {
                CardPrint(
                    value: $0.value, mask: 1 << UInt64($0.bitLength) - 1, bitLength: UInt64($0.bitLength))
            }
        if text.utf8.count >= 4, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let value = UInt64(text), CardNumber(value: value, bitLength: 56) != nil
        {
            // All bits of a card, whatever their count: `35bit` in a roster file.
            prints.append(CardPrint(value: value, mask: 1 << 56 - 1, bitLength: 1))
        }
        return prints.filter { $0.value != 0 }
    }

    /// - Parameter packed: `CardNumber.packed`, or 0 for no card.
    @inline(__always)
    func fits(_ packed: UInt64) -> Bool {
        packed & mask == value && packed >> 56 >= bitLength
    }
}

/// The digits of a phone number, four bits each: digit + 1, the last digit lowest, 0 where there is none.
/// Country code 86 and everything but digits is left out; of more than 16 digits the last 16 stay.
struct PackedPhone: Sendable, Hashable {
    let packed: UInt64

    var digitCount: Int { Self.digitCount(packed) }

    /// The phone of a worker; 0 when the text has no digits.
    init(_ text: String) {
        var digits = text.utf8.filter { (0x30...0x39).contains($0) }
        for prefix in ["0086", "86"] where digits.count == 11 + prefix.utf8.count {
            if digits.starts(with: prefix.utf8) { digits.removeFirst(prefix.utf8.count) }
        }
        packed = digits.suffix(16).reduce(0) { $0 << 4 | UInt64($1 - 0x2F) }
    }

    /// Part of a phone number that somebody types; nil for less than four digits, or for a text that is none.
    init?(part text: String) {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) || "+-() ".utf8.contains($0) }) else {
            return nil
        }
        let phone = PackedPhone(text.hasPrefix("+86") ? String(text.dropFirst(3)) : text)
        guard phone.digitCount >= 4 else { return nil }
        self = phone
    }

    /// Whether `other` begins or ends with these digits.
    @inline(__always)
    func fits(_ other: UInt64) -> Bool {
        let count = digitCount
        let otherCount = Self.digitCount(other)
        guard otherCount >= count else { return false }
        let shown: UInt64 = count == 16 ? .max : 1 << UInt64(count * 4) - 1
        return other & shown == packed || other >> UInt64((otherCount - count) * 4) == packed
    }

    @inline(__always)
    private static func digitCount(_ packed: UInt64) -> Int { (67 - packed.leadingZeroBitCount) / 4 }
}

/// The last four characters of an identity number in two bytes: three digits, then a digit or `X`. Never 0.
struct NumberEnd: Sendable, Hashable {
    let code: UInt16

    init(_ number: IDNumber) {
        if number.form == .foreigner2017 {
            code = Self.code(number.revealed.utf8.suffix(4))
        } else {
            let check = IDNumber.checkCharacter(ofFirst17: number.packed)
            code = Self.code(UInt16(number.packed % 1_000), check)
        }
    }

    /// - Parameter text: at least four characters; digits, the last one may be `X`.
    init(endOf text: String) {
        code = Self.code(text.utf8.suffix(4))
    }

    private static func code(_ characters: some BidirectionalCollection<UInt8>) -> UInt16 {
        let digits = characters.dropLast().reduce(UInt16(0)) { $0 * 10 + UInt16($1 - 0x30) }
        return code(digits, characters.last ?? 0x30)
    }

    private static func code(_ digits: UInt16, _ check: UInt8) -> UInt16 {
        digits * 11 + (check == UInt8(ascii: "X") ? 10 : UInt16(check - 0x30)) + 1
    }
}
