public import SiteModel

/// What the page about deliveries asks of the gateway.
public struct OfficeSync: Sendable {
    /// Revealed: the platform's words as they are, after the look was recorded.
    let board: @Sendable (_ isRevealed: Bool) async throws -> SyncBoard
    let settle: @Sendable (SyncSettlement) async -> SyncOutcome
    let settleAll: @Sendable (SyncBulkSettlement) async -> SyncBulkOutcome
    let order: @Sendable (_ platform: String, SyncAct) async -> SyncOutcome

    public init(
        board: @escaping @Sendable (_ isRevealed: Bool) async throws -> SyncBoard,
        settle: @escaping @Sendable (SyncSettlement) async -> SyncOutcome,
        settleAll: @escaping @Sendable (SyncBulkSettlement) async -> SyncBulkOutcome,
        order: @escaping @Sendable (_ platform: String, SyncAct) async -> SyncOutcome
    ) {
        self.board = board
        self.settle = settle
        self.settleAll = settleAll
        self.order = order
    }
}

/// What may be told to the deliveries.
public enum SyncAct: String, Sendable {
    case now
    case pause
    case resume
}

/// An officer decided about what a platform refused.
public struct SyncSettlement: Sendable, Hashable {
    public let platform: String
    public let entry: LedgerSequence
    public let pass: Int
    /// Sent once more; false: never.
    public let isResent: Bool
    /// The account's name.
    public let by: String
    public let reason: String
}

/// An officer decided about everything that a platform refused with one code.
public struct SyncBulkSettlement: Sendable, Hashable {
    public let platform: String
    public let code: String
    /// Sent once more; false: never.
    public let isResent: Bool
    /// The account's name.
    public let by: String
    public let reason: String
}

/// What became of an order.
public enum SyncOutcome: Sendable, Hashable {
    case done
    /// Nothing was done; a sentence to be shown.
    case refused(BoardWords)
}

/// What became of a decision about many.
public enum SyncBulkOutcome: Sendable, Hashable {
    /// So many were decided about; `keptCount` of those meant have to be looked at one by one.
    case settled(count: Int, keptCount: Int)
    /// Nothing was done; a sentence to be shown.
    case refused(BoardWords)
}

/// All platforms at one moment.
public struct SyncBoard: Sendable {
    public let now: UTCInstant
    public let platforms: [SyncPlatform]
    /// Oldest first, of all platforms.
    public let rejections: [SyncRejection]

    public init(now: UTCInstant, platforms: [SyncPlatform], rejections: [SyncRejection]) {
        self.now = now
        self.platforms = platforms
        self.rejections = rejections
    }
}

/// One platform. No personal data.
public struct SyncPlatform: Sendable {
    public enum Standing: Sendable, Hashable {
        /// Nobody has looked yet.
        case unknown
        /// The deliveries cannot run at all, and why.
        case broken(String)
        /// It refuses everything, in its words.
        case stopped(String)
        case paused
        /// Until the next try.
        case waiting(Duration)
        case delivering
        /// Until somebody mends a company or a team.
        case heldUp
        case upToDate
    }

    public struct Sample: Sendable, Hashable {
        public let at: UTCInstant
        public let waitingCount: Int64

        public init(at: UTCInstant, waitingCount: Int64) {
            self.at = at
            self.waitingCount = waitingCount
        }
    }

    /// A day of site time.
    public struct Day: Sendable, Hashable {
        public let day: CivilDate
        public let recordedCount: Int64
        /// Confirmed, refused, and those whose verdict is still to come.
        public let sentCount: Int64
        public let confirmedCount: Int64
        public let rejectedCount: Int64

        public init(
            day: CivilDate, recordedCount: Int64, sentCount: Int64, confirmedCount: Int64,
            rejectedCount: Int64
        ) {
            self.day = day
            self.recordedCount = recordedCount
            self.sentCount = sentCount
            self.confirmedCount = confirmedCount
            self.rejectedCount = rejectedCount
        }
    }

    /// A day that was compared with what the platform shows, and does not agree.
    public struct Difference: Sendable, Hashable {
        /// Shown there, and not recorded here.
        public struct Row: Sendable, Hashable {
            /// Masked.
            public let number: String
            public let at: UTCInstant
            public let direction: Direction

            public init(number: String, at: UTCInstant, direction: Direction) {
                (self.number, self.at, self.direction) = (number, at, direction)
            }
        }

        public let day: CivilDate
        /// They go up again.
        public let missingCount: Int
        public let unexpectedCount: Int
        public let repeatedCount: Int
        /// The first of those that are unexpected.
        public let rows: [Row]

        public init(
            day: CivilDate, missingCount: Int, unexpectedCount: Int, repeatedCount: Int, rows: [Row]
        ) {
            self.day = day
            self.missingCount = missingCount
            self.unexpectedCount = unexpectedCount
            self.repeatedCount = repeatedCount
            self.rows = rows
        }
    }

    /// A company, or a team of it, that the platform does not take.
    public struct Unit: Sendable, Hashable {
        public let employer: String
        /// Empty: the company itself.
        public let team: String
        public let words: String

        public init(employer: String, team: String, words: String) {
            self.employer = employer
            self.team = team
            self.words = words
        }
    }

    public var name: String
    /// Whose records these are, where another node's: its name and what tells it from others of that name.
    public var carriedFrom: (node: String, tag: String)?
    public var standing = Standing.unknown
    /// The last trouble on the way, as this gateway says it.
    public var trouble: BoardWords?
    /// What the platform's clock says, where it refuses ours.
    public var platformTime: UTCInstant?
    /// Why it paused by itself; nil: it did not.
    public var pauseWords: BoardWords?
    public var warnings: [BoardWords] = []
    /// Passes and changes without a final answer.
    public var waitingCount: Int64 = 0
    /// Those of them that wait for a registration or for the true time.
    public var heldCount: Int64 = 0
    public var confirmedCount: Int64 = 0
    public var refusedCount: Int64 = 0
    public var oldestAge: Duration?
    /// Passes confirmed within the last minute.
    public var confirmedPerMinute: Int64?
    /// Oldest first.
    public var backlog: [Sample] = []
    /// Days with passes, oldest first.
    public var days: [Day] = []
    public var refusedUnits: [Unit] = []
    /// Newest day first.
    public var differences: [Difference] = []

    public init(name: String) {
        self.name = name
    }
}

/// One thing that a platform refused.
public struct SyncRejection: Sendable, Hashable {
    public let platform: String
    public let entry: LedgerSequence
    /// Of a correction, from 1; else 0.
    public let pass: Int
    public let worker: WorkerID
    /// Masked unless revealed.
    public let person: String
    /// A pass, or a change of which kind.
    public let kind: BoardWords
    public let code: String
    /// The platform's; masked unless revealed.
    public let words: String
    public let at: UTCInstant

    public init(
        platform: String, entry: LedgerSequence, pass: Int, worker: WorkerID, person: String,
        kind: BoardWords, code: String, words: String, at: UTCInstant
    ) {
        self.platform = platform
        self.entry = entry
        self.pass = pass
        self.worker = worker
        self.person = person
        self.kind = kind
        self.code = code
        self.words = words
        self.at = at
    }
}
