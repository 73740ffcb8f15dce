import SiteModel
import Synchronization

/// Tells followers how far the ledger has come, and when it ends.
final class LedgerSignal: Sendable {
    private struct State {
        var position: LedgerSequence
        var hasEnded = false
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter = 0
    }

    private let state: Mutex<State>

    init(position: LedgerSequence) {
        state = Mutex(State(position: position))
    }

    func advance(to position: LedgerSequence) {
        let waiters = state.withLock { state in
            state.position = position
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters { waiter.resume() }
    }

    func end() {
        let waiters = state.withLock { state in
            state.hasEnded = true
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Waits until the ledger is beyond `position`, has ended, or the task is cancelled.
    ///
    /// - Returns: false when there is nothing more: ended or cancelled.
    func wait(beyond position: LedgerSequence) async -> Bool {
        // A follower may have read an entry before its commit is told here: that news wakes it for nothing.
        while !state.withLock({ $0.position > position || $0.hasEnded }), !Task.isCancelled {
            await pause { $0.position > position || $0.hasEnded }
        }
        return state.withLock { $0.position > position }
    }

    /// Returns when the ledger is closed.
    func waitForEnd() async {
        while !state.withLock({ $0.hasEnded }) {
            // Not `pause`: the end is waited for even by a cancelled task.
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if !state.hasEnded { Self.add(continuation, to: &state) }
                    return state.hasEnded
                }
                if isOver { continuation.resume() }
            }
        }
    }

    /// Returns at the next news, or at once when `condition` holds or the task is cancelled.
    private func pause(unless condition: @Sendable (State) -> Bool) async {
        let number = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if condition(state) || Task.isCancelled { return true }
                    state.waiters[number] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: number) }?.resume()
        }
    }

    private static func add(_ continuation: CheckedContinuation<Void, Never>, to state: inout State) {
        state.nextWaiter += 1
        state.waiters[state.nextWaiter] = continuation
    }
}
