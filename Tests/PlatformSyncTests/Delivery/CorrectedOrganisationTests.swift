import AttendanceLedger
import SandboxPlatform
import SiteModel
import Testing

@testable import PlatformSync

/// Companies and teams that are put right after the platform took them.
@Suite(.serialized, .timeLimit(.minutes(5))) struct CorrectedOrganisationTests {
    private static let team = Team(name: "木工二班", employer: DeliverySite.employer)

    @Test("what was corrected is told, with the leader, in both dialects", arguments: SandboxDialect.allCases)
    func whatWasCorrectedIsTold(dialect: SandboxDialect) async throws {
        let (site, worker) = try await Self.site()
        try await site.pass(worker)
        try await withSandbox(in: site.path) {
            $0.dialect = dialect
        } _: { port in
            let view = SandboxView(port: port)
            _ = try await deliver(site, try site.platform(port: port, dialect: dialect.rawValue)) {
                $0.confirmed == 1
            }
            #expect(try await view.rows("companies").first?["corpType"] as? String == "009")
            try await Self.correct(site, type: "006", leader: worker)
            _ = try await deliver(site, try site.platform(port: port, dialect: dialect.rawValue)) { _ in
                let company = try await view.rows("companies").first?["corpType"] as? String
                let leader = try await view.rows("teams").first?["responsiblePersonName"] as? String
                return company == "006" && leader == "测试1"
            }
            #expect(try await view.rows("companies").count == 1)
            #expect(try await view.rows("teams").count == 1)
        }
    }

    /// Under another code it is another company at the platform; its team goes with it.
    @Test func aCompanyWithAnotherCodeIsAnotherOne() async throws {
        let (site, worker) = try await Self.site()
        try await site.pass(worker)
        try await withSandbox(in: site.path) { port in
            let view = SandboxView(port: port)
            _ = try await deliver(site, try site.platform(port: port)) { $0.confirmed == 1 }
            try await Self.correct(site, code: "91650000TEST00002X", type: "009")
            _ = try await deliver(site, try site.platform(port: port)) { _ in
                try await view.rows("companies").count == 2
            }
            #expect(try await view.rows("companies").last?["corpCode"] as? String == "91650000TEST00002X")
        }
    }

    /// A correction that the platform refuses is shown; nobody's passes wait for it.
    @Test func aCorrectionThatIsRefusedHoldsNobodyUp() async throws {
        let (site, worker) = try await Self.site()
        try await site.pass(worker)
        let platform = OddPlatform(other: { submission in
            guard case .team(let team) = submission, team.number != nil else { return nil }
            return .refused(PlatformRefusal(code: "-1", words: "not now", cause: .record))
        })
        _ = try await deliver(site, platform) { $0.confirmed == 1 }
        try await Self.correct(site, type: "009", leader: worker)
        try await site.pass(worker)
        let status = try await deliver(site, platform) { $0.confirmed == 2 && $0.refusedUnits.count == 1 }
        #expect(status.refusedUnits.first?.team == "木工二班" && status.held == 0)
    }

    /// Neither a restart nor a lost file tells again what was told.
    @Test(arguments: [false, true]) func whatWasToldIsNotToldAgain(isFileLost: Bool) async throws {
        let (site, worker) = try await Self.site()
        try await site.pass(worker)
        let platform = ScriptedPlatform()
        _ = try await deliver(site, platform) { $0.confirmed == 1 }
        try await Self.correct(site, type: "006", leader: worker)
        _ = try await deliver(site, platform) { _ in Self.told(platform) == [2, 2] }
        if isFileLost { site.loseDeliveries() }
        try await site.pass(worker)
        _ = try await deliver(site, platform) { $0.confirmed == 2 }
        #expect(Self.told(platform) == [2, 2])
        // Told once more by a start over, though nothing changed: nothing to tell.
        try await Self.correct(site, type: "006", leader: worker)
        let head = try #require(try site.reader.head()).sequence.rawValue
        _ = try await deliver(site, platform) { $0.position >= head }
        #expect(Self.told(platform) == [2, 2])
    }

    /// How often companies and teams were told.
    private static func told(_ platform: ScriptedPlatform) -> [Int] {
        let companies = platform.submissions.count { if case .employer = $0 { true } else { false } }
        let teams = platform.submissions.count { if case .team = $0 { true } else { false } }
        return [companies, teams]
    }

    private static func site() async throws -> (DeliverySite, WorkerID) {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["木工二班"])
        return (site, try await site.join(1, team: "木工二班"))
    }

    private static func correct(
        _ site: DeliverySite, code: String = "91650000TEST00001X", type: String, leader: WorkerID? = nil
    ) async throws {
        let today = site.clock.now().wall.day(offsetMilliseconds: 28_800_000)
        let start = CivilDate(daysSince1970: today.daysSince1970 - 30)
        _ = try await site.ledger.append([
            EntryDraft(
                EmployerProfile(name: team.employer, corpCode: code, corpType: type, enteredOn: start),
                kind: .employerProfile, clock: site.clock.now()),
            EntryDraft(
                TeamProfile(team: team, leader: leader, enteredOn: start), kind: .teamProfile,
                clock: site.clock.now()),
        ])
    }
}
