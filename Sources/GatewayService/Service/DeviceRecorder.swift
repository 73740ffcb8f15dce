import AttendanceLedger
import DeviceSessions
import Logging
import SiteModel

/// Writes down what happens to devices, and tells the log what a person must look after.
struct DeviceRecorder: Sendable {
    let ledger: LedgerWriter
    let clock: any SiteClock
    let health: GatewayHealth
    let logger: Logger

    func handle(_ event: DeviceEvent) async {
        switch event {
        case .gapBegan(let gap):
            logger.warning(
                "reader gap began", metadata: ["reader": "\(gap.reader)", "reason": "\(gap.reason.name)"])
            await append(EntryDraft(gap, kind: .readerGap, clock: clock.now()))
        case .gapEnded(let gap):
            logger.notice(
                "reader gap ended", metadata: ["reader": "\(gap.reader)", "reason": "\(gap.reason.name)"])
            await append(EntryDraft(gap, kind: .readerGap, clock: clock.now()))
        case .passage(let lane, let direction, let passage):
            let record = PassageRecord(
                lane: lane, direction: direction, passage: passage, attendance: LedgerSequence(0))
            await append(EntryDraft(record, kind: .passage, clock: clock.now()))
        case .openingFailed(let lane, let direction):
            logger.error(
                "barrier did not take the opening",
                metadata: ["lane": "\(lane)", "direction": "\(direction.name)"])
        case .stateChanged: break  // The session logs it, and the board reads it from the statuses.
        case .identityRead:
            break  // Kept nowhere: a gate pass needs the number alone (personal information law, Article 6).
        }
    }

    private func append(_ draft: EntryDraft) async {
        do throws(LedgerError) {
            _ = try await ledger.append([draft])
        } catch {
            health.ledgerFailed(error)
            logger.error(
                "device event not recorded", metadata: ["kind": "\(draft.kind.name)", "error": "\(error)"])
        }
    }
}
