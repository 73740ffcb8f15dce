import AccessControl
import AttendanceLedger
import PersonnelChanges
import SiteModel

@testable import GatewayService

/// One life of a site's core: what `Gateway` wires, without devices, pages and loops, opened in the same
/// order.
struct SiteCore {
    static let offset: Int64 = 28_800_000
    static let policy = PolicyApplied(
        repeatWindowMilliseconds: 3_000, antiPassback: .soft, minimumAgeYears: 16)

    let clock: ManualSiteClock
    let ledger: LedgerWriter
    let reader: LedgerReader
    let index = WorkerIndex()
    let presence = Presence()
    let health = GatewayHealth(logger: .silent)
    let journal: EventJournal
    let personnel: PersonnelService
    let pipeline: SwipePipeline
    private let storage: StorageWatch
    private var observer: ClockObserver
    private var shift: SiteShift

    init(directory: String, siteKey: SiteKey, clock: ManualSiteClock) async throws(LedgerError) {
        self.clock = clock
        ledger = try LedgerWriter.open(directory: directory, node: "gate", siteKey: siteKey)
        reader = try LedgerReader.open(directory: directory, siteKey: siteKey)
        journal = EventJournal(ledger: ledger, health: health, logger: .silent)
        let present = clock.now()
        let reserve = try LeavingReserve.open(directory: directory, ledger: ledger, reader: reader)
        storage = StorageWatch(
            reserve: reserve, ledger: ledger, reader: reader, clock: clock, health: health,
            stateDirectory: directory)
        await storage.look()
        let history = try reader.clockHistory()
        let time = SiteTime(clock, history: history)
        let badges = BadgeBook(
            key: BadgeKey(siteKey), originTag: try reader.node().origin.tag, time: time)
        let lost = try LostPassages(in: reader)
        try StartFold(
            reader: reader, index: index, presence: presence,
            feed: BoardFeed(
                reader: reader, time: time, offsetMilliseconds: Self.offset, policy: Self.policy),
            badges: badges
        ).run(
            asOf: time.instant(of: present), by: history,
            offsetMilliseconds: Self.offset)
        let policySequence = try await StartEntries(ledger: ledger, reader: reader, clock: clock)
            .begin(policy: Self.policy, version: "simulation", journal: journal, settling: lost)
        pipeline = SwipePipeline(
            index: index, presence: presence, repeats: RepeatGuard(window: .seconds(3)),
            policy: AccessPolicy(Self.policy), policySequence: policySequence, ledger: ledger,
            reserve: reserve, clock: clock,
            health: health, lanes: LaneBook(telling: []), badges: badges, time: time,
            siteOffsetMilliseconds: Self.offset, leavingPatience: .seconds(600))
        personnel = PersonnelService(
            ledger: ledger, reader: reader, index: index, presence: presence, clock: clock)
        observer = ClockObserver(first: present)
        shift = SiteShift(holding: present.wall, offsetMilliseconds: Self.offset)
    }

    /// What `ClockWatch` does once a second.
    mutating func tick() async {
        let reading = clock.now()
        let drafts = observer.observe(reading)
        let gap = await journal.isEmpty ? health.takeGap() : nil
        let gapDraft = gap.map { EntryDraft($0, kind: .ledgerGap, clock: reading) }
        await journal.write(drafts + [gapDraft].compactMap { $0 })
        await storage.look()
        let present = SiteShift(holding: reading.wall, offsetMilliseconds: Self.offset)
        guard shift != present else { return }
        shift = present
        if !drafts.contains(where: { $0.kind == .clockStep }) { presence.reset() }
    }

    /// The roster as the ledger has it, folded anew: the seventh invariant.
    func foldedIndex() throws -> WorkerIndex {
        let folded = WorkerIndex()
        try reader.forEachRosterEntry { (entry) throws(LedgerError) in
            do throws(AccessControlError) {
                try folded.apply(entry)
            } catch {
                throw .chainBroken(sequence: entry.sequence)
            }
        }
        return folded
    }
}
