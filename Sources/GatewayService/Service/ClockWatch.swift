import AccessControl
import Logging
import ServiceLifecycle
import SiteModel

/// Once a second: writes clock steps and anchors and what waits in the journal, begins a shift anew, and
/// tells systemd's watchdog
/// that tasks still run. A slow disk is no reason to be restarted, so the ledger is not asked for that.
struct ClockWatch: Service {
    let journal: EventJournal
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
            var signedAt = first.uptime
            while true {
                try await Task.sleep(for: .seconds(1))
                let reading = clock.now()
                var drafts = observer.observe(reading)
                if reading.uptime - signedAt >= Self.signingInterval {
                    signedAt = reading.uptime
                    drafts.append(.checkpoint(at: reading))
                }
                await record(drafts, at: reading)
                if shift != self.shift(holding: reading) {
                    shift = self.shift(holding: reading)
                    // After a jump of the clock the same people are still inside.
                    if !drafts.contains(where: { $0.kind == .clockStep }) { presence.reset() }
                }
                if notifier.watchdogInterval != nil { notifier.send("WATCHDOG=1") }
            }
        }
    }

    /// A day without a start is signed too.
    private static let signingInterval = Duration.seconds(86_400)

    private func shift(holding reading: ClockReading) -> SiteShift {
        SiteShift(holding: reading.wall, offsetMilliseconds: offsetMilliseconds)
    }

    private func record(_ drafts: [EntryDraft], at reading: ClockReading) async {
        for draft in drafts { logger.notice("clock", metadata: ["entry": "\(draft.kind.name)"]) }
        // One entry for a whole outage: the next gap waits until the last one is on disk.
        let gap = await journal.isEmpty ? health.takeGap() : nil
        let gapDraft = gap.map { EntryDraft($0, kind: .ledgerGap, clock: reading) }
        await journal.write(drafts + [gapDraft].compactMap { $0 })
    }
}
