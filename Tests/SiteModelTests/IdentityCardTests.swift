import SiteModel
import Testing

/// The card's own facts held against its number and the day.
struct IdentityCardTests {
    static func card(birth: String?, sex: Int?) throws -> IdentityCard {
        var card = IdentityCard(
            kind: .resident, idNumber: try IDNumber(reading: "110101190001010014"), name: "张三",
            nameCodeUnits: Array("张三".utf16))
        card.birthDate = birth.flatMap(CivilDate.init(iso8601:))
        card.sexCode = sex
        return card
    }

    @Test(
        arguments: [
            ("1900-01-01", 1, true), ("1900-01-02", 1, false), ("1900-01-01", 2, false), (nil, nil, true),
            ("1900-01-01", 0, true), ("1900-01-01", 9, true),
        ] as [(String?, Int?, Bool)])
    func fieldsAgreeWithTheNumber(birth: String?, sex: Int?, expected: Bool) throws {
        #expect(try Self.card(birth: birth, sex: sex).agreesWithItsNumber == expected)
    }

    @Test(arguments: [
        ("2020-01-01", false), ("2020-01-02", true), ("2040-01-02", true), ("2040-01-03", false),
    ])
    func validityIncludesBothDays(day: String, expected: Bool) throws {
        var card = try Self.card(birth: nil, sex: nil)
        card.validFrom = CivilDate(year: 2_020, month: 1, day: 2)
        card.expiry = .on(try #require(CivilDate(year: 2_040, month: 1, day: 2)))
        #expect(card.isValid(on: try #require(CivilDate(iso8601: day))) == expected)
    }

    @Test func printingIsMasked() throws {
        let card = try Self.card(birth: nil, sex: nil)
        #expect("\(card)" == "张* 110101********0014")
        #expect(String(reflecting: card) == "张* 110101********0014")
    }
}
