import PlatformSync
import SiteModel
import Synchronization

/// A platform that has everybody, shows no attendance, and answers as a test says.
final class OddPlatform: PlatformAdapter {
    private struct State {
        var submissionCount = 0
        var taken: [UTCInstant] = []
    }

    let limits = PlatformLimits(attendancePerCall: 20, offsetMilliseconds: 28_800_000)
    private let onSubmit: @Sendable (Int, [AttendanceUpload]) -> SubmissionAnswer
    private let onVerdict: @Sendable (String) -> VerdictAnswer
    private let onOther: @Sendable (Submission) -> SubmissionAnswer?
    private let onQuestion: @Sendable (HoldingsQuestion) -> HoldingsAnswer?
    private let state = Mutex(State())

    /// - Parameters:
    ///   - submit: the number of the call of attendance, from 0, and what it carries.
    ///   - other: what is answered to any other call; nil: it is taken.
    ///   - question: what is answered to a question; nil: it has everybody, and no attendance and payroll.
    init(
        submit: @escaping @Sendable (Int, [AttendanceUpload]) -> SubmissionAnswer = { _, _ in
            .taken(number: nil)
        },
        verdict: @escaping @Sendable (String) -> VerdictAnswer = { _ in .foreign },
        other: @escaping @Sendable (Submission) -> SubmissionAnswer? = { _ in nil },
        question: @escaping @Sendable (HoldingsQuestion) -> HoldingsAnswer? = { _ in nil }
    ) {
        (onSubmit, onVerdict, onOther, onQuestion) = (submit, verdict, other, question)
    }

    /// Calls of attendance.
    var submissionCount: Int { state.withLock { $0.submissionCount } }
    /// Passes of those that were not refused, in the order in which they came.
    var taken: [UTCInstant] { state.withLock { $0.taken } }

    func prepare(_ submission: Submission) async {}

    func submit(_ submission: Submission) async -> SubmissionAnswer {
        guard case .attendance(_, let passes) = submission else {
            return onOther(submission) ?? .taken(number: 7)
        }
        return state.withLock { state in
            let answer = onSubmit(state.submissionCount, passes)
            state.submissionCount += 1
            switch answer {
            case .received, .taken, .unknown: state.taken += passes.map(\.at)
            default: break
            }
            return answer
        }
    }

    func verdict(on receipt: String) async -> VerdictAnswer { onVerdict(receipt) }

    func holdings(_ question: HoldingsQuestion) async -> HoldingsAnswer {
        if let answer = onQuestion(question) { return answer }
        return switch question {
        case .attendance: .attendance([], rowCount: 0, totalCount: 0)
        case .team: .team(number: 7)
        case .worker: .worker(isThere: true)
        case .membership, .contract, .training: .record(isThere: false)
        case .payroll: .payroll([], rowCount: 0, totalCount: 0)
        }
    }

    func close() async {}
}

/// What a platform was told, in order.
final class Told<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])

    var all: [Value] { values.withLock { $0 } }

    func add(_ value: Value) { values.withLock { $0.append(value) } }
}
