import Glibc

/// Runs `body` on a thread of its own: SQLite blocks, so it never runs on the cooperative pool. Also for
/// those
/// above who read the ledger for long.
///
/// - Throws: `LedgerError.storage` when the system gives no thread; then `body` did not run.
public func startLedgerThread(_ body: @escaping @Sendable () -> Void) throws(LedgerError) {
    let box = Unmanaged.passRetained(ThreadBody(body))
    var thread = pthread_t()
    let code = pthread_create(
        &thread, nil,
        { pointer in
            guard let pointer else { return nil }
            Unmanaged<ThreadBody>.fromOpaque(pointer).takeRetainedValue().body()
            return nil
        }, box.toOpaque())
    guard code == 0 else {
        box.release()
        throw .storage(operation: "pthread_create", code: code, words: "no thread for the ledger")
    }
    pthread_detach(thread)
}

/// Runs blocking work on a thread of its own and waits for it without blocking: swipes are decided on the
/// cooperative pool.
///
/// - Throws: `LedgerError.storage` when the system gives no thread; then `body` did not run.
public func onLedgerThread<Value: Sendable>(
    _ body: @escaping @Sendable () -> Value
) async throws(LedgerError) -> Value {
    let result: Result<Value, LedgerError> = await withCheckedContinuation { done in
        do throws(LedgerError) {
            try startLedgerThread { done.resume(returning: .success(body())) }
        } catch {
            done.resume(returning: .failure(error))
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
