import AttendanceLedger

/// Runs `body` on a thread of its own and waits for it without blocking: a plan for a large site reads and
/// computes for a second, and swipes are decided on the cooperative pool.
///
/// - Throws: `PersonnelError.ledger` when the system gives no thread; then `body` did not run.
func onOwnThread<Value: Sendable>(
    _ body: @escaping @Sendable () -> Result<Value, PersonnelError>
) async throws(PersonnelError) -> Value {
    let result = await withCheckedContinuation { done in
        do throws(LedgerError) {
            try startLedgerThread { done.resume(returning: body()) }
        } catch {
            done.resume(returning: .failure(.ledger(error)))
        }
    }
    return try result.get()
}
