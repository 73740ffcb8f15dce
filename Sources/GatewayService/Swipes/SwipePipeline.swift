import AccessControl
import AttendanceLedger
public import SiteModel

/// The whole story of a swipe: look up, decide, write down, answer.
///
/// The lane hears `granted` only after the record is on disk. Nothing here waits for anything but the ledger.
public struct SwipePipeline: Sendable {
    let index: WorkerIndex
    let presence: Presence
    let repeats: RepeatGuard
    let policy: AccessPolicy
    /// The `policyApplied` entry in force, stored with every record.
    let policySequence: LedgerSequence
    let ledger: LedgerWriter
    /// For leavers while the ledger cannot write.
    let reserve: LeavingReserve
    let clock: any SiteClock
    let health: GatewayHealth
    let lanes: LaneBook
    let badges: BadgeBook
    /// By which is decided: what the wall clock says that nobody vouches for makes nobody under age and lets
    /// nobody in who has left.
    let time: SiteTime
    let siteOffsetMilliseconds: Int64
    var leavingPatience = Duration.seconds(1)

    /// Handles the swipes of one read as one group of the ledger.
    ///
    /// - Returns: one signal for each swipe, in order. When the ledger could not write, health says so and
    ///   only leaving lanes open, with `.notRecorded`: what opened them waits in the reserve. Who leaves does
    ///   not wait for a disk that hangs: after `leavingPatience` the lane opens, and the record follows by
    ///   the one way or the other when the disk answers, never by both.
    public func handle(_ swipes: [Swipe]) async -> [LaneSignal] {
        let present = clock.now()
        let judgements = swipes.map { judge($0, at: present.at($0.arrivedAt)) }
        guard swipes.allSatisfy({ $0.direction == .leaving }) else {
            return await record(judgements, at: present)
        }
        return await Patience(leavingPatience).value(
            of: { await record(judgements, at: present) },
            else: { judgements.map(\.signalWithoutRecord) })
    }

    private func record(_ judgements: [Judgement], at present: ClockReading) async -> [LaneSignal] {
        do throws(LedgerError) {
            let entries = try await ledger.append(judgements.map { $0.draft() })
            for (judgement, entry) in zip(judgements, entries) {
                if let place = judgement.place {
                    lanes.wrote(entry.sequence, place, of: judgement.swipe.reader.lane)
                }
                followPresence(judgement, by: entry.sequence)
            }
        } catch {
            health.ledgerFailed(error)
            return await keepLeavers(of: judgements, at: present)
        }
        health.ledgerWorked()
        return judgements.map(\.signal)
    }

    /// The ledger took none of them: who leaves is kept in the reserve, the others are only counted.
    private func keepLeavers(of judgements: [Judgement], at present: ClockReading) async -> [LaneSignal] {
        let leavers = judgements.filter { $0.swipe.direction == .leaving }
        var isKept = leavers.isEmpty ? [] : await reserve.keep(leavers.map { $0.draft(isKept: true) })
        isKept.reverse()
        var (refusedCount, letOutCount) = (0, 0)
        let signals = judgements.map { judgement in
            let isLeaving = judgement.swipe.direction == .leaving
            if isLeaving, let place = judgement.place {
                lanes.wrote(LedgerSequence(0), place, of: judgement.swipe.reader.lane)
            }
            if isLeaving, isKept.removeLast() {
                followPresence(judgement, by: nil)
                return judgement.signalOfKeptRecord
            }
            takeBack(judgement)
            if !isLeaving, let place = judgement.place {
                lanes.withdraw(place, of: judgement.swipe.reader.lane)
            }
            let signal = judgement.signalWithoutRecord
            if signal.opensBarrier { letOutCount += 1 } else { refusedCount += 1 }
            if isLeaving { followPresence(judgement, by: nil) }
            return signal
        }
        if refusedCount + letOutCount > 0 {
            health.notRecorded(refused: refusedCount, letOut: letOutCount, at: present)
        }
        return signals
    }

