import SiteModel
import Synchronization

/// Tells followers how far the ledger has come, with what, and when it ends.
final class LedgerSignal: Sendable {
    /// What is next for a follower.
    enum Next: Sendable {
        /// At least one entry, and more may follow at once.
        case entries(ArraySlice<LedgerEntry>)
        /// There are more, to be read from the file.
        case onDisk
        /// There is nothing more: the ledger has ended, or the task was cancelled.
        case end
    }

    fileprivate struct State {
        var position: LedgerSequence
        var window = LedgerWindow()
        var hasEnded = false
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter = 0
    }

    private let state: Mutex<State>

    init(position: LedgerSequence) {
        state = Mutex(State(position: position))
    }

    /// - Parameter written: what a commit has brought to disk, up to `position`; none after one that failed.
    func advance(to position: LedgerSequence, with written: [[LedgerEntry]]) {
        let waiters = state.withLock { state in
            state.position = position
            state.window.add(written)
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

    /// What follows `position`; waits until the ledger is beyond it, has ended, or the task is cancelled.
    func next(after position: LedgerSequence) async -> Next {
        while !Task.isCancelled {
            // A follower may have read an entry before its commit is told here: that news wakes it for
            // nothing.
            if let next = state.withLock({ $0.next(after: position) }) { return next }
            await pause { $0.position > position || $0.hasEnded }
        }
        return .end
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

extension LedgerSignal.State {
    /// Nil: nothing yet.
    fileprivate func next(after position: LedgerSequence) -> LedgerSignal.Next? {
        if let entries = window.entries(after: position) { return .entries(entries) }
        if self.position > position { return .onDisk }
        return hasEnded ? .end : nil
    }
}
