import AttendanceLedger
import SandboxPlatform
import SiteModel
import Testing

@testable import PlatformSync

/// Platforms that hide the middle of numbers: what cannot be read is never taken for nothing.
@Suite(.serialized) struct UnreadableHoldingsTests {
    @Test func aComparisonOfRowsThatCannotBeReadConcludesNothing() async throws {
        let site = try await Self.site(workers: 6)
        let head = try #require(try site.reader.head()).sequence.rawValue
        try await withSandbox(in: site.path) {
            $0.masksNumbers = true
        } _: { port in
            _ = try await deliver(site, try site.platform(port: port)) { $0.isSettled(upTo: head) }
            let delivery = try site.delivery(to: try site.platform(port: port))
            let running = Task { try await delivery.run() }
            let day = site.clock.now().wall.day(offsetMilliseconds: 28_800_000)
            let error = await #expect(throws: DeliveryError.self) {
                _ = try await delivery.reconcile(day)
            }
            #expect("\(try #require(error))".contains("cannot be read"))
            #expect(try await delivery.status().confirmed == 18)
            await delivery.stop()
            try await running.value
            await delivery.close()
            #expect(try await SandboxView(port: port).rows("attendance").count == 18)
        }
    }

    /// Of a question about one person every row is theirs.
    @Test func whatMayHaveArrivedIsAskedForPersonByPerson() async throws {
        let site = try await Self.site(workers: 6)
        let head = try #require(try site.reader.head()).sequence.rawValue
        try await withSandbox(in: site.path) {
            $0.masksNumbers = true
            $0.faults = [FaultRule(text: "drop:1@WorkerAttendance.Add")!]
        } _: { port in
            let status = try await deliver(site, try site.platform(port: port)) { $0.isSettled(upTo: head) }
            #expect(status.confirmed == 18)
            let rows = try await SandboxView(port: port).rows("attendance")
            #expect(rows.count == 18 && Set(rows.map(passKey)).count == 18, "\(rows.count) rows")
        }
    }

    /// More persons in one call than answers are remembered of.
    @Test func answersThatAreRememberedAreFew() async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["钢筋一班"])
        for number in 0..<20 {
            try await site.pass(try await site.join(number, team: "钢筋一班", isBaseline: true))
        }
        let platform = OddPlatform(
            submit: { number, _ in number == 0 ? .unknown(words: "no answer in time") : .taken(number: nil) },
            question: { question in
                guard case .attendance(_, nil, _) = question else { return nil }
                return .attendance([], rowCount: 1, totalCount: 1)
            })
        _ = try await deliver(site, platform) { $0.confirmed == 20 }
        let delivery = try site.delivery(to: platform)
        for day in 1...40 {
            let person = PersonUpload(idNumber: DeliverySite.idNumber(1), idType: "01")
            _ = try await delivery.held(
                on: CivilDate(daysSince1970: Int64(day)), person, since: Uptime(milliseconds: 0))
        }
        #expect(await delivery.heldDays.count == 16)
        await delivery.close()
    }

    private static func site(workers: Int) async throws -> DeliverySite {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["钢筋一班"])
        for number in 0..<workers {
            try await site.pass(try await site.join(number, team: "钢筋一班"), count: 3)
        }
        return site
    }
}
