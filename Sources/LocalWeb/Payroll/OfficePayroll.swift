public import SiteModel

/// What the page about months asks of the gateway.
public struct OfficePayroll: Sendable {
    /// Nil: the last month that has ended.
    let board: @Sendable (CivilMonth?) async throws -> PayrollBoard
    let state: @Sendable (PayrollOrder) async -> SyncOutcome

    public init(
        board: @escaping @Sendable (CivilMonth?) async throws -> PayrollBoard,
        state: @escaping @Sendable (PayrollOrder) async -> SyncOutcome
    ) {
        self.board = board
        self.state = state
    }
}

/// An officer says that a team's month is final.
public struct PayrollOrder: Sendable, Hashable {
    public let month: CivilMonth
    public let team: Team
    /// Of the figures that they saw.
    public let mark: String
    /// The account's name.
    public let by: String
}

/// A month of all teams. No personal data.
public struct PayrollBoard: Sendable {
    public let month: CivilMonth
    public let hasEnded: Bool
    public let teams: [TeamMonth]

    public init(month: CivilMonth, hasEnded: Bool, teams: [TeamMonth]) {
        self.month = month
        self.hasEnded = hasEnded
        self.teams = teams
    }

    public struct TeamMonth: Sendable {
        public let team: Team
        public let workerCount: Int
        public let dayCount: Int
        public let tenthsOfHours: Int64
        /// Changes with any figure of any worker.
        public let mark: String
        /// Nil: nobody said that it is final.
        public var statement: LedgerSequence?
        public var statedBy = ""
        /// Workers whose figures were corrected since.
        public var changedCount = 0
        public var platforms: [AtPlatform] = []

        public init(
            team: Team, workerCount: Int, dayCount: Int, tenthsOfHours: Int64, mark: String
        ) {
            self.team = team
            self.workerCount = workerCount
            self.dayCount = dayCount
            self.tenthsOfHours = tenthsOfHours
            self.mark = mark
        }
    }

    /// Workers of a statement at a platform.
    public struct AtPlatform: Sendable, Hashable {
        public let name: String
        public let openCount: Int64
        public let sentCount: Int64
        public let confirmedCount: Int64
        public let refusedCount: Int64
        public let settledCount: Int64

        public init(
            name: String, openCount: Int64, sentCount: Int64, confirmedCount: Int64, refusedCount: Int64,
            settledCount: Int64
        ) {
            self.name = name
            self.openCount = openCount
            self.sentCount = sentCount
            self.confirmedCount = confirmedCount
            self.refusedCount = refusedCount
            self.settledCount = settledCount
        }
    }
}
