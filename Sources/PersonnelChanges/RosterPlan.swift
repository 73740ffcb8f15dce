public import SiteModel
import Tables

/// A roster file to be imported, as it came.
public struct RosterImport: Sendable {
    public let bytes: [UInt8]
    /// What the file is called, for the source of each change: the last part of its path.
    public let name: String
    /// The file is the whole roster: who is not in it has left.
    public let isFull: Bool

    /// A longer file is refused; its reader need not take in more.
    public static let byteCountLimit = TableBounds().fileByteCount

    public init(bytes: [UInt8], name: String, isFull: Bool = false) {
        self.bytes = bytes
        let last = name.split(separator: "/").last.map(String.init) ?? "roster"
        self.name = String(CellText.hasInvisibleCharacter(last) ? "roster" : last.prefix(80))
        self.isFull = isFull
    }
}

/// An import worked out against one state of the roster and not yet written: a dry run ends here.
public struct RosterPlan: Sendable {
    public let report: RosterReport
    /// One `personnelChange` for each change, then `rosterApplied`; empty when nothing changes or the file is
    /// refused.
    public let drafts: [EntryDraft]
    /// The newest roster entry that the plan knows. With a newer one in the ledger the plan is void.
    public let basis: LedgerSequence

    /// Pure; takes some seconds for 100,000 rows.
    ///
    /// - Parameters:
    ///   - clock: the present reading; every entry carries it.
    ///   - minimumAgeYears: of the policy, for warnings.
    public init(
        _ rosterImport: RosterImport, against roster: Roster, clock: ClockReading,
        siteOffsetMilliseconds: Int64, minimumAgeYears: Int = 16
    ) {
        let source = "import \(rosterImport.name)"
        let terms = RosterTerms(
            calendar: SiteCalendar(now: clock.wall, offsetMilliseconds: siteOffsetMilliseconds),
            isClockTrusted: clock.isSynchronised, isFull: rosterImport.isFull,
            minimumAgeYears: minimumAgeYears, source: source)
        let diff = RosterDiff(of: RosterFile(rosterImport.bytes), against: roster, terms: terms)
        let report = RosterReport(of: diff)
        self.report = report
        basis = roster.position
        guard !diff.changes.isEmpty else {
            drafts = []
            return
        }
        let applied = RosterApplied(
            source: source, joined: report.joined, left: report.left, changed: report.changed,
            unchanged: report.unchanged)
        drafts =
            diff.changes.map { change in
                EntryDraft(
                    change.change, kind: .personnelChange,
                    subject: change.worker.map(EntrySubject.worker) ?? .newWorker, clock: clock)
            } + [EntryDraft(applied, kind: .rosterApplied, clock: clock)]
    }
}
