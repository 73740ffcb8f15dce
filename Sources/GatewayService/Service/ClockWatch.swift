import AccessControl
import Logging
import ServiceLifecycle
import SiteModel

/// Once a second: writes clock steps and anchors, what waits in the journal and whom no barrier spoke of in
/// time, begins a shift anew, and tells systemd's watchdog that tasks still run. A slow disk is no reason to
/// be restarted, so the ledger is not asked for that.
struct ClockWatch: Service {
    let journal: EventJournal
    let time: SiteTime
    let health: GatewayHealth
    let presence: Presence
    let passages: PassageDesk
    let offsetMilliseconds: Int64
    let notifier: ServiceNotifier
    let logger: Logger

    func run() async throws {
        // try?: cancelled by the shutdown, which is the only way out.
        try? await cancelWhenGracefulShutdown {
            let first = time.now()
            var observer = ClockObserver(first: first)
            var shift = ShiftWatch(first: first.uptime, offsetMilliseconds: offsetMilliseconds)
            var signedAt = first.uptime
            while true {
                try await Task.sleep(for: .seconds(1))
                let reading = time.now()
                var drafts = observer.observe(reading)
                if reading.uptime - signedAt >= Self.signingInterval {
                    signedAt = reading.uptime
                    // A clock that stays synchronised is vouched for once a day: uptime drifts between.
                    if reading.synchronisation.isDisciplined {
                        drafts.append(ClockObserver.anchor(at: reading))
                    }
                    drafts.append(.checkpoint(at: reading))
                }
                await record(drafts, at: reading)
                await passages.settle()
                if shift.isOver(at: reading.uptime, time.instant(of: reading)) { presence.reset() }
                if notifier.watchdogInterval != nil { notifier.send("WATCHDOG=1") }
            }
        }
    }

    /// A day without a start is signed too.
    private static let signingInterval = Duration.seconds(86_400)

    private func record(_ drafts: [EntryDraft], at reading: ClockReading) async {
        for draft in drafts { logger.notice("clock", metadata: ["entry": "\(draft.kind.name)"]) }
        // One entry for a whole outage: the next gap waits until the last one is on disk.
        let gap = await journal.isEmpty ? health.takeGap() : nil
        let gapDraft = gap.map { EntryDraft($0, kind: .ledgerGap, clock: reading) }
        await journal.write(drafts + [gapDraft].compactMap { $0 })
    }
}
