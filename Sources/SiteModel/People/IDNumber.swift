/// The number of an identity document, packed into eight bytes: resident ID card, residence permit,
/// foreigner's permanent residence card.
///
/// - 18-digit forms (GB 11643): the first 17 digits as a decimal number, below 10^17 < 2^57. The check
///   character is derived, not stored.
/// - 15-character form of the 2017 foreigner's card (3 letters + 12 digits): the letters in base 26, then the
///   digits, with bit 60 set.
///
/// Zero is never a valid number, so tables may use it as "empty". Printing is masked; the full text only by
/// `revealed`.
/// Source: GB 11643-1999; the card layouts of GA/T for types J, I, Y.
public struct IDNumber: Sendable, Hashable {
    /// The packed value described above. Personal data: it goes into no log, no message, no clear view.
    public let packed: UInt64

    /// What the number says about the kind of document.
    public enum Form: Sendable, Hashable {
        /// 公民身份号码: region 11 to 71.
        case resident
        /// 港澳台居民居住证: region 81, 82, 83.
        case residencePermit
        /// 外国人永久居留身份证, 2023 edition: 18 digits, leading 9.
        case foreigner
        /// 外国人永久居留身份证, 2017 edition: 3 letters, 12 digits.
        case foreigner2017
    }

    /// Takes a stored value back; nil when it does not unpack to a valid number.
    public init?(packed: UInt64) {
        let candidate = IDNumber(unchecked: packed)
        guard packed & Self.lettersBit != 0 || packed < 100_000_000_000_000_000,
            // try?: whatever the reason, it is not a number.
            (try? IDNumber(reading: candidate.revealed)) == candidate
        else { return nil }
        self = candidate
    }

    init(unchecked packed: UInt64) {
        self.packed = packed
    }

    public var form: Form {
        if packed & Self.lettersBit != 0 { return .foreigner2017 }
        switch packed / 1_000_000_000_000_000 {
        case 81, 82, 83: return .residencePermit
        case 90...99: return .foreigner
        default: return .resident
        }
    }

    /// The full number as printed on the document, with upper-case `X`. Personal data.
    public var revealed: String {
        guard packed & Self.lettersBit != 0 else {
            let digits = padded(Int64(packed), 17)
            return digits + String(UnicodeScalar(Self.checkCharacter(ofFirst17: packed)))
        }
        let value = packed & ~Self.lettersBit
        var letters: [UInt8] = []
        var rest = value / 1_000_000_000_000
        for _ in 0..<3 {
            letters.insert(UInt8(ascii: "A") + UInt8(rest % 26), at: 0)
            rest /= 26
        }
        return String(decoding: letters, as: UTF8.self) + padded(Int64(value % 1_000_000_000_000), 12)
    }

    /// `110101********0014`: region and the last four characters. The 15-character form shows
    /// `ABC********0014` alike.
    public var masked: String {
        let text = revealed
        let head = form == .foreigner2017 ? 3 : 6
        return text.prefix(head) + String(repeating: "*", count: text.count - head - 4) + text.suffix(4)
    }

    /// Digits 7 to 14 as a date; digits 8 to 13 (two-digit year) of the 2017 foreigner's form. Nil only for
    /// numbers made by hand.
    public var birthDate: CivilDate? {
        guard packed & Self.lettersBit == 0 else { return birthDateOf2017Form }
        let value = packed / 1_000
        let number = Int(value % 100_000_000)
        return CivilDate(year: number / 10_000, month: number / 100 % 100, day: number % 100)
    }

    /// Two-digit years: the card is for adults and children alike; a year above the card's first edition
    /// (2004) is of the last century.
    private var birthDateOf2017Form: CivilDate? {
        let number = Int((packed & ~Self.lettersBit) % 1_000_000_000_000 / 100 % 1_000_000)
        let year = number / 10_000
        return CivilDate(
            year: year > 30 ? 1_900 + year : 2_000 + year, month: number / 100 % 100, day: number % 100)
    }

    /// Digit 17: odd is male (GB 11643). Nil for the 15-character form, which does not say.
    public var isMale: Bool? {
        packed & Self.lettersBit != 0 ? nil : packed % 2 == 1
    }

    /// First two digits, the province of first registration; nil for the 15-character form.
    public var provinceCode: Int? {
        packed & Self.lettersBit != 0 ? nil : Int(packed / 1_000_000_000_000_000)
    }

    static let lettersBit: UInt64 = 1 << 60
    /// Every packed number is below it.
    static let packedLimit: UInt64 = 1 << 61

    /// GB 11643: weighted sum of the 17 digits modulo 11, as an ASCII character `0`-`9` or `X`.
    public static func checkCharacter(ofFirst17 digits: UInt64) -> UInt8 {
        var rest = digits
        var sum: UInt64 = 0
        for weight in weights.reversed() {
            sum += rest % 10 * weight
            rest /= 10
        }
        return checkCharacters[Int(sum % 11)]
    }

    private static let weights: [UInt64] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    private static let checkCharacters = Array("10X98765432".utf8)
}

extension IDNumber: CustomStringConvertible, CustomDebugStringConvertible {
    public var description: String { masked }
    public var debugDescription: String { masked }
}