    private func judge(_ swipe: Swipe, at reading: ClockReading) -> Judgement {
        let bearer = bearer(of: swipe)
        let worker = bearer.worker
        let isRepeat = !swipe.isTimeUncertain && isRepeat(swipe, of: bearer.id)
        let whereabouts = worker.map { presence.whereabouts(of: $0.id) } ?? .unknown
        var standing = policy.standing(
            of: worker, whereabouts: whereabouts,
            at: time.instant(of: reading),
            siteOffsetMilliseconds: siteOffsetMilliseconds)
        if let badge = bearer.badge {
            standing.formUnion(
                isRepeat ? badges.standing(of: badge) : badges.use(badge, swipe.direction, at: reading))
        }
        var decision = policy.decide(standing: standing, worker: worker?.id, direction: swipe.direction)
        var place: LaneBook.Place?
        if !isRepeat, !swipe.isTimeUncertain, decision.isGranted || swipe.direction == .leaving {
            // Nobody who leaves is held back by the lane.
            let isLeaving = swipe.direction == .leaving
            place = lanes.take(bearer.guest(swipe), at: swipe.arrivedAt, evenIfFull: isLeaving)
            if place == nil { decision = .denied(.laneBusy, worker: worker?.id) }
        }
        if !isRepeat, !decision.isGranted, let badge = bearer.badge,
            standing.isDisjoint(with: [.isBadgeUsed, .hasBadgeEnded, .isBadgeTimeUnknown])
        {
            // Refused for something else: it was not used.
            badges.giveBack(badge.number, swipe.direction)
        }
        if decision.isGranted, !isRepeat, !swipe.isTimeUncertain, let id = bearer.id {
            repeats.recordGrant(
                worker: id, reader: swipe.reader, direction: swipe.direction, at: swipe.arrivedAt)
        }
        return Judgement(
            swipe: swipe, worker: worker, standing: standing, decision: decision, isRepeat: isRepeat,
            reading: reading, rosterPosition: bearer.rosterPosition, policySequence: policySequence,
            place: place, badge: bearer.badge?.number, bearer: bearer.id)
    }

    private func bearer(of swipe: Swipe) -> SwipeBearer {
        guard case .qrToken(let text) = swipe.credential, let badge = badges.read(text) else {
            let answer = index.answer(to: swipe.credential)
            return SwipeBearer(worker: answer.worker, badge: nil, rosterPosition: answer.rosterPosition)
        }
        // The position first: what is known of the worker is at least as new.
        let position = index.rosterPosition
        return SwipeBearer(
            worker: badge.worker.flatMap(index.worker), badge: badge, rosterPosition: position)
    }

    private func isRepeat(_ swipe: Swipe, of id: WorkerID?) -> Bool {
        guard let id else { return false }
        return repeats.isRepeat(
            worker: id, reader: swipe.reader, direction: swipe.direction, at: swipe.arrivedAt)
    }

    /// The group was not written: the next swipe of these workers is no repeat of a grant that never was.
    private func takeBack(_ judgement: Judgement) {
        guard judgement.countsAsPass, let bearer = judgement.bearer else { return }
        repeats.forgetGrant(
            worker: bearer, reader: judgement.swipe.reader, direction: judgement.swipe.direction,
            at: judgement.swipe.arrivedAt)
        if let badge = judgement.badge { badges.giveBack(badge, judgement.swipe.direction) }
    }

    /// - Parameter attendance: nil for one that has no number in the ledger yet, or never.
    private func followPresence(_ judgement: Judgement, by attendance: LedgerSequence?) {
        guard judgement.counts(isKept: attendance == nil), let worker = judgement.worker else { return }
        presence.follow(
            worker: worker.id, team: worker.team, direction: judgement.swipe.direction, by: attendance)
    }
}

/// Whose credential a swipe is.
private struct SwipeBearer {
    let worker: IndexedWorker?
    let badge: BadgeBook.Shown?
    let rosterPosition: LedgerSequence

    /// Tells repeats. A visitor's is made of the number of their pass, which no worker's id has.
    var id: WorkerID? { worker?.id ?? badge.map { WorkerID(rawValue: UInt64($0.number.rawValue)) } }

    func guest(_ swipe: Swipe) -> LaneBook.Guest {
        let isManual = if case .manual = swipe.credential { true } else { false }
        return LaneBook.Guest(
            reader: swipe.reader, direction: swipe.direction, swipedAt: swipe.arrivedAt, worker: worker,
            badge: badge?.number, isManual: isManual)
    }
}
