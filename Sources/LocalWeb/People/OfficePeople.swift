public import SiteModel

/// What the pages about people ask of the gateway: reading from the fold of the ledger, and two ways to
/// write. Every text in it is masked but where it says otherwise; the pages escape it. A reading that fails
/// throws, and the page says that something failed.
public struct OfficePeople: Sendable {
    /// Finds workers by what somebody typed; at most `limit` of them.
    let find: @Sendable (_ text: String, _ limit: Int) async throws -> PeopleFound
    /// Everything of one worker; nil when there is none. Revealed: as it is, after the look was recorded.
    let worker: @Sendable (WorkerID, _ isRevealed: Bool) async throws -> WorkerFacts?
    let teams: @Sendable () async throws -> [TeamFacts]
    /// Who belongs to a team at present.
    let members: @Sendable (Team) async throws -> [PersonLine]
    let changes: @Sendable () async throws -> ChangeBoard
    let enrolments: @Sendable () async throws -> EnrolmentBoard
    let change: @Sendable (PeopleOrder) async -> PeopleOutcome
    /// An officer entered this change into the platform by hand, where it shows `reference`.
    let confirm:
        @Sendable (_ change: LedgerSequence, _ reference: String, _ attachment: [UInt8], _ by: String) async
            -> PeopleOutcome
    let presented: OfficePresented
    let badges: OfficeBadges
    let corrections: OfficeCorrections
    let exports: OfficeExports
    /// How well the 24 hours were kept in a month; nil: the newest with a change.
    let statistics: @Sendable (StatisticsMonth?) async throws -> ChangeStatisticsBoard
    /// The newest privacy notice that was published; nil: none.
    let notice: @Sendable () async throws -> NoticeFacts?

    public init(
        find: @escaping @Sendable (_ text: String, _ limit: Int) async throws -> PeopleFound,
        worker: @escaping @Sendable (WorkerID, _ isRevealed: Bool) async throws -> WorkerFacts?,
        teams: @escaping @Sendable () async throws -> [TeamFacts],
        members: @escaping @Sendable (Team) async throws -> [PersonLine],
        changes: @escaping @Sendable () async throws -> ChangeBoard,
        enrolments: @escaping @Sendable () async throws -> EnrolmentBoard,
        change: @escaping @Sendable (PeopleOrder) async -> PeopleOutcome,
        confirm:
            @escaping @Sendable (
                _ change: LedgerSequence, _ reference: String, _ attachment: [UInt8], _ by: String
            ) async -> PeopleOutcome,
        presented: OfficePresented, badges: OfficeBadges, corrections: OfficeCorrections,
        exports: OfficeExports,
        statistics: @escaping @Sendable (StatisticsMonth?) async throws -> ChangeStatisticsBoard,
        notice: @escaping @Sendable () async throws -> NoticeFacts?
    ) {
        self.find = find
        self.worker = worker
        self.teams = teams
        self.members = members
        self.changes = changes
        self.enrolments = enrolments
        self.change = change
        self.confirm = confirm
        self.presented = presented
        self.badges = badges
        self.corrections = corrections
        self.exports = exports
        self.statistics = statistics
        self.notice = notice
    }
}

/// A privacy notice as it was published.
public struct NoticeFacts: Sendable, Hashable {
    public var version: String
    public var text: String

    public init(version: String, text: String) {
        self.version = version
        self.text = text
    }
}

/// What an officer asks for in a form.
public struct PeopleOrder: Sendable, Hashable {
    public enum Action: Sendable, Hashable {
        case join
        case leave
        case move
        case update
        /// 发卡: the card that was presented.
        case issueCard
        case replaceCard
        case blockCard
    }

    public var action: Action
    /// Ids, or for somebody new the identity number.
    public var workers: [String]
    /// `2026-11-24T07:30` or `2026-11-24` in site time; nil: now.
    public var at: String?
    /// As typed, by the names of `WorkerFieldForm`. Empty ones are left out.
    public var fields: [String: String]
    /// 离场确认
    public var isConfirmedByLeaver: Bool
    /// The account's name.
    public var by: String
    /// JPEG.
    public var photo: [UInt8]?
    /// The kept read of an identity document that tells who it is.
    public var fromRead: Int64?
    /// The card that was held to a reader.
    public var fromPresentation: Int64?

    public init(
        _ action: Action, workers: [String], at: String? = nil, fields: [String: String] = [:],
        isConfirmedByLeaver: Bool = false, by: String, photo: [UInt8]? = nil, fromRead: Int64? = nil,
        fromPresentation: Int64? = nil
    ) {
        self.action = action
        self.workers = workers
        self.at = at
        self.fields = fields
        self.isConfirmedByLeaver = isConfirmedByLeaver
        self.by = by
        self.photo = photo
        self.fromRead = fromRead
        self.fromPresentation = fromPresentation
    }
}

/// What became of an order.
public enum PeopleOutcome: Sendable, Hashable {
    /// On disk, and the pages know it. Workers in the order of their changes; none when all was so already.
    /// `warnings`: what whoever ordered it may want to look at.
    case done(workers: [WorkerID], warnings: [BoardWords] = [])
    /// Nothing was written; a sentence each, to be shown.
    case refused([BoardWords])
    /// On disk, but the lanes decide as before until the service is restarted.
    case lanesBehind
}
