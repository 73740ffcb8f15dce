import AttendanceLedger
import Logging
import PersonnelChanges
import ServiceLifecycle
import SiteModel

/// Keeps the people book where the ledger stands. The fold runs beside the lanes, which decide without it.
struct PeopleFollower: Service {
    let ledger: LedgerWriter
    let people: PeopleBook
    let health: GatewayHealth
    let readiness: Readiness
    let logger: Logger

    func run() async throws {
        await readiness.wait()
        // Pages that stand still must not close the gate: it is tried again.
        await retryUntilShutdown(every: .seconds(10)) {
            await cancelWhenGracefulShutdown {
                do {
                    try await follow()
                } catch is CancellationError, PersonnelError.stopped {
                    return
                } catch {
                    people.fail()
                    let words = (error as? PersonnelError)?.english ?? "\(error)"
                    health.evidenceFailed("the pages about people stand still: \(words)")
                }
            }
        }
        // Whoever still waits is told so.
        people.fail()
    }

    private func follow() async throws {
        if !people.isFolded {
            // A stop waits for nobody's 100,000 workers.
            let folded = try await withTaskCancellationHandler {
                try await onLedgerThread { [people] in
                    Result { () throws(PersonnelError) in try people.fold() }
                }
            } onCancel: {
                people.giveUp()
            }
            try folded.get()
        }
        for try await page in ledger.tail(after: people.position).pages { try people.follow(page) }
    }
}
