import Pinyin
import SiteModel
import Testing

@testable import PersonnelChanges

/// Entries as the ledger gives them.
enum Followed {
    static func change(_ worker: ProjectWorker, of id: WorkerID?, _ sequence: Int) -> LedgerEntry {
        entry(
            .personnelChange, id, sequence,
            body: PersonnelChange(
                kind: .updated, occurredAt: Invented.noon, dueAt: Invented.noon, worker: worker, source: "t"
            ).encoded)
    }

    static func entry(
        _ kind: LedgerEntryKind, _ id: WorkerID?, _ sequence: Int, body: [UInt8] = []
    ) -> LedgerEntry {
        LedgerEntry(
            origin: LedgerOrigin("gate-00000001"), sequence: LedgerSequence(Int64(sequence)), kind: kind,
            subject: id, clock: Invented.clock(), sealing: .clear, body: body, hash: [])
    }
}

/// The index follows entry by entry, and always equals one made anew.
struct WorkerSearchFoldTests {
    private static let surnames = ["张", "李", "单", "欧阳", "阿卜杜拉·", "Wu ", "𠮷"]
    private static let given = ["三", "四", "伟", "建国", "小三", "吐尔逊", ""]
    private static let teams = ["木工班", "钢筋1班", "3号楼抹灰班"]

    private static func randomWorker(_ n: Int, _ random: inout SeededGenerator) -> ProjectWorker {
        var worker = Invented.worker(
            n, name: random.pick(surnames) + random.pick(given), team: random.pick(teams),
            leftOn: random.below(3) == 0 ? "2026-11-20" : nil)
        worker.phone = random.below(2) == 0 ? "138" + String(10_000_000 + random.below(1_000)) : ""
        worker.card = random.below(2) == 0 ? Invented.card(UInt64(random.below(90) + 10_000)) : nil
        return worker
    }

    /// The end of a small import, a piece of a staged one, or its end.
    private static func randomEnd(_ sequence: Int, _ random: inout SeededGenerator) -> [UInt8] {
        let name = LedgerSequence(Int64(sequence / 40))
        let stage: ImportStage? =
            random.below(3) == 0 ? nil : ImportStage(importedAfter: name, waitingCount: random.below(4))
        return RosterApplied(source: "t", joined: 0, left: 0, changed: 0, unchanged: 0, stage: stage).encoded
    }

    private static let texts = [
        "张", "三", "zs", "shan", "wu", "gj", "3号", "1381", "0014", "0000010001",
    ]

    @Test(arguments: 0..<6 as Range<UInt64>)
    func itAlwaysEqualsOneMadeAnew(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let search = WorkerSearch()
        var roster = Roster()
        for sequence in 1...400 {
            let n = random.below(40)
            // Ids come in no order, as from several nodes.
            let id = Invented.id(n * 7 % 40)
            let entry =
                switch random.below(12) {
                case 0: Followed.entry(.workerErased, id, sequence)
                case 1: Followed.entry(.rosterApplied, nil, sequence, body: Self.randomEnd(sequence, &random))
                case 2: Followed.entry(.attendance, id, sequence)
                default: Followed.change(Self.randomWorker(random.below(60), &random), of: id, sequence)
                }
            try search.apply(entry)
            try roster.apply(entry)
            guard sequence % 50 == 0 else { continue }
            let anew = WorkerSearch(roster)
            #expect(search.position == anew.position, "seed \(seed), step \(sequence)")
            #expect(search.rows == anew.rows, "seed \(seed), step \(sequence)")
            for text in Self.texts {
                let found = search.hits(for: text, limit: 100, now: Invented.noon)
                #expect(
                    found == anew.hits(for: text, limit: 100, now: Invented.noon),
                    "seed \(seed), step \(sequence), \(text)")
            }
            #expect(search.workerCount == roster.members.count)
        }
    }

    @Test func whoIsErasedIsFoundByNothingAndLeavesNothing() throws {
        var worker = Invented.worker(0, name: "欧阳测试", card: Invented.card(12_345_678))
        worker.phone = "13812345678"
        let search = WorkerSearch()
        try search.apply(Followed.change(worker, of: Invented.id(0), 1))
        try search.apply(Followed.change(Invented.worker(1, name: "张三"), of: Invented.id(1), 2))
        worker.name = "欧阳测试人"
        try search.apply(Followed.change(worker, of: Invented.id(0), 3))
        let units = SearchUnits.units(of: "测试")
        #expect(search.holds(units))
        let texts = ["欧阳", "ouyang", worker.idNumber.revealed, "5678", "0012345678"]
        for text in texts { #expect(search.hits(for: text, now: Invented.noon).totalCount == 1, "\(text)") }
        try search.apply(Followed.entry(.workerErased, Invented.id(0), 4))
        for text in texts { #expect(search.hits(for: text, now: Invented.noon).totalCount == 0, "\(text)") }
        #expect(!search.holds(units))
        #expect(search.workerCount == 1)
        #expect(search.hits(for: "木工班", now: Invented.noon).hits.map(\.id) == [Invented.id(1)])
    }

    @Test func aNameThatIsGoneLeavesNothing() throws {
        let search = WorkerSearch()
        for (sequence, name) in ["王测试", "王测", "李四五", "阿卜杜拉·吐尔逊"].enumerated() {
            try search.apply(
                Followed.change(Invented.worker(0, name: name), of: Invented.id(0), sequence + 1))
        }
        for former in ["王", "测", "李四"] { #expect(!search.holds(SearchUnits.units(of: former))) }
        #expect(search.hits(for: "吐尔逊", now: Invented.noon).totalCount == 1)
    }

    @Test func changesDoNotMakeItGrow() throws {
        let search = WorkerSearch()
        for sequence in 1...8_000 {
            let name = sequence % 2 == 0 ? "张三" : "阿卜杜拉·吐尔逊"
            let n = sequence % 10
            try search.apply(Followed.change(Invented.worker(n, name: name), of: Invented.id(n), sequence))
            if sequence % 9 == 0 { try search.apply(Followed.entry(.workerErased, Invented.id(n), sequence)) }
        }
        #expect(search.byteCount < 300_000)
        #expect(search.workerCount <= 10)
    }

    @Test func aDamagedEntryChangesNothing() throws {
        let search = WorkerSearch()
        try search.apply(Followed.change(Invented.worker(0), of: Invented.id(0), 1))
        for entry in [
            Followed.change(Invented.worker(1), of: nil, 2), Followed.entry(.workerErased, nil, 2),
            Followed.entry(.personnelChange, Invented.id(1), 2, body: [0x80]),
        ] {
            #expect(throws: PersonnelError.damagedEntry(LedgerSequence(2))) { try search.apply(entry) }
        }
        #expect(search.position == LedgerSequence(1))
        #expect(search.workerCount == 1)
    }
}
