import AttendanceLedger

/// Runs a plan on a thread of its own: one for a large site reads and computes for a second.
///
/// - Throws: what `body` gives; `PersonnelError.ledger` when the system gives no thread.
func onOwnThread<Value: Sendable>(
    _ body: @escaping @Sendable () -> Result<Value, PersonnelError>
) async throws(PersonnelError) -> Value {
    let result: Result<Value, PersonnelError>
    do throws(LedgerError) {
        result = try await onLedgerThread(body)
    } catch {
        throw .ledger(error)
    }
    return try result.get()
}
