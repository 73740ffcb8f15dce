import AttendanceLedger
import SiteModel
import Synchronization
import Testing

@testable import PlatformSync

/// Verdicts that come later than the receipt: when they are asked for, and when they are written down.
@Suite struct LateVerdictTests {
    /// With a minute until a verdict is asked for, only the full window can have asked earlier.
    @Test func aBacklogDoesNotWaitForVerdictsThatAreThere() async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["木工二班"])
        let worker = try await site.join(1, team: "木工二班")
        let platform = LatePlatform(verdict: .taken(number: nil))
        let head = try #require(try site.reader.head()).sequence.rawValue
        _ = try await deliver(site, platform) { $0.isSettled(upTo: head) }
        try await site.pass(worker, count: 20 * PlatformDelivery.openCallLimit + 400, age: .seconds(3_600))
        var policy = DeliveryPolicy.hasty
        policy.polls = [.seconds(60)]
        let delivery = try site.delivery(to: platform, policy: policy)
        let running = Task { try await delivery.run() }
        while try await delivery.status().confirmed < 400 { try await Task.sleep(for: .milliseconds(5)) }
        await delivery.stop()
        try await running.value
        #expect(platform.times == platform.times.sorted())
    }

    /// The platform says that it works on it: it is not asked again and again.
    @Test func aPlatformThatIsNotReadyIsLeftInPeace() async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["木工二班"])
        let worker = try await site.join(1, team: "木工二班")
        let platform = LatePlatform(verdict: .pending)
        let head = try #require(try site.reader.head()).sequence.rawValue
        _ = try await deliver(site, platform) { $0.isSettled(upTo: head) }
        try await site.pass(worker, count: 20 * PlatformDelivery.openCallLimit + 400, age: .seconds(3_600))
        var policy = DeliveryPolicy.hasty
        policy.polls = [.seconds(60)]
        let delivery = try site.delivery(to: platform, policy: policy)
        let running = Task { try await delivery.run() }
        while platform.questionCount == 0 { try await Task.sleep(for: .milliseconds(5)) }
        try await Task.sleep(for: .milliseconds(200))
        await delivery.stop()
        try await running.value
        #expect(platform.questionCount == 1)
    }

    /// What a stop finds judged and not written down is written down.
    @Test func nothingThatWasJudgedIsLost() async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["木工二班"])
        let worker = try await site.join(1, team: "木工二班")
        let platform = LatePlatform(verdict: .taken(number: nil))
        try await site.pass(worker, count: 200, age: .seconds(3_600))
        try await stopWhileDelivering(site, platform)
        let done = try await deliver(site, platform) { $0.confirmed == 200 }
        #expect(done.confirmed == 200)
        #expect(Set(platform.times).count == 200 && platform.times.count == 200)
    }

    /// One of two came up on another way meanwhile: that the platform refused the two says nothing of the
    /// other.
    @Test func aVerdictOnACallThatHasShrunkRefusesNothing() async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["木工二班"])
        let worker = try await site.join(1, team: "木工二班", isBaseline: true)
        let passes = try await site.pass(worker, count: 2)
        let isJudged = Mutex(false)
        let platform = OddPlatform(
            submit: { number, _ in number == 0 ? .received(receipt: "1") : .taken(number: nil) },
            verdict: { _ in
                isJudged.withLock { $0 }
                    ? .refused(PlatformRefusal(code: "10", words: "考勤记录已存在", cause: .duplicate)) : .pending
            })
        try await delivering(site, platform) { delivery in
            try await wait(for: delivery) { $0.sent == 2 }
            _ = try await site.ledger.append([
                EntryDraft(
                    DeliveryAnswered(platform: "city", entry: passes[0], state: .confirmed, code: "1"),
                    kind: .deliveryAnswered, subject: .worker(worker), clock: site.clock.now())
            ])
            try await wait(for: delivery) { $0.sent == 1 && $0.confirmed == 1 }
            isJudged.withLock { $0 = true }
            try await wait(for: delivery) { $0.confirmed == 2 }
            #expect(platform.submissionCount == 2)
        }
    }

    /// The delivery and its file are gone at the end.
    private func stopWhileDelivering(_ site: DeliverySite, _ platform: LatePlatform) async throws {
        let delivery = try site.delivery(to: platform)
        let running = Task { try await delivery.run() }
        while platform.questionCount < 3 { try await Task.sleep(for: .milliseconds(1)) }
        await delivery.stop()
        try await running.value
        #expect(try await delivery.status().confirmed == 20 * Int64(platform.questionCount))
    }
}

/// Gives receipts for attendance, and says one thing about all of them; takes everything else at once.
private final class LatePlatform: PlatformAdapter {
    private struct State {
        var times: [UTCInstant] = []
        var receiptCount = 0
        var questionCount = 0
    }

    let limits = PlatformLimits(attendancePerCall: 20, offsetMilliseconds: 28_800_000)
    private let answer: VerdictAnswer
    private let state = Mutex(State())

    init(verdict answer: VerdictAnswer) {
        self.answer = answer
    }

    var times: [UTCInstant] { state.withLock { $0.times } }
    var questionCount: Int { state.withLock { $0.questionCount } }

    func prepare(_ submission: Submission) async {}

    func submit(_ submission: Submission) async -> SubmissionAnswer {
        guard case .attendance(_, let passes) = submission else { return .taken(number: 7) }
        return state.withLock { state in
            state.times += passes.map(\.at)
            state.receiptCount += 1
            return .received(receipt: "late-\(state.receiptCount)")
        }
    }

    func verdict(on receipt: String) async -> VerdictAnswer {
        state.withLock { $0.questionCount += 1 }
        return answer
    }

    func holdings(_ question: HoldingsQuestion) async -> HoldingsAnswer {
        switch question {
        case .attendance: .attendance([], rowCount: 0, totalCount: 0)
        case .team: .team(number: 7)
        case .worker: .worker(isThere: false)
        case .membership, .contract, .training: .record(isThere: false)
        case .payroll: .payroll([], rowCount: 0, totalCount: 0)
        }
    }

    func close() async {}
}
