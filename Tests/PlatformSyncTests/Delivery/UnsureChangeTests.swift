import AttendanceLedger
import SandboxPlatform
import SiteModel
import Testing

@testable import PlatformSync

/// Changes of personnel whose call may have arrived: looked for before they are sent again.
@Suite(.serialized, .timeLimit(.minutes(5))) struct UnsureChangeTests {
    private static let methods = [
        "WorkerEntryExit.Add", "WorkerContract.Add", "ProjectTraining.Add",
    ]

    /// The first answer of each kind is lost, once after it was stored and once before.
    @Test(
        "D2: joining, contract and training are there once, in both dialects",
        arguments: SandboxDialect.allCases, ["drop:1", "http-500:1", "reset-body:2", "foreign-verdict:1"])
    func whatMayHaveArrivedIsLookedFor(dialect: SandboxDialect, fault: String) async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["木工二班"])
        try await site.join(1, team: "木工二班", hasPapers: true)
        let head = try #require(try site.reader.head()).sequence.rawValue
        let faults = Self.methods.compactMap { FaultRule(text: "\(fault)@\($0)") }
        #expect(faults.count == 3)
        try await withSandbox(in: site.path) {
            $0.dialect = dialect
            $0.faults = faults
        } _: { port in
            _ = try await deliver(site, try site.platform(port: port, dialect: dialect.rawValue)) {
                $0.isSettled(upTo: head)
            }
            for kind in ["entry-exits", "contracts", "trainings"] {
                #expect(try await SandboxView(port: port).rows(kind).count == 1, "\(kind)")
            }
        }
    }

    /// A city without the query: nothing is held up, and what goes again is the same.
    @Test func aPlatformThatRefusesTheQuestionIsToldTheSameAgain() async throws {
        let (site, platform, told) = try await Self.site { _ in .record(isThere: nil) }
        _ = try await deliver(site, platform) { $0.changesOpen + $0.changesSent == 0 && $0.confirmed == 1 }
        #expect(told.all.count == 2 && Set(told.all).count == 1)
    }

    /// Looked for twice, a while apart: a call may arrive late.
    @Test func whatIsTwiceNotThereGoesAgain() async throws {
        let questions = Told<HoldingsQuestion>()
        let (site, platform, told) = try await Self.site {
            questions.add($0)
            return .record(isThere: false)
        }
        _ = try await deliver(site, platform) { $0.changesOpen + $0.changesSent == 0 && $0.confirmed == 1 }
        #expect(questions.all.count == 2 && told.all.count == 2)
    }

    @Test func whatIsThereIsNotSentAgain() async throws {
        let (site, platform, told) = try await Self.site { _ in .record(isThere: true) }
        _ = try await deliver(site, platform) { $0.changesOpen + $0.changesSent == 0 && $0.confirmed == 1 }
        #expect(told.all.count == 1)
    }

    /// A worker joins; whether the first call about it arrived, nobody knows.
    private static func site(
        _ answer: @escaping @Sendable (HoldingsQuestion) -> HoldingsAnswer
    ) async throws -> (DeliverySite, OddPlatform, Told<Submission>) {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["木工二班"])
        try await site.pass(try await site.join(1, team: "木工二班"))
        let told = Told<Submission>()
        let platform = OddPlatform(
            other: { submission in
                guard case .siteMembership = submission else { return nil }
                told.add(submission)
                return told.all.count == 1 ? .unknown(words: "no answer in time") : .taken(number: nil)
            },
            question: { question in
                guard case .membership = question else { return nil }
                return answer(question)
            })
        return (site, platform, told)
    }
}
