/// Why a text is not an identity number. No case carries the text: it is personal data.
public enum IDNumberError: Error, Equatable, Sendable {
    /// Not 15 or 18 characters after normalisation; carries the count.
    case wrongLength(Int)
    /// A character that has no place there; carries its 1-based position after normalisation.
    case wrongCharacter(position: Int)
    /// The check character does not fit the 17 digits: a typing or reading error.
    case wrongCheckCharacter
    /// The first two digits are no province, region or foreigner's code.
    case unknownRegion
    /// Digits 7 to 14 are not a day of the calendar.
    case impossibleBirthDate
}

extension IDNumber {
    /// Reads a typed, printed or transmitted number.
    ///
    /// Normalisation: spaces (also full-width and no-break) are dropped, full-width digits and letters become
    /// ASCII, letters become upper case.
    /// A 15-digit number (issued before 2000) is upgraded: `19` after digit 6, check character appended.
    /// The four digits of city and district are not checked: districts are renamed, the number is not.
    public init(reading text: some StringProtocol) throws(IDNumberError) {
        let characters = Self.normalised(text)
        switch characters.count {
        case 18: try self.init(eighteen: characters)
        case 15 where characters[0] >= UInt8(ascii: "A"): try self.init(foreigner2017: characters)
        case 15:
            let upgraded = characters[0..<6] + Array("19".utf8) + characters[6...]
            let first17 = try Self.digits(Array(upgraded))
            try self.init(eighteen: upgraded + [Self.checkCharacter(ofFirst17: first17)])
        default: throw .wrongLength(characters.count)
        }
    }

    /// ASCII upper case without spaces. A character that is neither becomes `?`, which every later check
    /// refuses.
    private static func normalised(_ text: some StringProtocol) -> [UInt8] {
        var characters: [UInt8] = []
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x20, 0x09, 0xA0, 0x3000: continue
            case 0xFF10...0xFF19, 0xFF21...0xFF3A, 0xFF41...0xFF5A:
                characters.append(upperCase(UInt8(scalar.value - 0xFEE0)))
            case 0x21...0x7E: characters.append(upperCase(UInt8(scalar.value)))
            default: characters.append(UInt8(ascii: "?"))
            }
            if characters.count > 64 { break }
        }
        return characters
    }

    private static func upperCase(_ character: UInt8) -> UInt8 {
        (0x61...0x7A).contains(character) ? character - 0x20 : character
    }

    private static func digits(_ characters: [UInt8], from start: Int = 0) throws(IDNumberError) -> UInt64 {
        var value: UInt64 = 0
        for (index, character) in characters.enumerated() {
            guard (0x30...0x39).contains(character) else {
                throw .wrongCharacter(position: start + index + 1)
            }
            value = value * 10 + UInt64(character - 0x30)
        }
        return value
    }

    private init(eighteen characters: some RandomAccessCollection<UInt8>) throws(IDNumberError) {
        let characters = Array(characters)
        let first17 = try Self.digits(Array(characters[0..<17]))
        let check = characters[17]
        guard (0x30...0x39).contains(check) || check == UInt8(ascii: "X") else {
            throw .wrongCharacter(position: 18)
        }
        guard check == Self.checkCharacter(ofFirst17: first17) else { throw .wrongCheckCharacter }
        let number = IDNumber(unchecked: first17)
        guard let province = number.provinceCode, Self.isKnownRegion(province) else {
            throw .unknownRegion
        }
        guard number.birthDate != nil else { throw .impossibleBirthDate }
        self = number
    }

    /// The check digit of this form has one source only, so it is not verified (a warning is the caller's
    /// business).
    private init(foreigner2017 characters: [UInt8]) throws(IDNumberError) {
        var letters: UInt64 = 0
        for (index, character) in characters[0..<3].enumerated() {
            guard (0x41...0x5A).contains(character) else { throw .wrongCharacter(position: index + 1) }
            letters = letters * 26 + UInt64(character - 0x41)
        }
        let digits = try Self.digits(Array(characters[3...]), from: 3)
        let number = IDNumber(unchecked: Self.lettersBit | (letters * 1_000_000_000_000 + digits))
        guard number.birthDate != nil else { throw .impossibleBirthDate }
        self = number
    }

    private static func isKnownRegion(_ code: Int) -> Bool {
        CodeTables.provinces[code] != nil || code == 83 || code / 10 == 9
    }
}
