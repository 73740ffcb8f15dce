import DeviceSessions
import Logging
import SiteModel

/// Writes down what happens to devices, and tells the log what a person must look after.
struct DeviceRecorder: Sendable {
    let journal: EventJournal
    let clock: any SiteClock
    /// Where reads of identity documents go.
    let reads: ReadDesk
    let logger: Logger

    func handle(_ event: DeviceEvent) async {
        switch event {
        case .gapBegan(let gap):
            logger.warning(
                "reader gap began", metadata: ["reader": "\(gap.reader)", "reason": "\(gap.reason.name)"])
            await write(gap, .readerGap)
        case .gapEnded(let gap):
            logger.notice(
                "reader gap ended", metadata: ["reader": "\(gap.reader)", "reason": "\(gap.reason.name)"])
            await write(gap, .readerGap)
        case .passage(let lane, let direction, let passage):
            await write(passage, of: lane, direction)
        case .openingFailed(let lane, let direction):
            logger.error(
                "lane did not open", metadata: ["lane": "\(lane)", "direction": "\(direction.name)"])
            // The attendance entry says "opened": here stands that the barrier was not told in time.
            await write(.notPassed, of: lane, direction)
        case .stateChanged: break  // The session logs it, and the board reads it from the statuses.
        case .identityRead(let card, let reader): await reads.take(card, from: reader)
        }
    }

    private func write(_ passage: Passage, of lane: String, _ direction: Direction) async {
        await write(
            PassageRecord(lane: lane, direction: direction, passage: passage, attendance: LedgerSequence(0)),
            .passage)
    }

    private func write(_ body: some EntryBody, _ kind: LedgerEntryKind) async {
        await journal.write([EntryDraft(body, kind: kind, clock: clock.now())])
    }
}
