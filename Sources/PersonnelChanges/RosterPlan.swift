public import SiteModel
import Tables

/// A roster file to be imported, as it came.
public struct RosterImport: Sendable {
    public let bytes: [UInt8]
    /// What the file is called, for the source of each change: the last part of its path.
    public let name: String
    /// The file is the whole roster: who is not in it has left.
    public let isFull: Bool
    /// The site existed before this program: what the file brings starts no clock of 24 hours.
    public let isBaseline: Bool

    /// A longer file is refused; its reader need not take in more.
    public static let byteCountLimit = TableBounds().fileByteCount

    public init(bytes: [UInt8], name: String, isFull: Bool = false, isBaseline: Bool = false) {
        self.bytes = bytes
        let last = name.split(separator: "/").last.map(String.init) ?? "roster"
        self.name = String(CellText.hasInvisibleCharacter(last) ? "roster" : last.prefix(80))
        self.isFull = isFull
        self.isBaseline = isBaseline
    }
}

/// An import worked out against one state of the roster and not yet written: a dry run ends here.
public struct RosterPlan: Sendable {
    public let report: RosterReport
    /// One `personnelChange` for each change; empty when nothing changes or the file is refused.
    public let changes: [EntryDraft]
    /// Of whom they are, for a single change that comes while they are written.
    let footprint: RosterFootprint
    private let source: String
    private let clock: ClockReading
    /// The newest roster entry that the plan knows. With a newer one in the ledger the plan is void.
    public let basis: LedgerSequence

    /// Pure; takes some seconds for 100,000 rows.
    ///
    /// - Parameters:
    ///   - clock: the present reading; every entry carries it.
    ///   - instant: when that truly is.
    ///   - ages: of the policy, for warnings.
    public init(
        _ rosterImport: RosterImport, against roster: Roster, clock: ClockReading,
        at instant: UTCInstant, siteOffsetMilliseconds: Int64, ages: AgeLimits = AgeLimits()
    ) {
        let source = "import \(rosterImport.name)"
        let terms = RosterTerms(
            calendar: SiteCalendar(now: instant, offsetMilliseconds: siteOffsetMilliseconds),
            recordedAt: clock.wall, isClockTrusted: clock.isSynchronised, isFull: rosterImport.isFull,
            isBaseline: rosterImport.isBaseline, ages: ages, source: source)
        let diff = RosterDiff(of: RosterFile(rosterImport.bytes), against: roster, terms: terms)
        let report = RosterReport(of: diff)
        self.report = report
        basis = roster.position
        self.source = source
        self.clock = clock
        footprint = RosterFootprint(diff.changes)
        changes = diff.changes.map { change in
            EntryDraft(
                change.change, kind: .personnelChange,
                subject: change.worker.map(EntrySubject.worker) ?? .newWorker, clock: clock)
        }
    }

    /// `rosterApplied`: behind the changes; or, with a stage, before a piece of them and at their end.
    public func applied(_ stage: ImportStage? = nil) -> EntryDraft {
        let isPiece = stage.map { !$0.isEnd } ?? false
        let applied = RosterApplied(
            source: source, joined: isPiece ? 0 : report.joined, left: isPiece ? 0 : report.left,
            changed: isPiece ? 0 : report.changed, unchanged: isPiece ? 0 : report.unchanged, stage: stage)
        return EntryDraft(applied, kind: .rosterApplied, clock: clock)
    }

    /// The whole import as one group: the changes, then `rosterApplied`; empty when there are none.
    public var drafts: [EntryDraft] { changes.isEmpty ? [] : changes + [applied()] }
}

/// Everything by which a change can be about the same person or card as another.
struct RosterFootprint: Sendable {
    private var workers: Set<WorkerID> = []
    private var numbers: Set<IDNumber> = []
    private var cards: Set<CardNumber> = []

    init(_ changes: [RosterChange]) {
        for change in changes {
            if let worker = change.worker { workers.insert(worker) }
            numbers.insert(change.change.worker.idNumber)
            if let card = change.change.worker.card { cards.insert(card) }
        }
    }

    func meets(_ change: PersonnelChange, of worker: WorkerID?) -> Bool {
        worker.map(workers.contains) ?? false || numbers.contains(change.worker.idNumber)
            || change.worker.card.map(cards.contains) ?? false
    }
}
