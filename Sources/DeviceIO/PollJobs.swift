import Synchronization

/// Parts of tasks that wait for the poll thread. Bound: one for each task that prefers the thread.
final class PollJobs: Sendable {
    private struct State {
        var waiting: [UnownedJob] = []
        /// The thread looks here before it sleeps, so nobody needs to ring.
        var isAttended = true
        var isStopped = false
    }

    private let state = Mutex(State())
    private let signal: PollSignal

    init(signal: PollSignal) {
        self.signal = signal
    }

    /// Once the thread has ended, jobs run where all others do.
    func add(_ job: UnownedJob) {
        let (isAttended, isStopped) = state.withLock { state in
            if !state.isStopped { state.waiting.append(job) }
            return (state.isAttended, state.isStopped)
        }
        if isStopped { globalConcurrentExecutor.enqueue(job) } else if !isAttended { signal.ring() }
    }

    // The rest is called by the poll thread.

    /// Everything that waits. When it is nothing, the thread may sleep: the next job rings.
    func take() -> [UnownedJob] {
        state.withLock { state in
            let waiting = state.waiting
            state.waiting = []
            state.isAttended = !waiting.isEmpty
            return waiting
        }
    }

    /// The thread is awake again.
    func attend() {
        state.withLock { $0.isAttended = true }
    }

    /// The thread ends and has taken what waited.
    func stop() -> [UnownedJob] {
        state.withLock { state in
            state.isStopped = true
            return state.waiting
        }
    }
}
