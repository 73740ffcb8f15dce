import SiteModel
import Testing

/// What may be printed on a card that was read.
struct CardFormsTests {
    private static func texts(_ value: UInt64, _ bits: Int) throws -> [String: String] {
        let forms = CardForms(try #require(CardNumber(value: value, bitLength: bits))).forms
        return [String: String](uniqueKeysWithValues: forms.map { ($0.name, $0.text) })
    }

    /// The example of `CardNumberFormat`: EM card 0102FAF49A.
    @Test func aWholeCardHasEveryForm() throws {
        let texts = try Self.texts(0x01_02FA_F49A, 40)
        #expect(
            texts == [
                "10H": "0102FAF49A", "8H10D": "0050001050", "6H8D": "16446618", "2H4H": "250,62618",
                "10H12D": "004344968346", "4H4H": "00762,62618", "10H12D_reversed": "665534988801",
                "4H4H_reversed": "62714,00513",
                "wiegand26": "250/62618", "wiegand34": "762/62618", "10H_reversed": "9AF4FA0201",
                "8H10D_reversed": "4110025217", "6H8D_reversed": "16384513", "2H4H_reversed": "250,00513",
                "wiegand26_reversed": "250/513", "wiegand34_reversed": "62714/513",
            ])
    }

    @Test func aShortReadHasShortFormsOnly() throws {
        #expect(
            try Self.texts(0xFA_F49A, 24).keys.sorted() == [
                "2H4H", "2H4H_reversed", "6H8D", "6H8D_reversed", "wiegand26", "wiegand26_reversed",
            ])
        #expect(try Self.texts(0x2_FAF4_9A01, 35)["10H_reversed"] == nil, "no whole bytes to turn round")
    }

    @Test func cardsCollideByTheirLowBits() throws {
        let card = try #require(CardNumber(value: 0x02FA_F49A, bitLength: 32))
        for (value, bits, expected) in [
            (UInt64(0x02FA_F49A), 32, false), (0xFA_F49A, 24, true), (0x03FA_F49A, 32, true),
            (0x02FA_F49B, 32, false),
        ] {
            let other = try #require(CardNumber(value: value, bitLength: bits))
            #expect(CardForms.collide(card, other) == expected && CardForms.collide(other, card) == expected)
        }
    }
}
