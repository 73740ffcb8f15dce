import AttendanceLedger
import Glibc
import Logging
import ServiceLifecycle

/// Verifies the whole ledger once after the start, behind everything else: the start itself looked at the
/// newest entries only, so that the first swipe did not wait.
///
/// Old damage does not close the gate: what is written from now on follows from the head, which verifies. It
/// is said in the log, on the page and in `status` until somebody has looked.
struct EvidenceWatch: Service {
    let reader: LedgerReader
    let health: GatewayHealth
    let readiness: Readiness
    let logger: Logger

    func run() async throws {
        await readiness.wait()
        let (reader, health, logger) = (reader, health, logger)
        do throws(LedgerError) {
            // The thread is not waited for: at the end of the process it ends where it is, and only reads.
            try startLedgerThread {
                // On Linux of this thread alone: swipes go first.
                _ = nice(19)
                Self.verify(reader, health, logger)
            }
        } catch {
            health.evidenceFailed("the ledger was not verified: \(error)")
        }
        try? await gracefulShutdown()  // try?: cancelled is a shutdown too.
    }

    private static func verify(_ reader: LedgerReader, _ health: GatewayHealth, _ logger: Logger) {
        do throws(LedgerError) {
            let found = try reader.verifyWithDecisions()
            guard found.isWhole else { return health.evidenceFailed(found.words) }
            logger.notice("ledger verified", metadata: ["entries": "\(found.entryCount)"])
        } catch {
            health.evidenceFailed("the ledger was not verified: \(error)")
        }
    }
}
