import SiteModel
import Testing

@testable import PersonnelChanges

/// Of whom an officer is warned because of their age, and who is refused. Today is 2026-11-21 on site.
struct AgeTests {
    struct Row: Sendable, CustomTestStringConvertible {
        /// `19660101`
        let birth: String
        let maximum: Int?
        /// Part of the English warning; nil: none.
        let warning: String?

        var testDescription: String { "\(birth), maximum \(maximum.map(String.init) ?? "none")" }
    }

    private static let rows: [Row] = [
        Row(birth: "20101121", maximum: 60, warning: "is under 18"),
        Row(birth: "20081122", maximum: nil, warning: "is under 18"),
        Row(birth: "20081121", maximum: nil, warning: nil),
        Row(birth: "19651122", maximum: 60, warning: nil),
        Row(birth: "19651121", maximum: 60, warning: "is over 60"),
        Row(birth: "19300101", maximum: nil, warning: nil),
    ]

    private static func number(born birth: String) throws -> IDNumber {
        let first17 = try #require(UInt64("110101\(birth)101"))
        let check = UnicodeScalar(IDNumber.checkCharacter(ofFirst17: first17))
        return try IDNumber(reading: "\(first17)\(check)")
    }

    @Test(arguments: rows)
    func whoeverJoinsIsWarnedOfByAge(row: Row) throws {
        let request = ChangeRequest(
            .join, workers: [try Self.number(born: row.birth).revealed], fields: [.name: "张三", .team: "木工班"],
            by: "测试")
        let plan = try ChangePlan(
            request, against: Invented.roster([]), site: SiteBook(), clock: Invented.clock(),
            calendar: SiteCalendar(now: Invented.noon, offsetMilliseconds: Invented.offset),
            ages: AgeLimits(maximumYears: row.maximum))
        #expect(plan.drafts.count == 1, "a warning refuses nobody")
        let warnings = plan.warnings.map(\.english)
        #expect(warnings.count == (row.warning == nil ? 0 : 1))
        if let warning = row.warning { #expect(warnings[0].contains(warning)) }
        #expect(plan.warnings.allSatisfy { $0.chinese.contains("周岁") && !$0.english.contains("周岁") })
    }

    @Test(arguments: rows)
    func soIsWhoeverIsImported(row: Row) throws {
        let number = try Self.number(born: row.birth)
        let text = "name,id_number,team\n张三,\(number.revealed),木工班\n"
        let terms = RosterTerms(
            calendar: SiteCalendar(now: Invented.noon, offsetMilliseconds: Invented.offset),
            isClockTrusted: true, ages: AgeLimits(maximumYears: row.maximum), source: "import roster.csv")
        let diff = RosterDiff(of: RosterFile(Array(text.utf8)), against: Invented.roster([]), terms: terms)
        #expect(diff.errors.isEmpty && diff.changes.count == 1)
        let warnings = diff.warnings.listed.map(\.message)
        #expect(warnings.count == (row.warning == nil ? 0 : 1))
        if let warning = row.warning {
            #expect(warnings[0].contains(warning) && warnings[0].contains("周岁"))
            #expect(!warnings[0].contains(row.birth), "nothing of the person")
        }
        // Who is known is not warned of at every import.
        let roster = Invented.applying(diff, to: Invented.roster([]))
        let again = RosterDiff(of: RosterFile(Array(text.utf8)), against: roster, terms: terms)
        #expect(again.warnings.isEmpty && again.changes.isEmpty)
    }

    @Test func nobodyBelowTheMinimumJoins() throws {
        let request = ChangeRequest(
            .join, workers: [try Self.number(born: "20101122").revealed],
            fields: [.name: "张三", .team: "木工班"], by: "测试")
        #expect(throws: PersonnelError.self) {
            try ChangePlan(
                request, against: Invented.roster([]), site: SiteBook(), clock: Invented.clock(),
                calendar: SiteCalendar(now: Invented.noon, offsetMilliseconds: Invented.offset),
                ages: AgeLimits(maximumYears: 60))
        }
    }
}
