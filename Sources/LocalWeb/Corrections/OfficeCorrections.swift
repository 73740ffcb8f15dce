public import SiteModel

/// What the pages ask about corrections of attendance.
public struct OfficeCorrections: Sendable {
    /// Those that no site manager has confirmed, oldest first; of all the newest first.
    let list: @Sendable (_ isOfAll: Bool, _ limit: Int) async throws -> CorrectionList
    let judge: @Sendable (CorrectionOrder) async -> PeopleOutcome

    public init(
        list: @escaping @Sendable (_ isOfAll: Bool, _ limit: Int) async throws -> CorrectionList,
        judge: @escaping @Sendable (CorrectionOrder) async -> PeopleOutcome
    ) {
        self.list = list
        self.judge = judge
    }
}

/// What a site manager says of a correction.
public struct CorrectionOrder: Sendable, Hashable {
    public var correction: LedgerSequence
    public var verdict: CorrectionVerdict
    /// As typed; an objection needs them.
    public var words: String
    /// The account's name.
    public var by: String
    public var displayName: String

    public init(
        correction: LedgerSequence, verdict: CorrectionVerdict, words: String, by: String, displayName: String
    ) {
        self.correction = correction
        self.verdict = verdict
        self.words = words
        self.by = by
        self.displayName = displayName
    }
}

/// Corrections, masked.
public struct CorrectionList: Sendable, Hashable {
    public var lines: [CorrectionLine]
    /// All of that kind; the lines may be fewer.
    public var totalCount: Int
    /// Those that nobody has looked at, and those objected to.
    public var openCount: Int
    public var objectedCount: Int

    public init(lines: [CorrectionLine], totalCount: Int, openCount: Int, objectedCount: Int) {
        self.lines = lines
        self.totalCount = totalCount
        self.openCount = openCount
        self.objectedCount = objectedCount
    }
}

/// A correction beside what it puts right.
public struct CorrectionLine: Sendable, Hashable {
    /// A pass as a reader recorded it or as a person states it.
    public struct Pass: Sendable, Hashable {
        public var at: UTCInstant
        public var direction: Direction
        /// The lane; empty of a pass that a person states.
        public var lane: String
        /// What was decided; nil of a pass that a person states.
        public var decision: BoardWords?

        public init(at: UTCInstant, direction: Direction, lane: String = "", decision: BoardWords? = nil) {
            self.at = at
            self.direction = direction
            self.lane = lane
            self.decision = decision
        }
    }

    /// Whether the site manager stands by it.
    public enum Standing: Sendable, Hashable {
        case open
        case judged(CorrectionVerdict, by: String, at: UTCInstant, words: String)
    }

    public var correction: LedgerSequence
    public var worker: WorkerID
    /// Masked.
    public var name: String
    public var team: Team
    public var action: CorrectionAction
    /// Nil: no reader saw it.
    public var original: Pass?
    public var passes: [Pass]
    public var by: String
    public var reason: String
    public var recordedAt: UTCInstant
    public var standing: Standing

    public init(
        correction: LedgerSequence, worker: WorkerID, name: String, team: Team, action: CorrectionAction,
        original: Pass?, passes: [Pass], by: String, reason: String, recordedAt: UTCInstant,
        standing: Standing
    ) {
        self.correction = correction
        self.worker = worker
        self.name = name
        self.team = team
        self.action = action
        self.original = original
        self.passes = passes
        self.by = by
        self.reason = reason
        self.recordedAt = recordedAt
        self.standing = standing
    }

    /// No site manager stands by it.
    var isUnconfirmed: Bool { if case .judged(.confirmed, _, _, _) = standing { false } else { true } }
}
