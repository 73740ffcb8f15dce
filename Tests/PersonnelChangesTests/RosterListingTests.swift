import PersonnelChanges
import SiteModel
import Testing

/// A worker as any source may have brought them: names that look like formulas or contain separators, every
/// length of card, leavings during a day.
private func randomWorker(_ n: Int, _ random: inout SeededGenerator) -> ProjectWorker {
    let names = ["张三", "欧阳,测试", "=甲", "@乙", "'=丙", "阿卜杜拉·吐尔逊", "O\"Brien", "-", "＋丁", "戊;己"]
    let calendar = SiteCalendar(now: Invented.noon, offsetMilliseconds: Invented.offset)
    let joinedOn = CivilDate(daysSince1970: Int64(20_000 + random.below(700)))
    var worker = ProjectWorker(
        name: random.pick(names), idNumber: Invented.number(n), idType: random.pick(["01", "08", "17"]),
        team: Team(
            name: random.pick(names.filter { $0 != "-" }), employer: random.pick(["", "甲公司", "+乙公司"])),
        workType: random.pick(["", "020", "=木工"]), phone: random.pick(["", "13800000000", "+86138-0000"]),
        role: random.pick(WorkRole.allCases), joinedOn: joinedOn)
    let bitLength = random.pick([0, 24, 26, 32, 34, 35, 40, 56])
    if bitLength > 0 { worker.card = CardNumber(value: UInt64(n + 1), bitLength: bitLength) }
    switch random.below(4) {
    case 0: worker.leftAt = calendar.end(of: CivilDate(daysSince1970: joinedOn.daysSince1970 + 9))
    case 1:
        worker.leftAt = calendar.end(of: joinedOn).advanced(byMilliseconds: -Int64(random.below(80_000_000)))
    default: break
    }
    return worker
}

@Test(arguments: [RosterListing.HeaderLanguage.english, .chinese])
func aRevealedExportImportsToNoChange(headers: RosterListing.HeaderLanguage) {
    for seed in 0..<40 as Range<UInt64> {
        var random = SeededGenerator(seed: seed)
        let roster = Invented.roster((0..<50).map { randomWorker($0, &random) })
        let listing = RosterListing(isRevealed: true, siteOffsetMilliseconds: Invented.offset)
        let file = RosterFile(listing.csv(roster.members, headers: headers))
        let diff = RosterDiff(of: file, against: roster, terms: Invented.terms())
        #expect(diff.errors.listed == [], "seed \(seed)")
        #expect(diff.changes == [], "seed \(seed)")
        #expect(diff.unchangedCount == 50, "seed \(seed)")
        let elsewhere = RosterDiff(of: file, against: Roster(), terms: Invented.terms())
        let copied = Invented.applying(elsewhere, to: Roster())
        #expect(
            listing.csv(copied.members, headers: headers) == listing.csv(roster.members, headers: headers))
    }
}

@Test(arguments: [RosterListing.HeaderLanguage.english, .chinese])
func aRevealedWorkbookImportsToNoChange(headers: RosterListing.HeaderLanguage) throws {
    for seed in 0..<8 as Range<UInt64> {
        var random = SeededGenerator(seed: seed)
        let roster = Invented.roster((0..<50).map { randomWorker($0, &random) })
        let listing = RosterListing(isRevealed: true, siteOffsetMilliseconds: Invented.offset)
        let file = RosterFile(try listing.file(.xlsx, roster.members, headers: headers))
        let diff = RosterDiff(of: file, against: roster, terms: Invented.terms())
        #expect(diff.errors.listed == [] && diff.changes == [], "seed \(seed)")
        #expect(diff.unchangedCount == 50, "seed \(seed)")
    }
}

@Test func aListIsMaskedUnlessRevealed() {
    var worker = Invented.worker(0, name: "欧阳测试", card: Invented.card(15_219_292))
    worker.phone = "13812345678"
    let member = RosterMember(id: Invented.id(0), worker: worker)
    let masked = RosterListing(siteOffsetMilliseconds: Invented.offset)
    #expect(
        masked.cells(of: member) == [
            "欧*", worker.idNumber.masked, "01", "木工班", "", "", "*********78", "********92", "8H10D",
            "2026-03-01", "", "worker",
        ])
    var json = JSONText()
    masked.append(member, to: &json)
    #expect(json.text.hasPrefix(#"{"worker":"000001-1","name":"欧*","id_number":"110101********"#))
    #expect(json.text.contains(#""employer":null"#))
    let revealed = RosterListing(isRevealed: true, siteOffsetMilliseconds: Invented.offset)
    #expect(revealed.cells(of: member)[7] == "0015219292")
    #expect("\(member.worker)".contains("测试") == false)
}

@Test func aQueryByTeamMayLeaveOutWhoLeft() {
    let roster = Invented.roster([
        Invented.worker(0), Invented.worker(1, leftOn: "2026-11-20"), Invented.worker(2, team: "钢筋班"),
    ])
    let present = RosterQuery(team: "木工班", includesLeft: false)
    #expect(roster.members(matching: present, now: Invented.noon).map(\.id) == [Invented.id(0)])
    #expect(roster.members(matching: RosterQuery(team: "木工班"), now: Invented.noon).count == 2)
}

@Test func theFoldFollowsWorkersByIdAlsoThroughACorrectedNumber() throws {
    func entry(_ sequence: Int64, _ worker: ProjectWorker, of id: WorkerID?) -> LedgerEntry {
        LedgerEntry(
            origin: LedgerOrigin("gate-00000001"), sequence: LedgerSequence(sequence), kind: .personnelChange,
            subject: id, clock: Invented.clock(), sealing: .clear,
            body: PersonnelChange(
                kind: .updated, occurredAt: Invented.noon, dueAt: Invented.noon, worker: worker, source: "t"
            ).encoded, hash: [])
    }
    var roster = Roster()
    try roster.apply(entry(1, Invented.worker(0), of: Invented.id(0)))
    try roster.apply(entry(2, Invented.worker(1), of: Invented.id(0)))
    #expect(roster.members.map(\.worker) == [Invented.worker(1)])
    #expect(roster.member(Invented.number(0)) == nil)
    #expect(roster.member(Invented.number(1))?.id == Invented.id(0))
    #expect(roster.position == LedgerSequence(2))
    let nobody = entry(3, Invented.worker(2), of: nil)
    #expect(throws: PersonnelError.damagedEntry(LedgerSequence(3))) { try roster.apply(nobody) }
    #expect(roster.position == LedgerSequence(2))
}
