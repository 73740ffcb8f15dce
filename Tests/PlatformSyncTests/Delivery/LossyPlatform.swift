import PlatformSync
import SiteModel
import Synchronization

/// A platform behind a radio link that is there for a while and then not, and loses some of what goes over
/// it: the call before it arrived, or the answer to it.
final class LossyPlatform: PlatformAdapter {
    private struct State {
        var random: SplitMix
        var isThere = false
        var held: [HeldAttendance] = []
        var lostCount = 0
        var answerCount = 0
    }

    let limits = PlatformLimits(attendancePerCall: 20, offsetMilliseconds: 28_800_000)
    /// Of all calls, 0 to 1.
    private let loss: Double
    private let roundTrip: Duration
    private let state: Mutex<State>

    init(seed: UInt64, loss: Double, roundTrip: Duration) {
        self.loss = loss
        self.roundTrip = roundTrip
        state = Mutex(State(random: SplitMix(seed: seed)))
    }

    /// In the order in which they came.
    var held: [HeldAttendance] { state.withLock { $0.held } }
    var heldCount: Int { state.withLock { $0.held.count } }
    /// Calls and questions whose answer came home.
    var answerCount: Int { state.withLock { $0.answerCount } }
    var lostCount: Int { state.withLock { $0.lostCount } }

    func setThere(_ isThere: Bool) { state.withLock { $0.isThere = isThere } }

    func prepare(_ submission: Submission) async {}

    func submit(_ submission: Submission) async -> SubmissionAnswer {
        await travel()
        return state.withLock { state in
            guard state.isThere else { return .later(PlatformDelay(reason: "connection refused")) }
            guard case .attendance(_, let passes) = submission else { return .taken(number: 7) }
            let chance = state.random.fraction()
            if chance < loss { state.lostCount += 1 }
            guard chance >= loss / 2 else { return .unknown(words: "no answer in time") }
            for pass in passes {
                state.held.append(
                    HeldAttendance(
                        idNumber: pass.person.idNumber, at: pass.at.wholeSecond, direction: pass.direction))
            }
            if chance >= loss { state.answerCount += 1 }
            return chance < loss ? .unknown(words: "no answer in time") : .taken(number: nil)
        }
    }

    func verdict(on receipt: String) async -> VerdictAnswer { .foreign }

    func holdings(_ question: HoldingsQuestion) async -> HoldingsAnswer {
        await travel()
        return state.withLock { state in
            guard state.isThere else { return .later(PlatformDelay(reason: "connection refused")) }
            if state.random.fraction() < loss {
                state.lostCount += 1
                return .unknown(words: "no answer in time")
            }
            state.answerCount += 1
            switch question {
            case .attendance(let day, let person, let page):
                let found = state.held.filter {
                    $0.at.day(offsetMilliseconds: limits.offsetMilliseconds) == day
                        && (person == nil || $0.idNumber == person?.idNumber)
                }
                let rows = found.dropFirst(page * limits.rowsPerPage).prefix(limits.rowsPerPage)
                return .attendance(Array(rows), rowCount: rows.count, totalCount: found.count)
            case .team: return .team(number: 7)
            case .worker: return .worker(isThere: true)
            case .membership, .contract, .training: return .record(isThere: false)
            case .payroll: return .payroll([], rowCount: 0, totalCount: 0)
            }
        }
    }

    func close() async {}

    // try?: a way cut short is over all the same.
    private func travel() async { try? await Task.sleep(for: roundTrip) }
}

extension UTCInstant {
    fileprivate var wholeSecond: UTCInstant { UTCInstant(milliseconds: milliseconds / 1_000 * 1_000) }
}
