/// The sessions of the devices run here, too: what was read is judged where it was read, no swipe waits
/// behind the pages' work on the shared threads, and a lane opens without waking a further thread.
///
/// What runs here keeps every device waiting, so it must not block.
extension PollThread: TaskExecutor {
    public func enqueue(_ job: consuming ExecutorJob) {
        jobs.add(UnownedJob(job))
    }

    /// Rounds of jobs before the devices are looked at in between: a session that always finds more must not
    /// keep the others waiting.
    private static let roundLimit = 16

    /// Runs what waits, and what that brings.
    func runJobs() {
        for _ in 0..<Self.roundLimit {
            let waiting = jobs.take()
            if waiting.isEmpty { return }
            for job in waiting { job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
        signal.ring()
    }
}
