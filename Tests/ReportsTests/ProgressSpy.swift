import Synchronization

/// Keeps what a progress closure was told.
final class ProgressSpy: Sendable {
    private let state = Mutex((done: 0, total: 0, isMonotonic: true))

    func show(done: Int, of total: Int) {
        state.withLock { state in
            let goesBack = state.total > 0 && done * state.total < state.done * total
            state = (done, total, state.isMonotonic && !goesBack && done <= total)
        }
    }

    var isMonotonic: Bool { state.withLock { $0.isMonotonic } }
    var isDone: Bool { state.withLock { $0.total > 0 && $0.done == $0.total } }
}
