public import Accounts
public import SiteModel

/// What the pages behind the login are given: by values and closures, for they know neither ledger nor
/// roster.
public struct Office: Sendable {
    let accounts: AccountBook
    let siteName: String
    let offsetMilliseconds: Int64
    let clock: @Sendable () -> OfficeClock
    let personalData: PersonalDataLog
    let people: OfficePeople
    let gate: OfficeGate
    let sync: OfficeSync
    let payroll: OfficePayroll
    let openWork: @Sendable () async throws -> OpenWork

    /// - Parameters:
    ///   - offsetMilliseconds: of site time from UTC.
    ///   - openWork: asked once for each visit of the start page.
    public init(
        accounts: AccountBook, siteName: String, offsetMilliseconds: Int64,
        clock: @escaping @Sendable () -> OfficeClock, personalData: PersonalDataLog,
        people: OfficePeople, gate: OfficeGate, sync: OfficeSync, payroll: OfficePayroll,
        openWork: @escaping @Sendable () async throws -> OpenWork
    ) {
        self.accounts = accounts
        self.siteName = siteName
        self.offsetMilliseconds = offsetMilliseconds
        self.clock = clock
        self.personalData = personalData
        self.people = people
        self.gate = gate
        self.sync = sync
        self.payroll = payroll
        self.openWork = openWork
    }
}

/// The time by which the gateway goes.
public struct OfficeClock: Sendable, Hashable {
    public let now: UTCInstant
    /// False: the pages say that deadlines may be wrong.
    public let isVouchedFor: Bool

    public init(now: UTCInstant, isVouchedFor: Bool) {
        self.now = now
        self.isVouchedFor = isVouchedFor
    }
}

/// What waits for somebody, in numbers.
public struct OpenWork: Sendable, Hashable {
    /// Changes of personnel that the platform has not confirmed, and those of them beyond 24 h.
    public var openChangeCount = 0
    public var lateChangeCount = 0
    /// From 12 to 20 h, and from 20 to 24 h.
    public var warnedChangeCount = 0
    public var urgentChangeCount = 0
    /// Workers whose enrolment lacks something.
    public var incompleteCount = 0
    /// Those of them beyond ten days.
    public var escalatedCount = 0
    /// From seven days to ten.
    public var warnedEnrolmentCount = 0
    /// Corrections that no site manager has looked at.
    public var openCorrectionCount = 0
    /// What platforms refused and nobody decided about.
    public var refusedDeliveryCount = 0

    public init() {}
}
