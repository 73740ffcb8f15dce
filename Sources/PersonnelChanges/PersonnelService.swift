public import AccessControl
public import AttendanceLedger
public import SiteModel

/// Changes the roster: the only one that writes `personnelChange` entries.
///
/// An import is planned against the roster as the ledger has it and taken in by the lanes' index before the
/// call returns: it decides the next swipe. A small one is one group that closes with `rosterApplied`; a
/// large one is staged (`PersonnelService+Staging`). One at a time; a second one meanwhile is refused, while
/// single changes pass between the pieces of a large one.
public actor PersonnelService {
    let ledger: LedgerWriter
    let reader: LedgerReader
    let index: WorkerIndex?
    let presence: Presence?
    let people: PeopleBook?
    let clock: any SiteClock
    /// When a reading truly was, as far as that is known.
    let instant: @Sendable (ClockReading) -> UTCInstant
    private var isImporting = false
    private var turn = WritingTurn()
    /// Of the staged import that is being written; nil while none is.
    var footprint: RosterFootprint?
    /// A single change of somebody in that import came meanwhile: it must not end.
    var isImportVoid = false
    /// Changes of a staged import that are on disk, and all of them; nil while none is written.
    public internal(set) var importProgress: (done: Int, total: Int)?
    /// Changes in one commit: a swipe waits for one of them at the most.
    let pieceChangeCount: Int

    /// - Parameters:
    ///   - index: what decides at the lanes; nil for a command that changes the ledger while no service runs.
    ///   - presence: whom a change of team moves from one count to another.
    ///   - people: follows the ledger; nil folds it for every change.
    ///   - instant: of a reading, by the honest clock: what has no date of its own happens then.
    ///   - pieceChangeCount: an import of more changes is staged in pieces of so many.
    public init(
        ledger: LedgerWriter, reader: LedgerReader, index: WorkerIndex?, presence: Presence? = nil,
        people: PeopleBook? = nil, clock: any SiteClock,
        instant: @escaping @Sendable (ClockReading) -> UTCInstant = { $0.wall }, pieceChangeCount: Int = 32
    ) {
        precondition((1...ImportStage.waitingCountLimit).contains(pieceChangeCount), "a piece is bounded")
        self.pieceChangeCount = pieceChangeCount
        self.ledger = ledger
        self.reader = reader
        self.index = index
        self.presence = presence
        self.people = people
        self.clock = clock
        self.instant = instant
    }

    /// Imports a roster file, all of it or nothing.
    ///
    /// When it returns and the report is not refused, everything is on disk and the lanes decide by it. When
    /// nothing changes, nothing is written.
    ///
    /// - Parameters:
    ///   - isDryRun: only plans.
    ///   - ages: of the policy, for warnings.
    ///   - progress: called with changes on disk and all of them, for an import that is staged.
    /// - Throws: `PersonnelError`; nothing takes effect, but for `.lanesBehind`.
    public func importRoster(
        _ rosterImport: RosterImport, isDryRun: Bool = false, siteOffsetMilliseconds: Int64,
        ages: AgeLimits = AgeLimits(),
        progress: @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) async throws(PersonnelError) -> RosterReport {
        guard !isImporting else { throw .busy }
        isImporting = true
        defer { isImporting = false }
        let (reader, reading) = (reader, clock.now())
        let present = instant(reading)
        let plan = try await onOwnThread { () -> Result<RosterPlan, PersonnelError> in
            Result { () throws(PersonnelError) in
                RosterPlan(
                    rosterImport, against: try Roster.folded(from: reader), clock: reading, at: present,
                    siteOffsetMilliseconds: siteOffsetMilliseconds, ages: ages)
            }
        }
        if isDryRun || plan.changes.isEmpty { return plan.report }
        if plan.changes.count <= pieceChangeCount {
            try await write(plan.drafts, basis: plan.basis)
        } else {
            try await stage(plan, progress: progress)
        }
        return plan.report
    }

    /// Waits for its turn and commits.
    ///
    /// - Parameter isEnd: it ends the staged import: not when that is void by now.
    @discardableResult
    func write(
        _ drafts: [EntryDraft], basis: LedgerSequence? = nil, isEnd: Bool = false
    ) async throws(PersonnelError) -> [LedgerEntry] {
        await takeTurn()
        defer { passTurn() }
        if isEnd, isImportVoid { throw .rosterChanged }
        return try await commit(drafts, basis: basis)
    }

    /// Writes the drafts as one group and lets the lanes decide by them. The caller has the turn, so that the
    /// index sees groups in their order.
    ///
    /// - Parameter basis: the newest roster entry that the plan knew; nil for any.
    @discardableResult
    func commit(
        _ drafts: [EntryDraft], basis: LedgerSequence?
    ) async throws(PersonnelError) -> [LedgerEntry] {
        guard !drafts.isEmpty else { return [] }
        try check(basis)
        let entries: [LedgerEntry]
        do throws(LedgerError) {
            entries = try await ledger.append(drafts)
        } catch {
            throw .ledger(error)
        }
        try await decide(by: entries, of: drafts)
        return entries
    }

    func check(_ basis: LedgerSequence?) throws(PersonnelError) {
        if let index, let basis, index.rosterPosition != basis { throw .rosterChanged }
    }

    /// The lanes decide by what was written from here on.
    func decide(by entries: [LedgerEntry], of drafts: [EntryDraft]) async throws(PersonnelError) {
        guard let index, !entries.isEmpty else { return }
        let presence = presence
        let opened = zip(entries, drafts).map { entry, draft in entry.opened(body: draft.body) }
        try await onOwnThread { () -> Result<Void, PersonnelError> in
            Result { () throws(PersonnelError) in try Self.take(opened, into: index, presence) }
        }
    }

    /// Waits until nobody else writes.
    func takeTurn() async {
        guard turn.isTaken else {
            turn.isTaken = true
            return
        }
        await withCheckedContinuation { turn.waiting.append($0) }
    }

    func passTurn() { turn.pass() }

    /// A single change is about to be written: an import that has the same person, number or card is void.
    func noteSingle(_ drafts: [EntryDraft]) {
        guard let footprint else { return }
        for draft in drafts where draft.kind == .personnelChange {
            var worker: WorkerID?
            if case .worker(let id) = draft.subject { worker = id }
            do throws(CanonicalDecodingError) {
                let change = try PersonnelChange(encoded: draft.body)
                if footprint.meets(change, of: worker) { isImportVoid = true }
            } catch {
                preconditionFailure("a draft reads back as it was written")
            }
        }
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

/// Who writes now, and who waits for it, in the order they came.
struct WritingTurn {
    var isTaken = false
    var waiting: [CheckedContinuation<Void, Never>] = []

    mutating func pass() {
        guard !waiting.isEmpty else {
            isTaken = false
            return
        }
        waiting.removeFirst().resume()
    }
}

extension Roster {
    /// The roster of a ledger. Blocks while it reads: some 0.4 s for 100,000 workers.
    public static func folded(from reader: LedgerReader) throws(PersonnelError) -> Roster {
        var roster = Roster()
        try reader.fold(.roster) { entry throws(PersonnelError) in try roster.apply(entry) }
        return roster
    }
}

extension LedgerReader {
    enum Folded {
        /// The entries that change the roster.
        case roster
        /// Every entry of people and of the site.
        case people
    }

    /// Walks entries for a fold that may find one damaged.
    func fold(
        _ entries: Folded, _ fold: (LedgerEntry) throws(PersonnelError) -> Void
    ) throws(PersonnelError) {
        var failure: PersonnelError?
        func take(_ entry: LedgerEntry) throws(LedgerError) {
            do throws(PersonnelError) {
                try fold(entry)
            } catch {
                failure = error
                throw .chainBroken(sequence: entry.sequence)
            }
        }
        do throws(LedgerError) {
            switch entries {
            case .roster: try forEachRosterEntry(take)
            case .people: try forEachPeopleEntry(take)
            }
        } catch {
            throw failure ?? .ledger(error)
        }
    }
}
