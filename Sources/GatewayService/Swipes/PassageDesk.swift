import AccessControl
import DeviceSessions
import SiteModel

/// What follows from a barrier's word: the entry, who is on site, and whether the same card may be read again
/// at once.
struct PassageDesk: Sendable {
    let lanes: LaneBook
    let presence: Presence
    let repeats: RepeatGuard
    let badges: BadgeBook
    let journal: EventJournal
    let clock: any SiteClock

    /// The barrier of a lane spoke.
    func take(_ passage: Passage, of lane: String, _ direction: Direction, swipedAt: Uptime?) async {
        let word = lanes.spoke(of: lane, passage, swipedAt: swipedAt)
        if let word { await write([word], direction) }
    }

    /// A lane was not opened for whom it was granted.
    ///
    /// A barrier that is not there or refuses is the site's failure and takes nobody's day: it may be propped
    /// open. Who came too late or to a full lane stands before it and shows the card again.
    func take(
        _ failure: OpeningFailure, of lane: String, _ direction: Direction, swipedAt: Uptime?
    ) async {
        let passage = failure == .barrier ? Passage.unknown : .notPassed
        let word = lanes.spoke(of: lane, passage, swipedAt: swipedAt, isFailure: true)
        if let word { await write([word], direction) }
    }

    /// Once a second: whom nobody spoke of in time.
    func settle() async { await write(lanes.collect(at: clock.now().uptime), .unknown) }

    /// At the end of the service.
    func giveUp() async { await write(lanes.drain(), .unknown) }

    private func write(_ words: [LaneBook.Word], _ direction: Direction) async {
        guard !words.isEmpty else { return }
        words.forEach(follow)
        let reading = clock.now()
        await journal.write(
            words.map { word in
                EntryDraft(
                    PassageRecord(
                        lane: word.lane, direction: word.guest?.direction ?? direction,
                        passage: word.passage, attendance: word.attendance),
                    kind: .passage,
                    subject: word.attendance.rawValue > 0
                        ? word.guest?.worker.map { .worker($0.id) } ?? .nobody : .nobody,
                    clock: reading)
            })
    }

    private func follow(_ word: LaneBook.Word) {
        guard let guest = word.guest, word.attendance.rawValue > 0 else { return }
        let maySwipeAgain = word.passage == .notPassed || word.isFailure
        if maySwipeAgain, let badge = guest.badge { badges.giveBack(badge, guest.direction) }
        guard let worker = guest.worker else { return }
        if maySwipeAgain {
            repeats.forgetGrant(
                worker: worker.id, reader: guest.reader, direction: guest.direction, at: guest.swipedAt)
        }
        if word.passage == .notPassed {
            presence.takeBack(worker: worker.id, by: word.attendance)
        } else if word.tells {
            presence.follow(
                worker: worker.id, team: worker.team, direction: guest.direction, by: word.attendance)
        }
    }
}
