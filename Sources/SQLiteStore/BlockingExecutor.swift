import Glibc
import Synchronization

/// Runs the jobs of one actor in order on a thread that lives as long as there are any. Hashes take a core
/// for a while and SQLite waits for a disk: neither may take a thread of the cooperative pool, on which
/// swipes are decided.
///
/// For what is rare: a thread is begun for each burst of jobs, some 50 µs.
public final class BlockingExecutor: SerialExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var isDraining = false
    }

    private let state = Mutex(State())

    public init() {}

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let mustBegin = state.withLock { state in
            state.jobs.append(job)
            defer { state.isDraining = true }
            return !state.isDraining
        }
        if mustBegin { begin() }
    }

    private func begin() {
        var thread = pthread_t()
        let box = Unmanaged.passRetained(self)
        let code = pthread_create(
            &thread, nil,
            { pointer in
                guard let pointer else { return nil }
                Unmanaged<BlockingExecutor>.fromOpaque(pointer).takeRetainedValue().drain()
                return nil
            }, box.toOpaque())
        guard code == 0 else {
            box.release()
            // The system has no thread left: better here than never.
            return drain()
        }
        pthread_detach(thread)
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
