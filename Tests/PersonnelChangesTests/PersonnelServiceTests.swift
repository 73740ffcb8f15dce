import AccessControl
import AttendanceLedger
import Glibc
import PersonnelChanges
import SiteModel
import Testing

/// A real ledger in a folder of its own, with the index beside it.
private struct Site {
    let directory: String
    let ledger: LedgerWriter
    let reader: LedgerReader
    let index = WorkerIndex()
    let service: PersonnelService
    let clock = ManualSiteClock(wall: Invented.noon)

    init(pieceChangeCount: Int = 64) throws {
        var template = Array("\(P_tmpdir)/muster-roster-\(String(repeating: "X", count: 6))".utf8CString)
        guard mkdtemp(&template) != nil else { throw FolderError() }
        directory = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        ledger = try LedgerWriter.open(directory: directory, node: "gate", siteKey: TestKey.site)
        reader = try LedgerReader.open(directory: directory, siteKey: TestKey.site)
        service = PersonnelService(
            ledger: ledger, reader: reader, index: index, clock: clock, pieceChangeCount: pieceChangeCount)
    }

    func importRoster(_ text: String, isFull: Bool = false, isDryRun: Bool = false) async throws
        -> RosterReport
    {
        try await service.importRoster(
            RosterImport(bytes: Array(text.utf8), name: "roster.csv", isFull: isFull), isDryRun: isDryRun,
            siteOffsetMilliseconds: Invented.offset)
    }

    func close() async {
        await ledger.close()
        for name in ["ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.lock", "ledger.head"] {
            unlink("\(directory)/\(name)")
        }
        rmdir(directory)
    }

    private struct FolderError: Error {}
}

private let header = "name,id_number,team,card_number,left_on\n"
private let cardOfZhang = Credential.cardNumber(Invented.card(50_001_050))

@Test func anImportIsOnDiskAndAtTheLanesWhenItReturns() async throws {
    let site = try Site()
    let zhang = "张三,110101190001010014,木工班,0050001050,\n"
    let report = try await site.importRoster(header + zhang + "李四,11010119000101009X,木工班,,\n")
    #expect(report.joined == 2)
    let indexed = try #require(site.index.lookUp(cardOfZhang))
    let roster = try Roster.folded(from: site.reader)
    #expect(roster.members.map(\.worker.name) == ["张三", "李四"])
    #expect(indexed.id == roster.members[0].id)
    #expect(site.index.rosterPosition == roster.position)
    let kinds = try site.reader.entries(after: LedgerSequence(0), limit: 9).map(\.kind)
    #expect(kinds == [.personnelChange, .personnelChange, .rosterApplied])

    let again = try await site.importRoster(header + zhang)
    #expect(again.changesNothing && again.unchanged == 1)
    let refused = try await site.importRoster(header + zhang.replacing("木工班", with: "钢筋班") + "王五,1,木工班,,\n")
    #expect(refused.isRefused)
    let dry = try await site.importRoster(header + zhang.replacing("木工班", with: "钢筋班"), isDryRun: true)
    #expect(dry.changed == 1)
    #expect(try site.reader.head()?.sequence == LedgerSequence(3), "none of these wrote anything")
    await site.close()
}

@Test func whoLeftIsUnknownToNobodyButRefusedFromTheNextDay() async throws {
    let site = try Site()
    _ = try await site.importRoster(header + "张三,110101190001010014,木工班,0050001050,\n")
    _ = try await site.importRoster(header + "张三,110101190001010014,木工班,,2026-11-21\n")
    let indexed = try #require(site.index.lookUp(cardOfZhang))
    #expect(!indexed.hasLeft(at: UTCInstant(rfc3339: "2026-11-21T15:59:59.999Z")!))
    #expect(indexed.hasLeft(at: UTCInstant(rfc3339: "2026-11-21T16:00:00Z")!))
    await site.close()
}

