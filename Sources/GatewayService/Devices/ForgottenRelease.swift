import AttendanceLedger
import Logging
import ServiceLifecycle
import SiteModel

/// Ends a fire release that no lane hears of any more: the `fire_input` that began it was taken out of the
/// configuration. Behind the start, for it may walk back over all entries of people.
struct ForgottenRelease: Service {
    let reader: LedgerReader
    let recorder: DeviceRecorder
    let readiness: Readiness
    let logger: Logger

    func run() async throws {
        await readiness.wait()
        do {
            let last = try await onLedgerThread { [reader] in
                Result { () throws(LedgerError) in try reader.newestRelease() }
            }.get()
            if let last, !last.isOver { await recorder.endForgotten(last) }
        } catch {
            logger.error("whether a fire release lasts is not known", metadata: ["error": "\(error)"])
        }
        try? await gracefulShutdown()  // try?: cancelled is a shutdown too.
    }
}
