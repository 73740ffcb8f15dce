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
            let entries = try await ledger.append(judgements.map(\.draft))
            for (judgement, entry) in zip(judgements, entries) {
                guard let grant = judgement.grant else { continue }
                lanes.wrote(entry.sequence, grant, of: judgement.swipe.reader.lane)
            }
        } catch {
            health.ledgerFailed(error)
            return await keepLeavers(of: judgements, at: present)
        }
        health.ledgerWorked()
        judgements.forEach(followPresence)
        return judgements.map(\.signal)
    }

    /// The ledger took none of them: who leaves is kept in the reserve, the others are only counted.
    private func keepLeavers(of judgements: [Judgement], at present: ClockReading) async -> [LaneSignal] {
        let leavers = judgements.filter { $0.swipe.direction == .leaving }
        var isKept = leavers.isEmpty ? [] : await reserve.keep(leavers.map(\.draft))
        isKept.reverse()
        var (refusedCount, letOutCount) = (0, 0)
        let signals = judgements.map { judgement in
            let isLeaving = judgement.swipe.direction == .leaving
            if isLeaving, isKept.removeLast() {
                followPresence(judgement)
                return judgement.signalOfKeptRecord
            }
            takeBack(judgement)
            if !isLeaving, let grant = judgement.grant {
                lanes.withdraw(grant, of: judgement.swipe.reader.lane)
            }
            let signal = judgement.signalWithoutRecord
            if signal.opensBarrier { letOutCount += 1 } else { refusedCount += 1 }
            if isLeaving { followPresence(judgement) }
            return signal
        }
        if refusedCount + letOutCount > 0 {
            health.notRecorded(refused: refusedCount, letOut: letOutCount, at: present)
        }
        return signals
    }

    private func judge(_ swipe: Swipe, at reading: ClockReading) -> Judgement {
        let answer = index.answer(to: swipe.credential)
        let worker = answer.worker
        let whereabouts = worker.map { presence.whereabouts(of: $0.id) } ?? .unknown
        let standing = policy.standing(
            of: worker, whereabouts: whereabouts,
            at: time.instant(of: reading),
            siteOffsetMilliseconds: siteOffsetMilliseconds)
        var decision = policy.decide(standing: standing, worker: worker?.id, direction: swipe.direction)
        let isRepeat = !swipe.isTimeUncertain && isRepeat(swipe, of: worker)
        var grant: Int?
        if !isRepeat, !swipe.isTimeUncertain, decision.isGranted || swipe.direction == .leaving {
            // Nobody who leaves is held back by the lane.
            let isLeaving = swipe.direction == .leaving
            grant = lanes.take(swipe.reader.lane, at: swipe.arrivedAt, evenIfFull: isLeaving)
            if grant == nil { decision = .denied(.laneBusy, worker: worker?.id) }
        }
        if decision.isGranted, !isRepeat, !swipe.isTimeUncertain, let worker {
            repeats.recordGrant(
                worker: worker.id, reader: swipe.reader, direction: swipe.direction, at: swipe.arrivedAt)
        }
        return Judgement(
            swipe: swipe, worker: worker, standing: standing, decision: decision, isRepeat: isRepeat,
            reading: reading, rosterPosition: answer.rosterPosition, policySequence: policySequence,
            grant: grant)
    }

    private func isRepeat(_ swipe: Swipe, of worker: IndexedWorker?) -> Bool {
        guard let worker else { return false }
        return repeats.isRepeat(
            worker: worker.id, reader: swipe.reader, direction: swipe.direction, at: swipe.arrivedAt)
    }

    /// The group was not written: the next swipe of these workers is no repeat of a grant that never was.
    private func takeBack(_ judgement: Judgement) {
        guard judgement.countsAsPass, let worker = judgement.worker else { return }
        repeats.forgetGrant(
            worker: worker.id, reader: judgement.swipe.reader, direction: judgement.swipe.direction,
            at: judgement.swipe.arrivedAt)
    }

    private func followPresence(_ judgement: Judgement) {
        guard judgement.movesPresence, let worker = judgement.worker else { return }
        presence.follow(worker: worker.id, team: worker.team, direction: judgement.swipe.direction)
    }
}
