import AccessControl
import AttendanceLedger
import Logging
import ServiceLifecycle
import SiteModel

/// Looks at the clocks every second: begins a shift anew, writes steps and anchors, and keeps systemd's
/// watchdog content while the
/// ledger's thread answers.
struct ClockWatch: Service {
    let ledger: LedgerWriter
    let clock: any SiteClock
    let health: GatewayHealth
    let presence: Presence
    let offsetMilliseconds: Int64
    let notifier: ServiceNotifier
    let logger: Logger

    func run() async throws {
        // try?: cancelled by the shutdown, which is the only way out.
        try? await cancelWhenGracefulShutdown {
            let first = clock.now()
            var observer = ClockObserver(first: first)
            var shift = shift(holding: first)
            while true {
                try await Task.sleep(for: .seconds(1))
                let reading = clock.now()
                await record(observer.observe(reading))
                if shift != self.shift(holding: reading) {
                    shift = self.shift(holding: reading)
                    presence.reset()
                }
                if notifier.watchdogInterval != nil { notifier.send("WATCHDOG=1") }
            }
        }
    }

    private func shift(holding reading: ClockReading) -> SiteShift {
        SiteShift(holding: reading.wall, offsetMilliseconds: offsetMilliseconds)
    }

    private func record(_ drafts: [EntryDraft]) async {
        guard !drafts.isEmpty else { return }
        do throws(LedgerError) {
            _ = try await ledger.append(drafts)
        } catch {
            health.ledgerFailed(error)
            logger.error("clock entry not recorded", metadata: ["error": "\(error)"])
        }
        for draft in drafts { logger.notice("clock", metadata: ["entry": "\(draft.kind.name)"]) }
    }
}
