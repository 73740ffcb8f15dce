import SiteModel
import Testing

/// GB 11643 numbers and their relatives, by the worked numbers of the collected description.
struct IDNumberTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let says: String
        let text: String
        let revealed: String
        let form: IDNumber.Form
        let birth: String
        var isMale: Bool?
        var testDescription: String { says }
    }

    static let rows = [
        Row(
            says: "check digit 4", text: "110101190001010014", revealed: "110101190001010014",
            form: .resident,
            birth: "1900-01-01", isMale: true),
        Row(
            says: "check character X", text: "11010119000101009X", revealed: "11010119000101009X",
            form: .resident, birth: "1900-01-01", isMale: true),
        Row(
            says: "check digit 0", text: "110101190001010030", revealed: "110101190001010030",
            form: .resident,
            birth: "1900-01-01", isMale: true),
        Row(
            says: "the standard's example", text: "11010519491231002X", revealed: "11010519491231002X",
            form: .resident, birth: "1949-12-31", isMale: false),
        Row(
            says: "residence permit", text: "810000190002280028", revealed: "810000190002280028",
            form: .residencePermit, birth: "1900-02-28", isMale: false),
        Row(
            says: "foreigner, 2023 form", text: "911840190001010017", revealed: "911840190001010017",
            form: .foreigner, birth: "1900-01-01", isMale: true),
        Row(
            says: "foreigner, published test value", text: "932682198501010017",
            revealed: "932682198501010017",
            form: .foreigner, birth: "1985-01-01", isMale: true),
        Row(
            says: "15 digits", text: "110101000101001", revealed: "110101190001010014", form: .resident,
            birth: "1900-01-01", isMale: true),
        Row(
            says: "small x", text: "11010119000101009x", revealed: "11010119000101009X", form: .resident,
            birth: "1900-01-01", isMale: true),
        Row(
            says: "full-width digits and x", text: "１１０１０１１９０００１０１００９ｘ", revealed: "11010119000101009X",
            form: .resident, birth: "1900-01-01", isMale: true),
        Row(
            says: "spaces of four kinds", text: " 110101\u{3000}1900\u{A0}0101\t0014 ",
            revealed: "110101190001010014", form: .resident, birth: "1900-01-01", isMale: true),
        Row(
            says: "foreigner, 2017 form", text: "ABC110085010112", revealed: "ABC110085010112",
            form: .foreigner2017, birth: "1985-01-01"),
        Row(
            says: "foreigner, 2017 form, small letters", text: "zzz110019123112", revealed: "ZZZ110019123112",
            form: .foreigner2017, birth: "2019-12-31"),
        Row(
            says: "all letters A", text: "AAA000000010100", revealed: "AAA000000010100", form: .foreigner2017,
            birth: "2000-01-01"),
    ]

    @Test(arguments: rows)
    func aNumberIsReadAndPrinted(row: Row) throws {
        let number = try IDNumber(reading: row.text)
        #expect(number.revealed == row.revealed)
        #expect(number.form == row.form)
        #expect(number.birthDate?.description == row.birth)
        #expect(number.isMale == row.isMale)
        #expect(number.packed != 0)
        #expect(IDNumber(packed: number.packed) == number)
        #expect(try IDNumber(reading: number.revealed) == number)
    }

    /// Weighted sums of the description: sum modulo 11 picks the character.
    @Test(arguments: [
        ("11010119000101001", "4"), ("11010119000101009", "X"), ("11010119000101003", "0"),
        ("11010519491231002", "X"), ("81000019000228002", "8"), ("91184019000101001", "7"),
    ])
    func checkCharacters(first17: String, check: String) throws {
        let digits = try #require(UInt64(first17))
        #expect(IDNumber.checkCharacter(ofFirst17: digits) == Array(check.utf8)[0])
    }

    @Test(arguments: [
        ("", IDNumberError.wrongLength(0)), ("11010119000101001", .wrongLength(17)),
        ("1101011900010100144", .wrongLength(19)), ("11010119000101001A", .wrongCharacter(position: 18)),
        ("1101011900010100O4", .wrongCharacter(position: 17)),
        ("A10101190001010014", .wrongCharacter(position: 1)),
        ("110101190001010015", .wrongCheckCharacter), ("110101190001010041", .wrongCheckCharacter),
        ("101190001010014", .unknownRegion), ("160101190001010013", .unknownRegion),
        ("AB1110085010112", .wrongCharacter(position: 3)), ("ABC11008501011X", .wrongCharacter(position: 15)),
        ("ABC110085130112", .impossibleBirthDate), ("110101000230001", .impossibleBirthDate),
        ("110101张三01010014", .wrongLength(16)), ("110101张三0001010014", .wrongCharacter(position: 7)),
    ])
    func whatIsWrongIsNamed(text: String, error: IDNumberError) {
        #expect(throws: error) { try IDNumber(reading: text) }
    }

    /// Region and date are checked for every value, with a right check character.
    @Test func everyRegionIsKnownOrNot() throws {
        let known =
            Set(11...15).union(21...23).union(31...37).union(41...46).union(50...54).union(61...65)
            .union([71, 81, 82, 83]).union(90...99)
        for region in 0...99 {
            let first17 = UInt64(region) * 1_000_000_000_000_000 + 101_190_001_01_001
            let text = Self.withCheck(first17)
            #expect(((try? IDNumber(reading: text)) != nil) == known.contains(region), "region \(region)")
        }
    }

    /// Any single wrong character of any kind, and any exchange of neighbours, is found: GB 11643's promise.
    @Test func oneWrongCharacterIsAlwaysFound() throws {
        let good = Array("110101198507230417".prefix(17).utf8)
        let text = Array(Self.withCheck(UInt64(String(decoding: good, as: UTF8.self)) ?? 0).utf8)
        _ = try IDNumber(reading: String(decoding: text, as: UTF8.self))
        for index in 0..<18 {
            for digit in UInt8(0x30)...0x39 where digit != text[index] {
                var wrong = text
                wrong[index] = digit
                #expect((try? IDNumber(reading: String(decoding: wrong, as: UTF8.self))) == nil)
            }
            guard index < 17, text[index] != text[index + 1] else { continue }
            var wrong = text
            wrong.swapAt(index, index + 1)
            #expect((try? IDNumber(reading: String(decoding: wrong, as: UTF8.self))) == nil)
        }
    }

    @Test(arguments: [UInt64(0), 1, 99_999_999_999_999_999, 1 << 60, .max, 11_010_119_000_230_001])
    func aPackedValueThatIsNoNumberIsRefused(packed: UInt64) {
        #expect(IDNumber(packed: packed) == nil)
    }

    @Test(arguments: [
        ("110101190001010014", "110101********0014"), ("ABC110085010112", "ABC********0112"),
        ("11010119000101009X", "110101********009X"),
    ])
    func printingIsMasked(text: String, masked: String) throws {
        let number = try IDNumber(reading: text)
        #expect(number.masked == masked)
        #expect("\(number)" == masked)
        #expect(String(reflecting: number) == masked)
        #expect("\(Credential.idNumber(number))" == "id \(text.prefix(2))***")
    }

    static func withCheck(_ first17: UInt64) -> String {
        let digits = String(first17)
        return String(repeating: "0", count: 17 - digits.count) + digits
            + String(UnicodeScalar(IDNumber.checkCharacter(ofFirst17: first17)))
    }
}

