import Synchronization

/// Waits for an answer, but not for ever. The work that did not answer in time goes on and ends by itself.
struct Patience: Sendable {
    private let duration: Duration

    init(_ duration: Duration) {
        self.duration = duration
    }

    /// - Returns: what `work` gives, or `fallback` when it takes longer. `work` is never cancelled: what was
    ///   accepted is finished.
    func value<Value: Sendable>(
        of work: @escaping @Sendable () async -> Value, else fallback: @escaping @Sendable () -> Value
    ) async -> Value {
        await withCheckedContinuation { continuation in
            let answer = Answer(continuation)
            let timer = Task {
                // try?: cancelled because the answer came first.
                guard (try? await Task.sleep(for: duration)) != nil else { return }
                answer.give(fallback())
            }
            Task {
                answer.give(await work())
                timer.cancel()
            }
        }
    }
}

/// Resumes a continuation once, whoever comes first.
private final class Answer<Value: Sendable>: Sendable {
    private let continuation: Mutex<CheckedContinuation<Value, Never>?>

    init(_ continuation: CheckedContinuation<Value, Never>) {
        self.continuation = Mutex(continuation)
    }

    func give(_ value: Value) {
        let waiting = continuation.withLock { continuation in
            defer { continuation = nil }
            return continuation
        }
        waiting?.resume(returning: value)
    }
}
