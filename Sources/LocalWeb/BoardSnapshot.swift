public import SiteModel

/// Everything the live board shows, at one moment. It holds no personal data beyond masked names.
///
/// Whoever builds it reads ledger, index and presence; the board itself knows none of them.
public struct BoardSnapshot: Sendable, Hashable {
    /// How many swipes the board shows: the newest, huge, and these beneath it.
    public static let shownSwipeCount = 9

    public var siteName: String
    public var node: String
    /// The gateway's wall clock, and the offset of site time from UTC.
    public var now: UTCInstant
    public var offsetMilliseconds: Int64
    public var isClockSynchronised: Bool
    /// Newest first. What exceeds `shownSwipeCount` is not shown.
    public var swipes: [BoardSwipe]
    /// Who is on site, team by team, in the order of the roster.
    public var teams: [TeamPresence]
    /// Also counts people whose team is not listed.
    public var onSiteCount: Int
    /// With a day pass, not seen to leave; none of them is in `onSiteCount`.
    public var visitorCount: Int
    public var grantedTodayCount: Int
    public var refusedTodayCount: Int
    public var devices: [DeviceStatus]
    public var ledgerPosition: LedgerSequence
    /// Nil while the ledger writes; else what to tell the people at the gate.
    public var ledgerFailure: BoardWords?
    /// Anything else a person must know or mend, most urgent first.
    public var problems: [BoardWords]
    /// All lanes stand open for a fire alarm.
    public var isReleased: Bool
    /// Records of leavers that wait in the reserve.
    public var lateCount: Int
    /// Room on the disk of the state folder; nil when unknown.
    public var freeByteCount: Int?
    /// The clocks of changes that the platform has not confirmed, and of enrolments that lack something.
    public var changes: StageCounts
    public var enrolments: StageCounts

    public init(
        siteName: String, node: String, now: UTCInstant, offsetMilliseconds: Int64,
        isClockSynchronised: Bool, swipes: [BoardSwipe] = [], teams: [TeamPresence] = [],
        onSiteCount: Int = 0, visitorCount: Int = 0, grantedTodayCount: Int = 0, refusedTodayCount: Int = 0,
        devices: [DeviceStatus] = [], ledgerPosition: LedgerSequence = LedgerSequence(0),
        ledgerFailure: BoardWords? = nil, problems: [BoardWords] = [], isReleased: Bool = false,
        lateCount: Int = 0,
        freeByteCount: Int? = nil, changes: StageCounts = StageCounts(),
        enrolments: StageCounts = StageCounts()
    ) {
        self.siteName = siteName
        self.node = node
        self.now = now
        self.offsetMilliseconds = offsetMilliseconds
        self.isClockSynchronised = isClockSynchronised
        self.swipes = swipes
        self.teams = teams
        self.onSiteCount = onSiteCount
        self.visitorCount = visitorCount
        self.grantedTodayCount = grantedTodayCount
        self.refusedTodayCount = refusedTodayCount
        self.devices = devices
        self.ledgerPosition = ledgerPosition
        self.ledgerFailure = ledgerFailure
        self.problems = problems
        self.isReleased = isReleased
        self.lateCount = lateCount
        self.freeByteCount = freeByteCount
        self.changes = changes
        self.enrolments = enrolments
    }
}

/// One recorded swipe as the board shows it.
public struct BoardSwipe: Sendable, Hashable {
    /// Its entry in the ledger.
    public let sequence: LedgerSequence
    public let occurredAt: UTCInstant
    public let person: BoardPerson
    public let lane: String
    public let direction: Direction
    /// Nil: granted.
    public let reason: DenialReason?
    /// The lane was told to open. A refused person who leaves is let out all the same.
    public let isOpened: Bool
    public let isTimeUncertain: Bool
    /// Nil: the clock was vouched for when it was read.
    public let timeMark: BoardTimeMark?
    /// Conditions of the lane that the person does not meet and was let in without; empty for most.
    public let lacks: [DenialReason]
    /// The lane opened, and its barrier says that nobody passed.
    public let isTurnedBack: Bool

    public init(
        sequence: LedgerSequence, occurredAt: UTCInstant, person: BoardPerson, lane: String,
        direction: Direction, reason: DenialReason?, isOpened: Bool, isTimeUncertain: Bool,
        timeMark: BoardTimeMark? = nil, lacks: [DenialReason] = [], isTurnedBack: Bool = false
    ) {
        self.isTurnedBack = isTurnedBack
        self.sequence = sequence
        self.occurredAt = occurredAt
        self.person = person
        self.lane = lane
        self.direction = direction
        self.reason = reason
        self.isOpened = isOpened
        self.isTimeUncertain = isTimeUncertain
        self.timeMark = timeMark
        self.lacks = lacks
    }
}

/// That the shown time is not what the wall clock said.
public enum BoardTimeMark: Sendable, Hashable {
    /// Worked out from where the clock was vouched for.
    case corrected
    /// The best guess; it corrects itself when somebody vouches for the clock.
    case pending
}

/// Whose swipe it was.
public enum BoardPerson: Sendable, Hashable {
    /// The board shows the first character of the name only, whatever it is given (personal information law,
    /// Article 25: nothing is published that is not needed).
    case worker(name: String, team: String)
    /// Nobody on the roster: the credential as `Credential.masked` prints it.
    case stranger(maskedCredential: String)
    /// The bearer of a day pass, by its number.
    case visitor(LedgerSequence)
}

/// How many of a team are on site, and how many belong to it.
public struct TeamPresence: Sendable, Hashable {
    public let name: String
    public let onSiteCount: Int
    public let memberCount: Int

    public init(name: String, onSiteCount: Int, memberCount: Int) {
        self.name = name
        self.onSiteCount = onSiteCount
        self.memberCount = memberCount
    }
}

/// One sentence in both languages of the board. No personal data: it also goes to monitors.
public struct BoardWords: Sendable, Hashable {
    public let chinese: String
    public let english: String

    public init(_ chinese: String, _ english: String) {
        self.chinese = chinese
        self.english = english
    }
}