/// Printed forms of card numbers.
struct CardNumberTests {
    /// The card 0102FAF49A in every form, and the vendor's example 00D507D0.
    @Test(arguments: [
        (CardNumberFormat.tenHexadecimal, "0102FAF49A", UInt64(0x01_02FA_F49A)),
        (.eightHexadecimalTenDecimal, "0050001050", 0x02FA_F49A),
        (.sixHexadecimalEightDecimal, "16446618", 0xFA_F49A),
        (.twoHexadecimalFourHexadecimal, "250,62618", 0xFA_F49A),
        (.eightHexadecimalTenDecimal, "0013961168", 0x00D5_07D0),
        (.twoHexadecimalFourHexadecimal, "213,02000", 0xD5_07D0),
        (.tenHexadecimal, "0000000000", 0), (.tenHexadecimal, "FFFFFFFFFF", 0xFF_FFFF_FFFF),
        (.eightHexadecimalTenDecimal, "4294967295", 0xFFFF_FFFF),
        (.sixHexadecimalEightDecimal, "16777215", 0xFF_FFFF),
        (.twoHexadecimalFourHexadecimal, "255,65535", 0xFF_FFFF),
        (.tenHexadecimalTwelveDecimal, "004344968346", 0x01_02FA_F49A),
        (.tenHexadecimalTwelveDecimal, "999999999999", 999_999_999_999),
        (.tenHexadecimalTwelveDecimal, "1000000000000", 1_000_000_000_000),
        (.tenHexadecimalTwelveDecimal, "1099511627775", 0xFF_FFFF_FFFF),
        (.fourHexadecimalFourHexadecimal, "00762,62618", 0x02FA_F49A),
        (.fourHexadecimalFourHexadecimal, "00213,02000", 0x00D5_07D0),
        (.fourHexadecimalFourHexadecimal, "65535,65535", 0xFFFF_FFFF),
    ])
    func everyFormReadsAndPrints(format: CardNumberFormat, text: String, value: UInt64) throws {
        let card = try #require(CardNumber(value: value, bitLength: format.bitLength))
        #expect(format.number(reading: text) == card)
        #expect(format.text(of: card) == text)
        #expect(CardNumber(packed: card.packed) == card)
        #expect(card.packed != 0)
    }

