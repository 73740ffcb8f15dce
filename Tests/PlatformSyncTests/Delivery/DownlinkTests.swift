import AttendanceLedger
import Foundation
import SiteModel
import Synchronization
import Testing

@testable import PlatformSync

/// What comes down: answers of a platform, and answers that a stick brings. A platform gives no orders and no
/// roster: there is nothing else that could be forged.
@Suite(.serialized) struct DownlinkTests {
    /// The national answers carry no signature: TLS alone says who speaks. Of whoever speaks, only a
    /// well-formed verdict about the receipt that was asked for counts.
    @Test(
        "D8: a verdict that is about another call, or no verdict, confirms nothing",
        arguments: [
            #"{"code":0,"data":{"requestSerialCode":"other-1","status":"20","result":"处理成功"}}"#,
            #"{"code":0,"data":{"status":"21"}}"#, #"{"code":0,"data":{"status":"200"}}"#,
            #"{"code":0,"data":{"status":[20]}}"#, #"{"code":0,"data":{}}"#, #"{"code":0,"data":null}"#,
            #"{"code":0}"#, #"{"code":"0 ","data":{"status":"20"}}"#, #"{"code":1,"data":{"status":"20"}}"#,
            #"{"data":{"status":"20"}}"#, #"[{"code":0,"data":{"status":"20"}}]"#, #""20""#, "20",
            "<html>20</html>", #"{"code":0,"data":{"status":"20"}"#,
        ])
    func aForgedVerdict(body: String) async throws {
        let server = try await ScriptedServer(ScriptedServer.ok(body))
        let platform = try DeliverySite().platform(port: server.port)
        let answer = await platform.verdict(on: "attendance-1")
        if case .taken = answer { Issue.record("taken: \(body)") }
        await platform.close()
        try await server.close()
    }

    /// Each call gets the receipt of the first, as a replay of its answer would: none but the first counts.
    @Test("D8: a receipt that was given before says nothing of another call")
    func aReplayedReceipt() async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["木工二班"])
        let worker = try await site.join(1, team: "木工二班")
        try await site.pass(worker, count: 60)
        let platform = ReplayingPlatform()
        let delivery = try site.delivery(to: platform)
        let running = Task { try await delivery.run() }
        let deadline = SystemSiteClock.uptime() + .seconds(180)
        while platform.submissionCount < 12, SystemSiteClock.uptime() < deadline {
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(platform.submissionCount >= 12)
        #expect(try await delivery.status().confirmed == 20)
        await delivery.stop()
        try await running.value
    }

    @Test("D8: no nonce is used twice") func noNonceIsUsedTwice() {
        var nonces: Set<String> = []
        for _ in 0..<100_000 { nonces.insert(OpenAPIEnvelope.freshNonce()) }
        #expect(nonces.count == 100_000)
    }
}

/// Gives one receipt for everything, takes what it stands for, and has nothing.
private final class ReplayingPlatform: PlatformAdapter {
    let limits = PlatformLimits(attendancePerCall: 20, offsetMilliseconds: 28_800_000)
    private let submissions = Mutex(0)

    var submissionCount: Int { submissions.withLock { $0 } }

    func prepare(_ submission: Submission) async {}

    func submit(_ submission: Submission) async -> SubmissionAnswer {
        guard case .attendance = submission else { return .taken(number: 7) }
        submissions.withLock { $0 += 1 }
        return .received(receipt: "replayed")
    }

    func verdict(on receipt: String) async -> VerdictAnswer { .taken(number: nil) }

    func holdings(_ question: HoldingsQuestion) async -> HoldingsAnswer {
        switch question {
        case .attendance: .attendance([], rowCount: 0, totalCount: 0)
        case .team: .team(number: 7)
        case .worker: .worker(isThere: true)
        case .membership, .contract, .training: .record(isThere: false)
        case .payroll: .payroll([], rowCount: 0, totalCount: 0)
        }
    }

    func close() async {}
}
