import SiteModel
import Testing

@testable import PersonnelChanges

/// A crew by its name alone: whose it is.
struct CrewEmployerTests {
    private static let steel = Invented.worker(1, team: "钢筋班", employer: "甲劳务")

    private static func join(_ fields: [WorkerField: String]) -> ChangeRequest {
        ChangeRequest(
            .join, workers: [Invented.number(77).revealed],
            fields: fields.merging([.name: "李测试"]) { $1 }, by: "测试")
    }

    private static func team(_ request: ChangeRequest, _ workers: [ProjectWorker], named: [Team] = []) throws
        -> Team?
    {
        var site = SiteBook()
        for (number, team) in named.enumerated() {
            try site.apply(
                Invented.entry(
                    TeamProfile(team: team, enteredOn: Invented.date("2026-03-01")), .teamProfile,
                    Int64(number + 1)))
        }
        return try ChangePlan(
            request, against: Invented.roster(workers), site: site, clock: Invented.clock(),
            calendar: SiteCalendar(now: Invented.noon, offsetMilliseconds: Invented.offset),
            ages: AgeLimits()
        ).drafts.last.map { try PersonnelChange(encoded: $0.body).worker.team }
    }

    @Test func itIsTheOneOfThatName() throws {
        #expect(try Self.team(Self.join([.team: "钢筋班"]), [Self.steel]) == Self.steel.team)
        let move = ChangeRequest(
            .move, workers: [Invented.id(1).description], fields: [.team: "钢筋班"], by: "测试")
        let mover = Invented.worker(2, team: "木工班", employer: "乙劳务")
        #expect(try Self.team(move, [Self.steel, mover]) == Self.steel.team)
        let named = Team(name: "架子班", employer: "丙劳务")
        #expect(try Self.team(Self.join([.team: "架子班"]), [Self.steel], named: [named]) == named)
    }

    @Test func aNewOneIsOfTheCompanyThatIsSaid() throws {
        let said = Self.join([.team: "钢筋班", .employer: "乙劳务"])
        #expect(try Self.team(said, [Self.steel]) == Team(name: "钢筋班", employer: "乙劳务"))
        #expect(try Self.team(Self.join([.team: "新班"]), [Self.steel]) == Team(name: "新班", employer: ""))
    }

    @Test func ofSeveralTheOfficerSaysWhich() throws {
        let other = Invented.worker(2, team: "钢筋班", employer: "乙劳务")
        #expect(throws: PersonnelError.self) {
            try Self.team(Self.join([.team: "钢筋班"]), [Self.steel, other])
        }
    }
}
