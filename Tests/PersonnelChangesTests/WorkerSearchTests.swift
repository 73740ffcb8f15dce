import PersonnelChanges
import SiteModel
import Testing

/// A small roster, and who is found by what.
struct WorkerSearchTests {
    private static func worker(
        _ name: String, _ number: String, team: String, phone: String = "", card: CardNumber? = nil,
        leftOn: String? = nil
    ) throws -> ProjectWorker {
        var worker = Invented.worker(0, name: name, team: team, card: card, leftOn: leftOn)
        worker.idNumber = try IDNumber(reading: number)
        worker.phone = phone
        return worker
    }

    private static func search() throws -> (WorkerSearch, names: [WorkerID: String]) {
        let workers = [
            try worker(
                "张三", "110101190001010014", team: "木工班", phone: "13812345678",
                card: Invented.card(0x02FA_F49A)),
            try worker("李四", "11010119000101009X", team: "木工一班", phone: "+86 139-0000-1234"),
            try worker(
                "Wáng Wu", "110101190001010030", team: "钢筋班", card: Invented.card(77_777, bitLength: 35)),
            try worker("张珊", "110101190001010057", team: "钢筋班", leftOn: "2026-11-20"),
            try worker("曾小三", "ABC110085010112", team: "3号楼抹灰班"),
        ]
        let roster = Invented.roster(workers)
        return (
            WorkerSearch(roster),
            Dictionary(uniqueKeysWithValues: roster.members.map { ($0.id, $0.worker.name) })
        )
    }

    @Test(arguments: [
        // Text
        ("", []), ("没有", []), ("三", ["张三", "曾小三"]), ("wáng", ["Wáng Wu"]), ("wang", ["Wáng Wu"]),
        // Names by pinyin; who left stands last
        ("zs", ["张三", "张珊"]), ("zhangs", ["张三", "张珊"]), ("zhsan", ["张三"]), ("张s", ["张三", "张珊"]),
        ("zeng", ["曾小三"]), ("san", ["张三", "曾小三"]),
        // One letter: who begins with it
        ("z", ["张三", "曾小三", "张珊"]), ("L", ["李四"]), ("w", ["Wáng Wu"]), ("s", []), ("x", []), ("1", []),
        ("-", []),
        // Teams
        ("木工", ["张三", "李四"]), ("mgb", ["张三"]), ("mg", ["张三", "李四"]), ("3号", ["曾小三"]),
        // Numbers
        ("0014", ["张三"]), ("10014", ["张三"]), ("20014", []), ("014", []), ("09x", []), ("009X", ["李四"]),
        ("１０１００９Ｘ", ["李四"]), ("11010119000101009x", ["李四"]), ("110101190001010014", ["张三"]),
        ("110101000101001", ["张三"]), ("abc110085010112", ["曾小三"]), ("0112", ["曾小三"]),
        // Phones
        ("1381", ["张三"]), ("13812345678", ["张三"]), ("5678", ["张三"]), ("138 1234 5678", ["张三"]),
        ("+8613812345678", ["张三"]), ("138-12", ["张三"]), ("1234", ["李四"]), ("139", []),
        ("13900001234", ["李四"]),
        // Cards
        ("0050001050", ["张三"]), ("16446618", ["张三"]), ("250,62618", ["张三"]), ("25062618", ["张三"]),
        ("0102FAF49A", []), ("77777", ["Wáng Wu"]),
    ])
    func aWorkerIsFound(text: String, expected: [String]) throws {
        let (search, names) = try Self.search()
        let found = search.hits(for: text, now: Invented.noon)
        #expect(found.hits.map { names[$0.id] } == expected)
        #expect(found.totalCount == expected.count)
    }

    @Test(arguments: [
        ("张三", WorkerHit.Reason.name), ("张", .nameBeginning), ("san", .namePart), ("0014", .numberEnd),
        ("110101190001010014", .number), ("16446618", .card), ("5678", .phone), ("木工班", .team),
    ])
    func aHitSaysWhy(text: String, reason: WorkerHit.Reason) throws {
        let (search, _) = try Self.search()
        #expect(search.hits(for: text, now: Invented.noon).hits.first?.reason == reason)
    }

    @Test func whoIsAskedForByNumberComesFirstAlsoWhenGone() throws {
        let (search, names) = try Self.search()
        let gone = search.hits(for: "110101190001010057", now: Invented.noon).hits
        #expect(gone.map { names[$0.id] } == ["张珊"])
        #expect(gone.map(\.hasLeft) == [true])
        let present = search.hits(for: "张", includesLeft: false, now: Invented.noon)
        #expect(present.hits.map { names[$0.id] } == ["张三"])
    }

    @Test func aLimitKeepsTheBestAndCountsAll() {
        let workers = (0..<50).map { Invented.worker($0, name: $0 == 40 ? "木木" : "张三", team: "木工班") }
        let search = WorkerSearch(Invented.roster(workers))
        let found = search.hits(for: "木", limit: 3, now: Invented.noon)
        #expect(found.hits.map(\.id) == [Invented.id(40), Invented.id(0), Invented.id(1)])
        #expect(found.totalCount == 50)
        #expect(search.hits(for: "木", limit: -1, now: Invented.noon).hits.count == 1)
        #expect(search.hits(for: "木", limit: .max, now: Invented.noon).hits.count == 50)
    }

    @Test func aSearchIsAskedWhileItFollows() async throws {
        let search = WorkerSearch()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for n in 0..<1_000 {
                    try search.apply(Followed.change(Invented.worker(n), of: Invented.id(n), n + 1))
                }
            }
            for _ in 0..<2 {
                group.addTask {
                    var last = 0
                    for _ in 0..<40 {
                        let count = search.hits(for: "zs", limit: 1, now: Invented.noon).totalCount
                        #expect(count >= last, "nobody is lost between two entries")
                        last = count
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(search.hits(for: "zs", now: Invented.noon).totalCount == 1_000)
    }
}
