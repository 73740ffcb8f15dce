public import AccessControl
public import AttendanceLedger
public import SiteModel

/// Changes the roster: the only one that writes `personnelChange` entries.
///
/// An import is planned against the roster as the ledger has it, written as one group that closes with
/// `rosterApplied`, and taken in by the lanes' index before the call returns: it decides the next swipe.
/// One at a time; a second one meanwhile is refused.
public actor PersonnelService {
    let ledger: LedgerWriter
    let reader: LedgerReader
    let index: WorkerIndex?
    private let presence: Presence?
    let people: PeopleBook?
    let clock: any SiteClock
    var isChanging = false

    /// - Parameters:
    ///   - index: what decides at the lanes; nil for a command that changes the ledger while no service runs.
    ///   - presence: whom a change of team moves from one count to another.
    ///   - people: follows the ledger; nil folds it for every change.
    public init(
        ledger: LedgerWriter, reader: LedgerReader, index: WorkerIndex?, presence: Presence? = nil,
        people: PeopleBook? = nil, clock: any SiteClock
    ) {
        self.ledger = ledger
        self.reader = reader
        self.index = index
        self.presence = presence
        self.people = people
        self.clock = clock
    }

    /// Imports a roster file, all of it or nothing.
    ///
    /// When it returns and the report is not refused, everything is on disk and the lanes decide by it. When
    /// nothing changes, nothing is written.
    ///
    /// - Parameters:
    ///   - isDryRun: only plans.
    ///   - minimumAgeYears: of the policy, for warnings.
    /// - Throws: `PersonnelError`; nothing was written but for `.lanesBehind`.
    public func importRoster(
        _ rosterImport: RosterImport, isDryRun: Bool = false, siteOffsetMilliseconds: Int64,
        minimumAgeYears: Int = 16
    ) async throws(PersonnelError) -> RosterReport {
        guard !isChanging else { throw .busy }
        isChanging = true
        defer { isChanging = false }
        let (reader, reading) = (reader, clock.now())
        let plan = try await onOwnThread { () -> Result<RosterPlan, PersonnelError> in
            Result { () throws(PersonnelError) in
                RosterPlan(
                    rosterImport, against: try Roster.folded(from: reader), clock: reading,
                    siteOffsetMilliseconds: siteOffsetMilliseconds, minimumAgeYears: minimumAgeYears)
            }
        }
        if !isDryRun { try await commit(plan.drafts, basis: plan.basis) }
        return plan.report
    }

    /// Writes the drafts as one group and lets the lanes decide by them.
    ///
    /// - Parameter basis: the newest roster entry that the plan knew.
    @discardableResult
    func commit(
        _ drafts: [EntryDraft], basis: LedgerSequence
    ) async throws(PersonnelError) -> [LedgerEntry] {
        guard !drafts.isEmpty else { return [] }
        if let index, index.rosterPosition != basis { throw .rosterChanged }
        let entries: [LedgerEntry]
        do throws(LedgerError) {
            entries = try await ledger.append(drafts)
        } catch {
            throw .ledger(error)
        }
        guard let index else { return entries }
        let presence = presence
        let opened = zip(entries, drafts).map { entry, draft in entry.opened(body: draft.body) }
        try await onOwnThread { () -> Result<Void, PersonnelError> in
            Result { () throws(PersonnelError) in try Self.take(opened, into: index, presence) }
        }
        return entries
    }

    private static func take(
        _ entries: [LedgerEntry], into index: WorkerIndex, _ presence: Presence?
    ) throws(PersonnelError) {
        do throws(AccessControlError) {
            for entry in entries {
                if let worker = try index.apply(entry) { presence?.move(worker: worker.id, to: worker.team) }
            }
        } catch {
            throw .lanesBehind(error)
        }
    }
}

extension Roster {
    /// The roster of a ledger. Blocks while it reads: some 0.4 s for 100,000 workers.
    public static func folded(from reader: LedgerReader) throws(PersonnelError) -> Roster {
        var roster = Roster()
        try reader.foldRoster { entry throws(PersonnelError) in try roster.apply(entry) }
        return roster
    }
}

extension LedgerReader {
    /// The entries that change the roster, for a fold that may find one damaged.
    func foldRoster(
        _ fold: (LedgerEntry) throws(PersonnelError) -> Void
    ) throws(PersonnelError) {
        var failure: PersonnelError?
        do throws(LedgerError) {
            try forEachRosterEntry { entry throws(LedgerError) in
                do throws(PersonnelError) {
                    try fold(entry)
                } catch {
                    failure = error
                    throw .chainBroken(sequence: entry.sequence)
                }
            }
        } catch {
            throw failure ?? .ledger(error)
        }
    }
}
