import AccessControl
import SiteModel

/// One swipe with everything that was decided about it: what is stored and what the lane does follow from
/// here.
struct Judgement: Sendable {
    let swipe: Swipe
    let worker: IndexedWorker?
    let standing: WorkerStanding
    let decision: AccessDecision
    let isRepeat: Bool
    let reading: ClockReading
    let rosterPosition: LedgerSequence
    let policySequence: LedgerSequence
    /// The place it has in its lane; nil when nobody is let through.
    let place: LaneBook.Place?
    /// The QR badge or day pass that was read.
    let badge: LedgerSequence?
    /// By whom repeats are told; nil for a stranger.
    let bearer: WorkerID?

    /// Granted and no repeat. A read of uncertain time counts: the person was there.
    var countsAsPass: Bool { decision.isGranted && !isRepeat }

    /// A leaving lane opens for everybody; a repeat and a read of uncertain time open nothing.
    var isOpened: Bool {
        !isRepeat && !swipe.isTimeUncertain && (decision.isGranted || swipe.direction == .leaving)
    }

    var signal: LaneSignal {
        guard !isRepeat, !swipe.isTimeUncertain else { return .unchanged }
        if let reason = decision.reason { return .refused(reason, opens: isOpened) }
        return .granted
    }

    /// What the lane does when nothing could be written: only who leaves is let through, once.
    var signalWithoutRecord: LaneSignal {
        .notRecorded(opens: swipe.direction == .leaving && !swipe.isTimeUncertain && !isRepeat)
    }

    /// What the lane does when the record waits in the reserve: it will be written, but who looks at the lamp
    /// sees that it is not yet.
    var signalOfKeptRecord: LaneSignal { isOpened ? .notRecorded(opens: true) : .unchanged }

    /// - Parameter isKept: it goes into the reserve: no barrier's word can name it, so it waits for none.
    func record(isKept: Bool = false) -> AttendanceRecord {
        let manual: ManualAdmission? =
            if case .manual(_, let admission) = swipe.credential { admission } else { nil }
        let isNamed = worker != nil || standing.contains(.isVisitor)
        return AttendanceRecord(
            reader: swipe.reader, direction: swipe.direction, credentialKind: swipe.credential.kind,
            reason: decision.reason, isOpened: isOpened, isTimeUncertain: swipe.isTimeUncertain,
            standing: standing, rosterPosition: rosterPosition, policy: policySequence,
            maskedCredential: isNamed ? nil : swipe.credential.masked, manual: manual,
            awaitsPassage: !isKept && place?.tells == true, badge: badge)
    }

    func draft(isKept: Bool = false) -> EntryDraft {
        EntryDraft(
            record(isKept: isKept), kind: isRepeat ? .rawRead : .attendance,
            subject: worker.map { .worker($0.id) } ?? .nobody, clock: reading)
    }

    /// Whether it moves presence now, before any barrier spoke.
    func counts(isKept: Bool) -> Bool { !isRepeat && record(isKept: isKept).count(after: nil) == .counts }
}
