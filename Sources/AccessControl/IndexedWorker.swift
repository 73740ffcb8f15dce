public import SiteModel

/// What the index knows of a worker: enough to decide at the lane; neither name nor number.
public struct IndexedWorker: Sendable, Hashable {
    public let id: WorkerID
    public let team: TeamNumber
    /// From this instant on the worker no longer belongs to the project; nil while they do.
    public let leftAt: UTCInstant?
    /// Days from 1970 to the birth date.
    private let birthDay: Int32?
    private let conditions: ConditionDays

    public init(
        id: WorkerID, team: TeamNumber, leftAt: UTCInstant?, birthDate: CivilDate?,
        conditions: LaneConditions = LaneConditions()
    ) {
        self.init(
            id: id, team: team, leftAt: leftAt,
            birthDay: birthDate.map { Int32(truncatingIfNeeded: $0.daysSince1970) },
            conditions: ConditionDays(conditions))
    }

    init(
        id: WorkerID, team: TeamNumber, leftAt: UTCInstant?, birthDay: Int32?, conditions: ConditionDays
    ) {
        self.conditions = conditions
        self.id = id
        self.team = team
        self.leftAt = leftAt
        self.birthDay = birthDay
    }

    /// As the ID number tells it; nil when it tells none.
    public var birthDate: CivilDate? {
        birthDay.map { CivilDate(daysSince1970: Int64($0)) }
    }

    /// Which conditions of the lane are not met on a day of site time.
    public func lacks(on day: CivilDate) -> WorkerStanding { conditions.lacks(on: day) }

    public func hasLeft(at instant: UTCInstant) -> Bool {
        leftAt.map { $0 <= instant } ?? false
    }
}

/// A team within this run of the program: numbered from 0 in the order in which the ledger first names them.
/// Never stored; `WorkerIndex.team` gives its names.
public struct TeamNumber: Sendable, Hashable, Comparable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    public static func < (left: TeamNumber, right: TeamNumber) -> Bool { left.rawValue < right.rawValue }
}

/// A team and how many it has.
public struct IndexedTeam: Sendable, Hashable {
    public let number: TeamNumber
    public let team: Team
    /// Workers for whom no leaving is on record, not even one in the future.
    public let memberCount: Int
    /// All workers of the team, also those who left.
    public let workerCount: Int
}

/// The answer to one look-up, and the state of the roster that gave it: taken together, so that a change of
/// the roster cannot come between them.
public struct RosterAnswer: Sendable, Hashable {
    /// Nil: nobody on the roster, present or past, has the credential.
    public let worker: IndexedWorker?
    public let rosterPosition: LedgerSequence
}

/// Why the index did not take in an entry. After a throw it holds everything it held before, and nothing of
/// the entry.
public enum AccessControlError: Error, Equatable, Sendable {
    /// The body of this entry is no personnel change, is sealed, or names no worker: the evidence is
    /// damaged, or of a later version.
    case unreadableEntry(LedgerSequence)
    /// The entry is not newer than the position. Entries come in the order of the ledger, each once.
    case outOfOrder(LedgerSequence, position: LedgerSequence)
    /// The index holds as many workers as it may. The worker of this entry is unknown at the lane; those who
    /// were in it before still get through.
    case tooManyWorkers(LedgerSequence, maximum: Int)
    /// The same for teams.
    case tooManyTeams(LedgerSequence, maximum: Int)
}
