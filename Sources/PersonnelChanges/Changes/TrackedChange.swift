public import SiteModel

/// When moments of the ledger truly were.
public typealias TimeCorrection = (ClockReading) -> CorrectedTime

/// What became of a change on its way to the platform. Names are exported.
public enum ChangeState: Sendable, Hashable {
    /// Nobody has told the platform yet.
    case open
    /// The platform has it and has not answered.
    case sent(at: ClockReading)
    /// `isByHand`: an officer entered it there and said so.
    case confirmed(at: ClockReading, isByHand: Bool)
    /// In the platform's words.
    case rejected(at: ClockReading, words: String)

    public var name: String {
        switch self {
        case .open: "open"
        case .sent: "sent"
        case .confirmed: "confirmed"
        case .rejected: "rejected"
        }
    }

    public var isConfirmed: Bool { if case .confirmed = self { true } else { false } }
}

/// One change of personnel and its clock of 24 hours. No personal data: the worker's id alone.
public struct TrackedChange: Sendable, Hashable {
    /// Its entry.
    public let sequence: LedgerSequence
    public let worker: WorkerID
    public let kind: PersonnelChangeKind
    /// The worker's team after it, for statistics.
    public let team: Team
    /// 管理人员 (work role 10), who have statistics of their own.
    public let isOfManager: Bool
    /// As the officer said, or as the clock of that moment did.
    public let statedAt: UTCInstant
    /// When it was recorded.
    public let recorded: ClockReading
    public internal(set) var state = ChangeState.open
    /// The entry by which an officer confirmed it by hand: reference and attachment stand there.
    public internal(set) var confirmation: LedgerSequence?
    /// 离场确认, then or later. Means something for `left` alone.
    public internal(set) var isConfirmedByLeaver: Bool

    init(_ change: PersonnelChange, _ entry: LedgerEntry, of worker: WorkerID) {
        sequence = entry.sequence
        self.worker = worker
        kind = change.kind
        team = change.worker.team
        isOfManager = change.worker.role == .manager
        statedAt = change.occurredAt
        recorded = entry.clock
        isConfirmedByLeaver = change.isConfirmedByLeaver
    }

    /// When it happened. A change that was recorded as it happened moves with what is learnt of the clock of
    /// that moment; one that was dated by a person stands where they put it.
    public func occurredAt(_ corrected: TimeCorrection) -> UTCInstant {
        guard statedAt == recorded.wall else { return statedAt }
        return corrected(recorded).instant
    }

    public func deadline(_ corrected: TimeCorrection) -> Deadline {
        Deadline(.change, from: occurredAt(corrected))
    }

    public func confirmedAt(_ corrected: TimeCorrection) -> UTCInstant? {
        guard case .confirmed(let reading, _) = state else { return nil }
        return corrected(reading).instant
    }

    /// Of one that is confirmed: how far the clock had run by then.
    public func stage(at instant: UTCInstant, _ corrected: TimeCorrection) -> DeadlineStage {
        deadline(corrected).stage(at: confirmedAt(corrected) ?? instant)
    }
}
