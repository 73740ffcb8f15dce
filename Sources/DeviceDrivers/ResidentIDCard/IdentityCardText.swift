import SiteModel

/// The 256 bytes of text on the chip of an identity document: UTF-16 little-endian, no byte order mark,
/// fields of fixed length padded with spaces.
///
/// The character at offset 248 tells the layout: `J`, `I` or `Y`; anything else is a resident ID card.
///
///     field          resident   J residence permit   I foreigner 2017   Y foreigner 2023
///     name             0/30       0/30               158/30               0/30
///     English name                                     0/120             52/70, 220/22
///     sex             30/2       30/2                120/2               30/2
///     ethnic group    32/4
///     renewals                                                           32/4
///     birth           36/16      36/16               220/16              36/16
///     address         52/70      52/70
///     number         122/36     122/36               122/30             122/36
///     authority      158/30     158/30               240/8
///     valid from     188/16     188/16               188/16             188/16
///     valid to       204/16     204/16               204/16             204/16
///     pass number               220/18
///     issues                    238/4
///     nationality                                    152/6              242/6
///     card version                                   236/4
///
/// (offset/bytes.) A field ends at its last character that is neither a space nor U+0000. Source: GA/T
/// machine-readable layouts of the four documents; type Y from one source.
struct IdentityCardText {
    static let byteCount = 256

    private let units: [UInt16]

    /// - Parameter bytes: exactly 256.
    /// - Returns: nil when the text holds U+FFFE or U+FFFF: a corrupt read.
    init?(_ bytes: [UInt8]) {
        precondition(bytes.count == Self.byteCount, "a card's text has 256 bytes")
        units = stride(from: 0, to: bytes.count, by: 2).map {
            UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8
        }
        guard !units.contains(where: { $0 >= 0xFFFE }) else { return nil }
    }

    /// Nil when a field holds an unpaired surrogate, or the number is none.
    func card(photo: [UInt8]) -> IdentityCard? {
        // An unpaired surrogate anywhere, reserved parts included, is a corrupt read.
        guard String(validating: units, as: UTF16.self) != nil else { return nil }
        return switch units[124] {
        case UInt16(UInt8(ascii: "I")): foreigner2017(photo)
        case UInt16(UInt8(ascii: "J")): resident(.residencePermit, photo)
        case UInt16(UInt8(ascii: "Y")): foreigner2023(photo)
        default: resident(.resident, photo)
        }
    }

    private func resident(_ kind: IdentityCard.Kind, _ photo: [UInt8]) -> IdentityCard? {
        guard var card = card(kind, nameAt: 0, numberByteCount: 36, sexAt: 30, birthAt: 36) else {
            return nil
        }
        card.photo = photo
        card.address = field(52, 70)
        card.authority = field(158, 30)
        if kind == .resident {
            card.ethnicGroupCode = field(32, 4)
        } else {
            card.passNumber = field(220, 18)
            card.issueText = field(238, 4)
        }
        return card
    }

    private func foreigner2017(_ photo: [UInt8]) -> IdentityCard? {
        guard var card = card(.foreigner2017, nameAt: 158, numberByteCount: 30, sexAt: 120, birthAt: 220)
        else { return nil }
        card.photo = photo
        card.englishName = field(0, 120)
        card.nationality = field(152, 6)
        card.issueText = field(236, 4)
        card.authority = field(240, 8)
        return card
    }

    private func foreigner2023(_ photo: [UInt8]) -> IdentityCard? {
        guard var card = card(.foreigner2023, nameAt: 0, numberByteCount: 36, sexAt: 30, birthAt: 36) else {
            return nil
        }
        card.photo = photo
        card.issueText = field(32, 4)
        card.englishName = string(units[26..<61] + units[110..<121])
        card.nationality = field(242, 6)
        return card
    }

    /// What all four have, some of it at different places.
    private func card(
        _ kind: IdentityCard.Kind, nameAt: Int, numberByteCount: Int, sexAt: Int, birthAt: Int
    ) -> IdentityCard? {
        let text = field(122, numberByteCount)
        // A 15-digit number would be upgraded; no chip carries one. try?: whatever is wrong, it is no number.
        guard text.utf8.count == (kind == .foreigner2017 ? 15 : 18),
            let number = try? IDNumber(reading: text),
            (kind == .foreigner2017) == (number.form == .foreigner2017)
        else { return nil }
        let name = trimmed(units[(nameAt / 2)..<(nameAt / 2 + 15)])
        var card = IdentityCard(
            kind: kind, idNumber: number, name: String(decoding: name, as: UTF16.self),
            nameCodeUnits: Array(name))
        card.sexCode = Int(field(sexAt, 2)).flatMap { [0, 1, 2, 9].contains($0) ? $0 : nil }
        card.birthDate = date(birthAt)
        card.validFrom = date(188)
        card.expiry = field(204, 16) == "长期" ? .never : date(204).map { .on($0) } ?? .unreadable
        return card
    }

    private func field(_ byteOffset: Int, _ byteCount: Int) -> String {
        string(units[(byteOffset / 2)..<((byteOffset + byteCount) / 2)])
    }

    private func string(_ units: ArraySlice<UInt16>) -> String {
        String(decoding: trimmed(units), as: UTF16.self)
    }

    private func trimmed(_ units: ArraySlice<UInt16>) -> ArraySlice<UInt16> {
        guard let last = units.lastIndex(where: { $0 != 0x20 && $0 != 0 }) else { return [] }
        return units[units.startIndex...last]
    }

    /// `yyyyMMdd`; nil for anything else or a day that does not exist.
    private func date(_ byteOffset: Int) -> CivilDate? {
        var number = 0
        for unit in units[(byteOffset / 2)..<(byteOffset / 2 + 8)] {
            guard (0x30...0x39).contains(unit) else { return nil }
            number = number * 10 + Int(unit - 0x30)
        }
        return CivilDate(year: number / 10_000, month: number / 100 % 100, day: number % 100)
    }
}