/// Seed 5: imports of random parts of a site with cards that wander, some full. After each the index beside
/// the service answers as one made from the ledger, and as the roster says.
@Test func theIndexFollowsEveryImport() async throws {
    let site = try Site()
    var random = SeededGenerator(seed: 5)
    var written = 0
    for round in 0..<60 {
        var cards = (1...30).map { UInt64($0) }
        cards.shuffle(using: &random)
        // Two of three list everybody with what card they have, so that cards may wander between all.
        let isWhole = random.below(3) > 0
        let rows = (0..<20).filter { _ in isWhole || random.below(3) == 0 }.map { n in
            let number = "0000000\(100 + cards[n])"
            let card = random.pick([isWhole ? number : "", "-", number])
            let left = random.pick(["", "", "-", "2026-11-20"])
            let team = random.pick(["木工班", "钢筋班"])
            return "2026-03-01,工人,\(Invented.number(n).revealed),\(team),\(card),\(left)\n"
        }
        let report = try await site.importRoster(
            "joined_on,\(header)\(rows.joined())", isFull: random.below(5) == 0)
        written += report.isRefused || report.changesNothing ? 0 : 1
        let roster = try Roster.folded(from: site.reader)
        let rebuilt = WorkerIndex()
        try site.reader.forEachRosterEntry { entry throws(LedgerError) in
            do throws(AccessControlError) {
                try rebuilt.apply(entry)
            } catch {
                throw .chainBroken(sequence: entry.sequence)
            }
        }
        for n in 0..<20 {
            let credential = Credential.idNumber(Invented.number(n))
            #expect(
                site.index.lookUp(credential)?.id == roster.member(Invented.number(n))?.id, "round \(round)")
        }
        for value in 101...130 as ClosedRange<UInt64> {
            let credential = Credential.cardNumber(Invented.card(value))
            let holders = roster.members.filter { $0.worker.card == Invented.card(value) }
            let present = holders.filter { !$0.worker.hasLeft(at: Invented.noon) }
            #expect(present.count <= 1, "round \(round)")
            if let holder = present.first {
                #expect(site.index.lookUp(credential)?.id == holder.id, "round \(round)")
            }
            #expect(site.index.lookUp(credential) == rebuilt.lookUp(credential), "round \(round)")
        }
    }
    #expect(written > 30)
    await site.close()
}

@Test func aSecondImportMeanwhileIsRefusedOrWaitsItsTurn() async throws {
    let site = try Site()
    let outcomes = await withTaskGroup(of: Bool.self) { group in
        for n in 0..<8 {
            group.addTask {
                do {
                    return try await !site.importRoster(
                        header + "工人,\(Invented.number(n).revealed),木工班,,\n"
                    ).isRefused
                } catch {
                    #expect(error as? PersonnelError == .busy)
                    return false
                }
            }
        }
        return await group.reduce(into: []) { $0.append($1) }
    }
    let imported = outcomes.count { $0 }
    #expect(imported >= 1)
    #expect(try Roster.folded(from: site.reader).members.count == imported)
    #expect(site.index.workerCount == imported)
    await site.close()
}

@Test func whatTheLedgerRefusesReachesTheCaller() async throws {
    let site = try Site()
    await site.ledger.close()
    await #expect(throws: PersonnelError.ledger(.closed)) {
        try await site.importRoster(header + "张三,110101190001010014,木工班,,\n")
    }
    #expect(site.index.workerCount == 0)
    await site.close()
}

/// More rows than the writer's queue holds swipes.
@Test func aLargeImportIsStagedInPieces() async throws {
    let site = try Site()
    let report = try await site.importRoster(rows(0..<3_000))
    #expect(report.joined == 3_000)
    #expect(site.index.workerCount == 3_000)
    let entries = try site.reader.entries(after: LedgerSequence(0), limit: 5_000)
    let stages = try entries.filter { $0.kind == .rosterApplied }.map { try RosterApplied(encoded: $0.body) }
    #expect(stages.map { $0.stage?.waitingCount } == [Int](repeating: 64, count: 46) + [56, 0])
    #expect(stages.map(\.joined) == [Int](repeating: 0, count: 47) + [3_000])
    let again = try await site.importRoster(rows(0..<3_000))
    #expect(again.changesNothing && again.unchanged == 3_000)
    #expect(site.index.rosterPosition == (try Roster.folded(from: site.reader)).position)
    await site.close()
}

