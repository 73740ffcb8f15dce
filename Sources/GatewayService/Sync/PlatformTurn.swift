import PlatformSync
import Synchronization

/// One request to a platform at a time, whoever makes it: the deliveries of this node and those of every node
/// whose records were brought here.
final class PlatformTurn: Sendable {
    private struct State {
        var isTaken = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// How many wait for theirs.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Runs `body` when all before it are done, in order.
    func take<Value: Sendable>(_ body: () async -> Value) async -> Value {
        await withCheckedContinuation { turn in
            let isFree = state.withLock { state in
                guard state.isTaken else {
                    state.isTaken = true
                    return true
                }
                state.waiting.append(turn)
                return false
            }
            if isFree { turn.resume() }
        }
        let value = await body()
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.isTaken = false
            return nil
        }
        next?.resume()
        return value
    }
}

/// An adapter that waits for its turn.
struct TurnTakingPlatform: PlatformAdapter {
    let platform: any PlatformAdapter
    let turn: PlatformTurn

    var limits: PlatformLimits { platform.limits }

    /// Nothing is asked: no turn is needed.
    func prepare(_ submission: Submission) async { await platform.prepare(submission) }

    func submit(_ submission: Submission) async -> SubmissionAnswer {
        await turn.take { await platform.submit(submission) }
    }

    func verdict(on receipt: String) async -> VerdictAnswer {
        await turn.take { await platform.verdict(on: receipt) }
    }

    func holdings(_ question: HoldingsQuestion) async -> HoldingsAnswer {
        await turn.take { await platform.holdings(question) }
    }

    func close() async { await platform.close() }
}
