import DeviceSessions
import Logging
import SiteModel
import Synchronization

/// Writes down what happens to devices, and tells the log what a person must look after.
struct DeviceRecorder: Sendable {
    let journal: EventJournal
    let clock: any SiteClock
    /// Where reads of identity documents go.
    let reads: ReadDesk
    let passages: PassageDesk
    let commissioning = CommissioningMark()
    /// Since when all lanes stand open.
    let release: ReleaseMark
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
        case .passage(let lane, let direction, let passage, let swipedAt):
            await passages.take(passage, of: lane, direction, swipedAt: swipedAt)
        case .openingFailed(let failure, let lane, let direction, let swipedAt):
            logger.error(
                "lane did not open", metadata: ["lane": "\(lane)", "direction": "\(direction.name)"])
            // The attendance entry says "opened": here stands that the barrier was not told in time.
            await passages.take(failure, of: lane, direction, swipedAt: swipedAt)
        case .laneAlarm(let lane, let direction, let alarm):
            logger.warning("lane alarm", metadata: ["lane": "\(lane)", "alarm": "\(alarm.name)"])
            await write(LaneAlarmRecord(lane: lane, direction: direction, alarm: alarm), .laneAlarm)
        case .released(let lane, let isReleased): await write(release: isReleased, by: lane)
        case .commissioned(let reader, let act, let words):
            logger.notice(
                "reader commissioned",
                metadata: ["reader": "\(reader)", "act": "\(act.name)", "words": "\(words)"]
            )
            await write(
                DeviceCommissioned(
                    reader: reader, act: act, by: commissioning.person(for: reader), words: words),
                .deviceCommissioned)
        case .stateChanged: break  // The session logs it, and the board reads it from the statuses.
        case .identityRead(let card, let reader): await reads.take(card, from: reader)
        }
    }

    /// Before the devices begin: a release that the last stop did not end lasts until its alarm is heard to
    /// be quiet. It is over when nobody hears that alarm any more.
    ///
    /// - Parameter lanes: whose barrier hears an alarm.
    func takeUpRelease(hearing lanes: Set<String>) async {
        guard let lane = release.lane else { return }
        guard lanes.contains(lane) else { return await write(release: false, by: lane) }
        passages.lanes.release(true)
        logger.error("all lanes still released", metadata: ["lane": "\(lane)"])
    }

    /// One that the ledger calls open while no lane is released.
    func endForgotten(_ begun: LanesReleased) async {
        guard release.lasting == nil else { return }
        await write(
            LanesReleased(lane: begun.lane, isOver: true, sinceWall: begun.sinceWall, since: begun.since),
            .lanesReleased)
    }

    private func write(release isReleased: Bool, by lane: String) async {
        let now = clock.now()
        let since = release.note(isReleased, by: lane, at: now)
        passages.lanes.release(isReleased)
        if isReleased {
            logger.error("all lanes released", metadata: ["lane": "\(lane)"])
        } else {
            logger.notice("lanes controlled again", metadata: ["lane": "\(lane)"])
        }
        await write(
            LanesReleased(
                lane: lane, isOver: !isReleased, sinceWall: since.wall, since: since.uptime),
            .lanesReleased)
    }

    private func write(_ body: some EntryBody, _ kind: LedgerEntryKind) async {
        await journal.write([EntryDraft(body, kind: kind, clock: clock.now())])
    }
}

/// When the release began that lasts, by which lane's alarm; over a restart too.
final class ReleaseMark: Sendable {
    struct Beginning: Sendable {
        let lane: String
        let wall: UTCInstant
        /// Of the boot in which it began.
        let uptime: Uptime
    }

    private let beginning: Mutex<Beginning?>

    /// - Parameter last: the newest word of this ledger on the matter; nil: there is none.
    init(last: LanesReleased?) {
        let open = last.flatMap { $0.isOver ? nil : $0 }
        beginning = Mutex(open.map { Beginning(lane: $0.lane, wall: $0.sinceWall, uptime: $0.since) })
    }

    /// The release that has no end yet.
    var lasting: Beginning? { beginning.withLock { $0 } }

    /// Its lane.
    var lane: String? { lasting?.lane }

    /// - Returns: when the release began that this begins or ends.
    func note(_ isReleased: Bool, by lane: String, at reading: ClockReading) -> Beginning {
        beginning.withLock { beginning in
            let now = Beginning(lane: lane, wall: reading.wall, uptime: reading.uptime)
            let known = isReleased && beginning?.lane != lane ? now : beginning ?? now
            beginning = isReleased ? known : nil
            return known
        }
    }
}
