public import SiteModel

/// What the pages of the gate ask: visitors, and lanes that a person opens.
public struct OfficeGate: Sendable {
    /// Names of the lanes, in their order on the board.
    let lanes: @Sendable () -> [String]
    /// Visitors on site, oldest first.
    let visitors: @Sendable () async throws -> [VisitorFacts]
    let admit: @Sendable (VisitorOrder) async -> GateOutcome
    let leave: @Sendable (LedgerSequence, _ lane: String?, _ by: String) async -> GateOutcome
    /// A visitor's day pass as a picture; nil for nobody on site.
    let pass: @Sendable (LedgerSequence) async throws -> BadgeFacts?
    /// Opens a lane for nobody in particular.
    let open: @Sendable (LaneOrder) async -> GateOutcome
    /// Lets a worker through without a card.
    let letThrough: @Sendable (LaneOrder) async -> GateOutcome

    public init(
        lanes: @escaping @Sendable () -> [String],
        visitors: @escaping @Sendable () async throws -> [VisitorFacts],
        admit: @escaping @Sendable (VisitorOrder) async -> GateOutcome,
        leave: @escaping @Sendable (LedgerSequence, _ lane: String?, _ by: String) async -> GateOutcome,
        pass: @escaping @Sendable (LedgerSequence) async throws -> BadgeFacts?,
        open: @escaping @Sendable (LaneOrder) async -> GateOutcome,
        letThrough: @escaping @Sendable (LaneOrder) async -> GateOutcome
    ) {
        self.lanes = lanes
        self.visitors = visitors
        self.admit = admit
        self.leave = leave
        self.pass = pass
        self.open = open
        self.letThrough = letThrough
    }
}

/// A visitor on site, masked as the ledger has them.
public struct VisitorFacts: Sendable, Hashable {
    public var number: LedgerSequence
    public var name: String
    public var company: String
    public var purpose: String
    public var host: WorkerID?
    public var admittedAt: UTCInstant
    public var until: UTCInstant
    public var isOverdue: Bool
    /// Who let them in.
    public var by: String

    public init(
        number: LedgerSequence, name: String, company: String, purpose: String, host: WorkerID?,
        admittedAt: UTCInstant, until: UTCInstant, isOverdue: Bool, by: String
    ) {
        self.number = number
        self.name = name
        self.company = company
        self.purpose = purpose
        self.host = host
        self.admittedAt = admittedAt
        self.until = until
        self.isOverdue = isOverdue
        self.by = by
    }
}

/// A day pass as it is asked for, each text as typed. The name is whole: it is masked before it is written.
public struct VisitorOrder: Sendable, Hashable {
    public var name: String
    public var company: String
    public var purpose: String
    /// Id of a worker; empty: nobody answers for them.
    public var host: String
    /// `18:00` of today; empty: the end of the day.
    public var until: String
    /// To be opened for them; nil: none.
    public var lane: String?
    /// The account's name.
    public var by: String

    public init(
        name: String, company: String, purpose: String, host: String, until: String, lane: String?,
        by: String
    ) {
        self.name = name
        self.company = company
        self.purpose = purpose
        self.host = host
        self.until = until
        self.lane = lane
        self.by = by
    }
}

/// A lane that a person opens, and why.
public struct LaneOrder: Sendable, Hashable {
    /// Id or identity number of the worker who is let through; empty for nobody in particular.
    public var worker: String
    public var lane: String
    public var direction: Direction
    public var reason: String
    /// The account's name.
    public var by: String

    public init(worker: String = "", lane: String, direction: Direction, reason: String, by: String) {
        self.worker = worker
        self.lane = lane
        self.direction = direction
        self.reason = reason
        self.by = by
    }
}

/// What became of it.
public enum GateOutcome: Sendable, Hashable {
    /// On record; what to tell the person at the gate. A problem: somebody has to open the lane by hand.
    case done(BoardWords, isProblem: Bool)
    /// Nothing opened but where the sentences say so; a sentence each, to be shown.
    case refused([BoardWords])
}
