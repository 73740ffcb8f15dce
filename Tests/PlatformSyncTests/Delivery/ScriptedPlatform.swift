import PlatformSync
import SiteModel
import Synchronization

/// A platform that does as a test says, and remembers what it was told.
final class ScriptedPlatform: PlatformAdapter {
    private struct State {
        var isReachable = true
        var submissions: [Submission] = []
        var attemptCount = 0
    }

    let limits: PlatformLimits
    private let state = Mutex(State())

    /// How long each submission takes.
    private let delay: Duration

    init(attendancePerCall: Int = 20, delay: Duration = .zero) {
        self.delay = delay
        limits = PlatformLimits(attendancePerCall: attendancePerCall, offsetMilliseconds: 28_800_000)
    }

    /// What it took, in order.
    var submissions: [Submission] { state.withLock { $0.submissions } }

    /// Times of the passes it took, in order.
    var passTimes: [UTCInstant] {
        submissions.flatMap { submission in
            guard case .attendance(_, let passes) = submission else { return [UTCInstant]() }
            return passes.map(\.at)
        }
    }

    /// Submissions and questions, also those that did not reach it.
    var attemptCount: Int { state.withLock { $0.attemptCount } }

    func setReachable(_ isReachable: Bool) { state.withLock { $0.isReachable = isReachable } }

    func prepare(_ submission: Submission) async {}

    func submit(_ submission: Submission) async -> SubmissionAnswer {
        // try?: a wait cut short is over all the same.
        if delay > .zero { try? await Task.sleep(for: delay) }
        return state.withLock { state in
            state.attemptCount += 1
            guard state.isReachable else { return .later(PlatformDelay(reason: "connection refused")) }
            state.submissions.append(submission)
            if case .team = submission { return .taken(number: 7) }
            return .taken(number: nil)
        }
    }

    func verdict(on receipt: String) async -> VerdictAnswer { .foreign }

    func holdings(_ question: HoldingsQuestion) async -> HoldingsAnswer {
        let isReachable = state.withLock { state in
            state.attemptCount += 1
            return state.isReachable
        }
        guard isReachable else { return .later(PlatformDelay(reason: "connection refused")) }
        return switch question {
        case .attendance: .attendance([], rowCount: 0, totalCount: 0)
        case .team: .team(number: 7)
        case .worker: .worker(isThere: false)
        case .membership, .contract, .training: .record(isThere: false)
        case .payroll: .payroll([], rowCount: 0, totalCount: 0)
        }
    }

    func close() async {}
}
