import AttendanceLedger
import Logging
import ServiceLifecycle
import SiteModel

/// Once a second: takes what waits in the reserve of the leaving lanes over into the ledger, and looks how
/// much room is left.
///
/// A service of its own: while the disk hangs, only this waits for it.
struct StorageWatch: Service {
    let reserve: LeavingReserve
    let ledger: LedgerWriter
    let reader: LedgerReader
    let clock: any SiteClock
    let health: GatewayHealth
    let stateDirectory: String

    func run() async throws {
        // try?: cancelled by the shutdown, which is the only way out.
        try? await cancelWhenGracefulShutdown {
            while true {
                await look()
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    func look() async {
        health.sees(freeByteCount: DiskSpace.freeByteCount(ofFolder: stateDirectory))
        if reserve.fault != nil { await reserve.mend() }
        await replay()
        health.reserve(reserve.fault)
    }

    private func replay() async {
        guard reserve.waitingCount > 0 else { return }
        do throws(LedgerError) {
            let count = try await reserve.replay(into: ledger, reader: reader, at: clock.now())
            health.ledgerWorked()
            health.logger.notice("late records written", metadata: ["count": "\(count)"])
        } catch {
            health.ledgerFailed(error)
        }
    }
}
