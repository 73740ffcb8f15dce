import PlatformSync
import SiteModel
import Synchronization

/// A platform that answers attendance with a receipt, judges when a test lets it, and shows what it has.
final class ReceiptPlatform: PlatformAdapter {
    private struct State {
        var isJudging = true
        var passes: [AttendanceUpload] = []
        var receiptCount = 0
        var workers: [IDNumber: Int] = [:]
        var memberships: [MembershipUpload] = []
        var teams: Set<String> = []
    }

    let limits = PlatformLimits(attendancePerCall: 5, offsetMilliseconds: 28_800_000)
    private let state = Mutex(State())

    /// Of the passes it took, in order.
    var passTimes: [UTCInstant] { state.withLock { $0.passes.map(\.at) } }
    /// How often it was told of workers as of somebody it does not have.
    var newWorkerCount: Int { state.withLock { $0.workers.values.reduce(0, +) } }
    var joiningCount: Int { state.withLock { $0.memberships.count } }

    func setJudging(_ isJudging: Bool) { state.withLock { $0.isJudging = isJudging } }

    func prepare(_ submission: Submission) async {}

    func submit(_ submission: Submission) async -> SubmissionAnswer {
        state.withLock { state in
            switch submission {
            case .attendance(_, let passes):
                state.passes += passes
                state.receiptCount += 1
                return .received(receipt: "receipt-\(state.receiptCount)")
            case .worker(let upload, let isNew):
                if isNew { state.workers[upload.worker.idNumber, default: 0] += 1 }
                return .taken(number: nil)
            case .siteMembership(let upload):
                state.memberships.append(upload)
                return .taken(number: nil)
            case .team(let upload):
                state.teams.insert(upload.name)
                return .taken(number: 7)
            default: return .taken(number: nil)
            }
        }
    }

    func verdict(on receipt: String) async -> VerdictAnswer {
        state.withLock { $0.isJudging } ? .taken(number: nil) : .pending
    }

    func holdings(_ question: HoldingsQuestion) async -> HoldingsAnswer {
        state.withLock { state in
            switch question {
            case .attendance(let day, let person, _):
                let rows = state.passes
                    .filter { $0.at.day(offsetMilliseconds: limits.offsetMilliseconds) == day }
                    .filter { person == nil || $0.person == person }
                    .map {
                        HeldAttendance(idNumber: $0.person.idNumber, at: $0.at, direction: $0.direction)
                    }
                return .attendance(rows, rowCount: rows.count, totalCount: rows.count)
            case .team(let name, _): return .team(number: state.teams.contains(name) ? 7 : nil)
            case .worker(let person): return .worker(isThere: state.workers[person.idNumber] != nil)
            case .membership(let upload): return .record(isThere: state.memberships.contains(upload))
            case .contract, .training: return .record(isThere: false)
            case .payroll: return .payroll([], rowCount: 0, totalCount: 0)
            }
        }
    }

    func close() async {}
}