/// Changes by command meanwhile: of strangers to the import they count at once and the import goes on; of
/// somebody in it they count and the import has no effect.
@Test(arguments: [false, true])
func aSingleChangePassesBetweenThePieces(isOfTheImport: Bool) async throws {
    let site = try Site(pieceChangeCount: 8)
    _ = try await site.importRoster(rows(0..<4))
    let leaver = try Roster.folded(from: site.reader).members[0]
    async let outcome: RosterReport? = {
        do {
            return try await site.importRoster(rows(isOfTheImport ? 0..<800 : 1..<800, team: "钢筋班"))
        } catch {
            #expect(error as? PersonnelError == .rosterChanged)
            return nil
        }
    }()
    while await site.service.importProgress == nil { await Task.yield() }
    let request = ChangeRequest(
        .leave, workers: [leaver.id.description], isConfirmedByLeaver: true, by: "test")
    let done = try await site.service.change(
        request, siteOffsetMilliseconds: Invented.offset)
    #expect(done.written.map(\.worker) == [leaver.id])
    #expect(site.index.worker(leaver.id)?.hasLeft(at: Invented.noon) == true, "at once")
    #expect(await outcome == nil ? isOfTheImport : !isOfTheImport)
    #expect(site.index.workerCount == (isOfTheImport ? 4 : 800))
    let roster = try Roster.folded(from: site.reader)
    #expect(roster.members.count == site.index.workerCount)
    #expect(roster.member(leaver.id)?.worker.leftAt == Invented.noon)
    #expect(roster.position == site.index.rosterPosition)
    let after = try await site.importRoster(rows(1..<20, team: "木工班"))
    #expect(!after.isRefused)
    #expect(try Roster.folded(from: site.reader).members.count == site.index.workerCount)
    await site.close()
}

@Test func aComparisonKeepsItsCountsAndNoPerson() async throws {
    let site = try Site()
    _ = try await site.importRoster(rows(0..<3))
    let list = Array("姓名,身份证号\n工人,\(Invented.number(0).revealed)\n".utf8)
    let found = try await site.service.compareInsurance(list, siteOffsetMilliseconds: Invented.offset)
    #expect(found.notInsured.count == 2)
    let refused = try await site.service.compareInsurance([], siteOffsetMilliseconds: Invented.offset)
    #expect(refused.isRefused)
    let entries = try site.reader.entries(after: LedgerSequence(4), limit: 9)
    #expect(entries.map(\.kind) == [.insuranceCompared], "a list that is refused leaves nothing")
    #expect(entries[0].sealing == .clear && entries[0].subject == nil)
    let record = try InsuranceCompared(encoded: entries[0].body)
    #expect(record.fileDigest == EvidenceDigest.digest(list) && record.day == Invented.date("2026-11-21"))
    #expect([record.insured, record.onSite, record.notInsured, record.notOnSite] == [1, 3, 2, 0])
    #expect(record.differences.map(\.kind) == [.notInsured, .notInsured])
    #expect(try site.reader.newestInsurance() == entries[0])
    let roster = try Roster.folded(from: site.reader)
    for showsNames in [false, true] {
        let kept = KeptInsurance(
            record, entry: entries[0].sequence, recordedAt: Invented.noon, roster: roster,
            showsNames: showsNames)
        for text in [kept.json, kept.lines.joined(separator: "\n")] {
            #expect(text.contains(showsNames ? "工人" : "工*") && text.contains(!showsNames ? "工*" : "工人"))
            #expect(text.contains(roster.member(Invented.number(1))?.id.description ?? "-"))
            #expect(!text.contains(Invented.number(1).revealed))
        }
    }
    await site.close()
}

/// Of 100,000 workers it would hold the service's stop for seconds.
@Test func aFoldEndsWhenTheServiceStops() async throws {
    let site = try Site()
    _ = try await site.importRoster(rows(0..<3))
    let people = PeopleBook(reader: site.reader)
    people.giveUp()
    #expect(throws: PersonnelError.stopped) { try people.fold() }
    #expect(!people.isFolded)
    await site.close()
}

private func rows(_ numbers: Range<Int>, team: String = "木工班") -> String {
    "name,id_number,team\n" + numbers.map { "工人,\(Invented.number($0).revealed),\(team)\n" }.joined()
}
