import AccessControl
import PersonnelChanges
import SiteModel
import Testing

/// A ledger of staged imports, cut-off ones among them, with single changes and small imports between: every
/// entry, and the roster that stands after it.
private struct StagedLedger {
    /// Each entry with the workers on the roster once it is taken in.
    private(set) var steps: [(entry: LedgerEntry, workers: [WorkerID: ProjectWorker])] = []
    private var workers: [WorkerID: ProjectWorker] = [:]
    private var sequence: Int64 = 0
    private var random: SeededGenerator

    private static let origin = LedgerOrigin("gate-00000001")

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        for _ in 0..<3 + random.below(3) {
            switch random.below(4) {
            case 0: smallImport()
            case 1: single()
            default: stagedImport(isCutOff: random.below(3) == 0)
            }
        }
    }

    private mutating func stagedImport(isCutOff: Bool) {
        let after = LedgerSequence(sequence)
        var waiting: [(WorkerID, ProjectWorker)] = []
        for _ in 0..<1 + random.below(3) {
            let count = 1 + random.below(3)
            append(applied(ImportStage(importedAfter: after, waitingCount: count)), .rosterApplied)
            for _ in 0..<count {
                let (id, worker) = randomChange()
                append(change(worker), .personnelChange, of: id)
                waiting.append((id, worker))
            }
            for _ in 0..<random.below(3) { single() }
            // Swipes take numbers in between.
            sequence += Int64(random.below(2))
        }
        guard !isCutOff else { return }
        for (id, worker) in waiting { workers[id] = worker }
        append(applied(ImportStage(importedAfter: after, waitingCount: 0)), .rosterApplied)
    }

    private mutating func smallImport() {
        for _ in 0..<1 + random.below(3) { single() }
        append(applied(nil), .rosterApplied)
    }

    private mutating func single() {
        let (id, worker) = randomChange()
        workers[id] = worker
        append(change(worker), .personnelChange, of: id)
    }

    /// One in three is a newcomer, whose id has the number of the entry about to be written.
    private mutating func randomChange() -> (WorkerID, ProjectWorker) {
        let known = workers.keys.sorted()
        let isNew = known.isEmpty || random.below(3) == 0
        let next = WorkerID(originTag: Self.origin.tag, sequence: LedgerSequence(sequence + 1))
        let id = isNew ? next : random.pick(known)
        let number = Int(id.sequence.rawValue)
        let leftOn = random.below(3) == 0 ? "2026-11-20" : nil
        return (id, Invented.worker(number, team: random.pick(["木工班", "钢筋班"]), leftOn: leftOn))
    }

    private func change(_ worker: ProjectWorker) -> [UInt8] {
        PersonnelChange(
            kind: worker.leftAt == nil ? .joined : .left, occurredAt: Invented.noon, dueAt: Invented.noon,
            worker: worker, source: "t"
        ).encoded
    }

    private func applied(_ stage: ImportStage?) -> [UInt8] {
        RosterApplied(source: "t", joined: 0, left: 0, changed: 0, unchanged: 0, stage: stage).encoded
    }

    private mutating func append(_ body: [UInt8], _ kind: LedgerEntryKind, of subject: WorkerID? = nil) {
        sequence += 1
        let entry = LedgerEntry(
            origin: Self.origin, sequence: LedgerSequence(sequence), kind: kind, subject: subject,
            clock: Invented.clock(), sealing: .clear, body: body, hash: [])
        steps.append((entry, workers))
    }
}

/// Whether roster and index both have exactly these workers, as they stand there.
private func agree(_ roster: Roster, _ index: WorkerIndex, with workers: [WorkerID: ProjectWorker]) -> Bool {
    guard roster.members.count == workers.count, index.workerCount == workers.count else { return false }
    return workers.allSatisfy { id, worker in
        let indexed = index.lookUp(.idNumber(worker.idNumber))
        return roster.member(id)?.worker == worker && indexed?.id == id && indexed?.leftAt == worker.leftAt
            && indexed.flatMap { index.team($0.team)?.team } == worker.team
    }
}

/// Seeds 0 to 99. After each entry the roster and the index are what they must be: cut there, the import has
/// no effect, and whatever comes later does not give it any.
@Test func aStagedImportTakesEffectAtItsEndOrNever() throws {
    for seed in 0..<100 as Range<UInt64> {
        let ledger = StagedLedger(seed: seed)
        var roster = Roster()
        let index = WorkerIndex()
        for (number, step) in ledger.steps.enumerated() {
            try roster.apply(step.entry)
            try index.apply(step.entry)
            guard agree(roster, index, with: step.workers), roster.position == index.rosterPosition else {
                Issue.record("seed \(seed), entry \(number)")
                return
            }
        }
        // From scratch, up to each place where a power cut may end it.
        for count in stride(from: 0, through: ledger.steps.count, by: 5) {
            var roster = Roster()
            let index = WorkerIndex()
            for step in ledger.steps.prefix(count) {
                try roster.apply(step.entry)
                try index.apply(step.entry)
            }
            let expected = count == 0 ? [:] : ledger.steps[count - 1].workers
            #expect(agree(roster, index, with: expected), "seed \(seed), cut at \(count)")
        }
    }
}

@Test func whoeverIsErasedWhileTheyWaitStaysErased() throws {
    let origin = LedgerOrigin("gate-00000001")
    let id = WorkerID(originTag: origin.tag, sequence: LedgerSequence(2))
    func entry(_ sequence: Int64, _ kind: LedgerEntryKind, _ body: [UInt8], of id: WorkerID? = nil)
        -> LedgerEntry
    {
        LedgerEntry(
            origin: origin, sequence: LedgerSequence(sequence), kind: kind, subject: id,
            clock: Invented.clock(), sealing: .clear, body: body, hash: [])
    }
    func applied(_ waiting: Int) -> [UInt8] {
        RosterApplied(
            source: "t", joined: 0, left: 0, changed: 0, unchanged: 0,
            stage: ImportStage(importedAfter: LedgerSequence(0), waitingCount: waiting)
        ).encoded
    }
    let change = PersonnelChange(
        kind: .joined, occurredAt: Invented.noon, dueAt: Invented.noon, worker: Invented.worker(1),
        source: "t")
    let entries = [
        entry(1, .rosterApplied, applied(1)), entry(2, .personnelChange, change.encoded, of: id),
        entry(3, .workerErased, [], of: id), entry(4, .rosterApplied, applied(0)),
    ]
    var roster = Roster()
    let index = WorkerIndex()
    for entry in entries {
        try roster.apply(entry)
        try index.apply(entry)
    }
    #expect(roster.members.isEmpty && index.workerCount == 0)
}
