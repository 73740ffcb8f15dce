import Synchronization

/// Runs the jobs of one actor in order on a thread that lives as long as there are any: what they do blocks
/// on a disk, which must not take a thread of the cooperative pool away.
///
/// For what is rare. A thread is begun for each burst of jobs, some 50 µs.
final class LedgerThreadExecutor: SerialExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var isDraining = false
    }

    private let state = Mutex(State())

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let mustBegin = state.withLock { state in
            state.jobs.append(job)
            defer { state.isDraining = true }
            return !state.isDraining
        }
        guard mustBegin else { return }
        do throws(LedgerError) {
            try startLedgerThread { self.drain() }
        } catch {
            // The system has no thread left: better here than never.
            drain()
        }
    }

    private func drain() {
        while let job = next() { job.runSynchronously(on: asUnownedSerialExecutor()) }
    }

    private func next() -> UnownedJob? {
        state.withLock { state in
            guard state.jobs.isEmpty else { return state.jobs.removeFirst() }
            state.isDraining = false
            return nil
        }
    }
}
