public import SiteModel

/// What the page of exports asks for.
public struct OfficeExports: Sendable {
    /// Makes a file; nothing of it has left this machine when it returns.
    let file: @Sendable (ExportOrder) async throws -> ExportOutcome
    /// A worker's copy of their own data, a page in HTML; nil when there is no such worker.
    let copy: @Sendable (WorkerID) async throws -> [UInt8]?

    public init(
        file: @escaping @Sendable (ExportOrder) async throws -> ExportOutcome,
        copy: @escaping @Sendable (WorkerID) async throws -> [UInt8]?
    ) {
        self.file = file
        self.copy = copy
    }
}

/// A file that somebody wants to take along.
public struct ExportOrder: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case roster
        case changes
        case enrolment
        case corrections
        /// A bundle about one worker, with the chain that proves it.
        case evidence
    }

    public var kind: Kind
    /// .xlsx, else CSV. Means nothing for evidence.
    public var isWorkbook: Bool
    public var isInEnglish: Bool
    /// Of changes and corrections; nil: ever.
    public var month: StatisticsMonth?
    /// Nil: all teams.
    public var team: Team?
    /// Id or identity number, as typed; for evidence.
    public var worker: String
    /// First and last day, as typed; for evidence.
    public var from: String
    public var to: String
    /// Whole names and numbers: of roster and evidence, where somebody may.
    public var isRevealed: Bool

    public init(
        kind: Kind, isWorkbook: Bool, isInEnglish: Bool, month: StatisticsMonth?, team: Team?,
        worker: String, from: String, to: String, isRevealed: Bool
    ) {
        self.kind = kind
        self.isWorkbook = isWorkbook
        self.isInEnglish = isInEnglish
        self.month = month
        self.team = team
        self.worker = worker
        self.from = from
        self.to = to
        self.isRevealed = isRevealed
    }
}

public enum ExportOutcome: Sendable, Hashable {
    /// - `name`: ASCII, of letters, digits, `-`, `_` and `.`.
    /// - `workerCount`: whose data stand in it unmasked; 0 when none do. `worker`: when it is one.
    case file(bytes: [UInt8], name: String, workerCount: Int, worker: WorkerID?)
    /// A sentence each, to be shown.
    case refused([BoardWords])
}
