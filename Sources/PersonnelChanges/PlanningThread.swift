import Glibc

/// Runs `body` on a thread of its own and waits for it without blocking: a plan for a large site reads and
/// computes for a second, and swipes are decided on the cooperative pool.
///
/// - Throws: `PersonnelError.noThread`; then `body` did not run.
func onOwnThread<Value: Sendable>(
    _ body: @escaping @Sendable () -> Result<Value, PersonnelError>
) async throws(PersonnelError) -> Value {
    let result = await withCheckedContinuation { done in
        let box = Unmanaged.passRetained(ThreadBody { done.resume(returning: body()) })
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { pointer in
                guard let pointer else { return nil }
                Unmanaged<ThreadBody>.fromOpaque(pointer).takeRetainedValue().body()
                return nil
            }, box.toOpaque())
        if code == 0 {
            pthread_detach(thread)
        } else {
            box.release()
            done.resume(returning: .failure(.noThread(code: code)))
        }
    }
    return try result.get()
}

private final class ThreadBody: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }
}