    /// One card: the longer form gives the shorter ones, never the reverse.
    @Test func aLongCardPrintsInEveryForm() throws {
        let card = try #require(CardNumber(value: 0x01_02FA_F49A, bitLength: 40))
        #expect(
            CardNumberFormat.allCases.map { $0.text(of: card) } == [
                "0102FAF49A", "004344968346", "0050001050", "00762,62618", "16446618", "250,62618",
            ])
        let short = try #require(CardNumber(value: 0xFA_F49A, bitLength: 24))
        #expect(
            CardNumberFormat.allCases.map { $0.text(of: short) }
                == [nil, nil, nil, nil, "16446618", "250,62618"])
    }

    /// One card in two forms is one card; the same digits in two forms are two.
    @Test func formsOfOneLengthAgreeAndTheirDigitsDoNot() {
        func card(_ format: CardNumberFormat, _ text: String) -> CardNumber? { format.number(reading: text) }
        #expect(
            card(.tenHexadecimal, "0102FAF49A") == card(.tenHexadecimalTwelveDecimal, "004344968346"))
        #expect(
            card(.tenHexadecimalTwelveDecimal, "0004344968346")
                == card(.tenHexadecimalTwelveDecimal, "004344968346"), "10H13D")
        #expect(
            card(.eightHexadecimalTenDecimal, "0050001050")
                == card(.fourHexadecimalFourHexadecimal, "00762,62618"))
        #expect(
            card(.fourHexadecimalFourHexadecimal, "0076262618")
                == card(.fourHexadecimalFourHexadecimal, "00762,62618"))
        let asOne = card(.eightHexadecimalTenDecimal, "0076262618")
        #expect(asOne != nil && asOne != card(.fourHexadecimalFourHexadecimal, "0076262618"))
    }

    @Test(arguments: [
        (CardNumberFormat.tenHexadecimal, "102FAF49A"), (.tenHexadecimal, "0102FAF49G"),
        (.tenHexadecimal, "+102FAF49A"),
        (.tenHexadecimal, "-102FAF49A"), (.eightHexadecimalTenDecimal, "4294967296"),
        (.eightHexadecimalTenDecimal, "+050001050"), (.eightHexadecimalTenDecimal, "50001050"),
        (.eightHexadecimalTenDecimal, "００５０００１０５０"), (.sixHexadecimalEightDecimal, "16777216"),
        (.twoHexadecimalFourHexadecimal, "256,00000"), (.twoHexadecimalFourHexadecimal, "255,65536"),
        (.twoHexadecimalFourHexadecimal, "25,062618"), (.twoHexadecimalFourHexadecimal, "250,6261"),
        (.twoHexadecimalFourHexadecimal, ",25062618"), (.twoHexadecimalFourHexadecimal, "250,,62618"),
        (.eightHexadecimalTenDecimal, ""), (.tenHexadecimalTwelveDecimal, "1099511627776"),
        (.tenHexadecimalTwelveDecimal, "04344968346"), (.tenHexadecimalTwelveDecimal, "00004344968346"),
        (.fourHexadecimalFourHexadecimal, "65536,00000"), (.fourHexadecimalFourHexadecimal, "00762,65536"),
        (.fourHexadecimalFourHexadecimal, "0762,62618"), (.fourHexadecimalFourHexadecimal, "007626,2618"),
        (.fourHexadecimalFourHexadecimal, "00762,2618"), (.twoHexadecimalFourHexadecimal, "00762,62618"),
    ])
    func anotherShapeIsRefused(format: CardNumberFormat, text: String) {
        #expect(format.number(reading: text) == nil)
    }

    @Test func lengthAndValueTellCardsApart() throws {
        let short = try #require(CardNumber(value: 5, bitLength: 24))
        let long = try #require(CardNumber(value: 5, bitLength: 32))
        #expect(short != long && short.packed != long.packed)
        #expect(CardNumber(value: 1 << 24, bitLength: 24) == nil)
        #expect(CardNumber(value: 0, bitLength: 0) == nil)
        #expect(CardNumber(value: 0, bitLength: 57) == nil)
        #expect("\(Credential.cardNumber(long))" == "card ***05")
    }
}
