import AccessControl
import AttendanceLedger
import Foundation
import PersonnelChanges
import SiteModel
import Testing

@testable import GatewayService

/// Corrections, the end of the project, erasure, and deciding again.
@Suite(.timeLimit(.minutes(10)))
struct EvidenceDeskTests {
    private func desk(_ site: TestSite) -> EvidenceDesk {
        EvidenceDesk(
            ledger: site.ledger, reader: site.reader, index: site.index, clock: site.clock,
            siteOffsetMilliseconds: TestSite.offset,
            reads: site.reader.siteKey.map {
                CardReads(directory: site.folder.path, siteKey: $0, clock: site.clock, instant: \.wall)
            })
    }

    /// What was typed stays readable for ever: nobody is found in it.
    @Test func theReasonOfAnErasureNamesNobody() async throws {
        let site = try await TestSite()
        let number = Person.adult.idNumber.revealed
        let member = try EvidenceDesk.member(number, in: try Roster.folded(from: site.reader))
        let answer = try await desk(site).erase(
            ErasureRequest(
                worker: number, isForced: true, by: "李工 13800000000",
                reason: "\(member.worker.name) \(number) asked, file 2026-11"))
        let entry = try #require(try site.reader.entry(answer.entries[0]))
        let erased = try WorkerErased(encoded: entry.body)
        #expect(erased.by == "李工 13800000000", "who did it is the point of the entry")
        #expect(erased.reason == "*** *** asked, file 2026-11")
        await site.close()
    }

    @Test(arguments: [
        ("12345 stays", "12345 stays"), ("123456", "***"), ("11010119900101001X急", "***急"),
        ("卡１２３４５６７ ok", "卡*** ok"), ("测试甲 left", "*** left"), ("Xu 2026-11-20", "Xu 2026-11-20"),
    ])
    func wordsInClearHoldNoNameAndNoNumber(text: String, expected: String) {
        #expect(ClearWords.masked(text, without: "测试甲") == expected)
    }

    @Test func whoIsErasedIsGoneFromTheReadsAndNothingLiesAround() async throws {
        let site = try await TestSite()
        let number = Person.adult.idNumber
        let desk = desk(site)
        let reads = try #require(desk.reads)
        for person in [number, Person.colleague.idNumber] {
            try await reads.keep(
                IdentityCard(kind: .resident, idNumber: person, name: "测试", nameCodeUnits: []),
                from: ReaderName(lane: "north", reader: "id"))
        }
        let spool = site.folder.path + "/spool-\(Int32.max)"
        try FileManager.default.createDirectory(atPath: spool, withIntermediateDirectories: false)
        try Data([1]).write(to: URL(fileURLWithPath: spool + "/bundle"))
        try Data([1]).write(to: URL(fileURLWithPath: site.folder.path + "/ledger.db.restoring"))
        let answer = try await desk.erase(
            ErasureRequest(worker: number.revealed, isForced: true, by: "李工", reason: "asked"))
        #expect(!answer.words.contains("DELETE"))
        #expect(try await reads.reads().map(\.card.idNumber) == [Person.colleague.idNumber])
        #expect(!FileManager.default.fileExists(atPath: spool))
        #expect(!FileManager.default.fileExists(atPath: site.folder.path + "/ledger.db.restoring"))
        await site.close()
    }

    /// Put back, the day would shorten what the records are kept for.
    @Test func aProjectIsCompletedNeitherBeforeItsNewestAttendanceNorInTheFuture() async throws {
        let site = try await TestSite()
        _ = await site.handle(site.swipe(Person.adult.byCard))
        let today = site.clock.now().wall.day(offsetMilliseconds: TestSite.offset).daysSince1970
        for days in [today - 1, today - 2_000, today + 1] {
            await #expect(throws: EvidenceError.self) {
                try await desk(site).complete(
                    ProjectCompleted(on: CivilDate(daysSince1970: days), by: "李工"))
            }
        }
        #expect(try site.reader.projectCompleted() == nil)
        _ = try await desk(site).complete(ProjectCompleted(on: CivilDate(daysSince1970: today), by: "李工"))
        await site.close()
    }

    private static let morning = StatedPass(
        direction: .entering, at: UTCInstant(rfc3339: "2026-11-20T23:30:00Z")!)
    private static let evening = StatedPass(
        direction: .leaving, at: UTCInstant(rfc3339: "2026-11-21T03:30:00Z")!)

    private static func request(
        workers: [String] = [], team: String? = nil, _ action: CorrectionAction = .added, target: Int64 = 0,
        passes: [StatedPass] = [morning], by: String = "李工", reason: String = "terminal was down"
    ) -> CorrectionRequest {
        CorrectionRequest(
            workers: workers, team: team, action: action, target: LedgerSequence(target), passes: passes,
            by: by, reason: reason)
    }

    @Test func aMissedSwipeIsAddedByNumberOrIdAndSealed() async throws {
        let site = try await TestSite()
        let number = Person.adult.idNumber.revealed
        let answer = try await desk(site).correct(
            Self.request(workers: [number], passes: [Self.morning, Self.evening]))
        let entry = try #require(try site.reader.entry(answer.entries[0]))
        #expect(entry.kind == .correction && entry.sealing == .workerKey)
        let opened = try #require(try site.reader.opened(entry))
        let correction = try Correction(encoded: opened.body)
        #expect(correction.passes == [Self.morning, Self.evening] && correction.by == "李工")
        #expect(!answer.words.contains(number))
        let again = try await desk(site).correct(
            Self.request(workers: [try #require(entry.subject).description]))
        #expect(again.entries.count == 1)
        #expect(try site.reader.verifyWithDecisions().isWhole)
        await site.close()
    }

    @Test func aBulkCorrectionIsOneEntryForEachOfTheTeam() async throws {
        let site = try await TestSite()
        let answer = try await desk(site).correct(Self.request(team: "测试木工班"))
        // Everybody but the one who had left by then.
        #expect(answer.entries.count == Person.allCases.count - 1)
        var subjects: Set<WorkerID> = []
        for sequence in answer.entries {
            subjects.insert(try #require(try site.reader.entry(sequence)?.subject))
        }
        #expect(subjects.count == answer.entries.count)
        await site.close()
    }

    @Test func aWrongSwipeIsWithdrawnOrReplacedAndStays() async throws {
        let site = try await TestSite()
        _ = await site.handle(site.swipe(Person.adult.byCard))
        let swipe = try #require(try site.records().first?.entry)
        let worker = try #require(swipe.subject).description
        for action in [CorrectionAction.withdrawn, .replaced] {
            let passes = action == .replaced ? [Self.evening] : []
            let request = Self.request(
                workers: [worker], action, target: swipe.sequence.rawValue, passes: passes)
            let answer = try await desk(site).correct(request)
            let entry = try #require(try site.reader.entry(answer.entries[0]))
            let correction = try Correction(encoded: try #require(try site.reader.opened(entry)).body)
            #expect(correction.target?.sequence == swipe.sequence)
            #expect(correction.target?.origin == site.ledger.origin)
        }
        #expect(try site.reader.entry(swipe.sequence) == swipe, "the original stays")
        await site.close()
    }

    @Test func whatCannotBeCorrectedIsRefusedAndNothingIsWritten() async throws {
        let site = try await TestSite()
        _ = await site.handle(site.swipe(Person.adult.byCard))
        let swipe = try #require(try site.records().first?.entry)
        let (adult, colleague) = (Person.adult.idNumber.revealed, Person.colleague.idNumber.revealed)
        let head = try site.reader.head()
        let tomorrow = StatedPass(direction: .entering, at: UTCInstant(rfc3339: "2026-11-22T23:00:00Z")!)
        let refused = [
            Self.request(), Self.request(team: "不存在的班组"), Self.request(workers: ["110101190001010099"]),
            Self.request(workers: ["aaaaaa-77"]), Self.request(workers: [adult, adult]),
            Self.request(workers: [adult], by: ""), Self.request(workers: [adult], reason: ""),
            Self.request(workers: [adult], passes: []), Self.request(workers: [adult], passes: [tomorrow]),
            Self.request(workers: [adult], .withdrawn, target: swipe.sequence.rawValue),
            Self.request(workers: [adult], .withdrawn, target: 1, passes: []),
            Self.request(workers: [adult], .withdrawn, target: 999, passes: []),
            Self.request(
                workers: [colleague], .withdrawn, target: swipe.sequence.rawValue, passes: []),
            Self.request(
                workers: [adult, colleague], .withdrawn, target: swipe.sequence.rawValue, passes: []),
        ]
        for request in refused {
            let error = await #expect(throws: EvidenceError.self) { try await desk(site).correct(request) }
            #expect(error.map { "\($0)".contains(adult) } == false, "no number in an error")
        }
        #expect(try site.reader.head() == head)
        await site.close()
    }

    /// Order 724, Article 28(3): three years after the project was completed and paid.
    @Test(arguments: [
        ("2023-11-21", true), ("2023-11-22", false), ("2026-11-21", false), ("2020-02-29", true),
    ])
    func nobodyIsErasedBeforeTheirTime(completedOn: String, isAllowed: Bool) async throws {
        let site = try await TestSite()
        let request = ErasureRequest(
            worker: Person.adult.idNumber.revealed, isForced: false, by: "李工", reason: "over")
        await #expect(throws: EvidenceError.self) { try await desk(site).erase(request) }
        _ = try await desk(site).complete(
            ProjectCompleted(on: try #require(CivilDate(iso8601: completedOn)), by: "李工"))
        if isAllowed {
            _ = try await desk(site).erase(request)
        } else {
            await #expect(throws: EvidenceError.self) { try await desk(site).erase(request) }
        }
        #expect((site.index.lookUp(Person.adult.byID) == nil) == isAllowed)
        await site.close()
    }

    @Test func aClockThatNobodyVouchesForErasesNobody() async throws {
        let site = try await TestSite()
        _ = try await desk(site).complete(
            ProjectCompleted(on: try #require(CivilDate(iso8601: "2020-01-01")), by: "李工"))
        site.clock.setWall(UTCInstant(rfc3339: "2099-01-01T00:00:00Z")!, synchronisation: .none)
        let request = ErasureRequest(
            worker: Person.adult.idNumber.revealed, isForced: false, by: "李工", reason: "over")
        await #expect(throws: EvidenceError.self) { try await desk(site).erase(request) }
        await site.close()
    }

    @Test func whoIsErasedIsUnknownAtTheLaneAndTheReasonIsOnRecord() async throws {
        let site = try await TestSite()
        #expect(await site.handle(site.swipe(Person.adult.byCard)) == .granted)
        let answer = try await desk(site).erase(
            ErasureRequest(
                worker: Person.adult.idNumber.revealed, isForced: true, by: "李工", reason: "court order"))
        let entry = try #require(try site.reader.entry(answer.entries[0]))
        let erased = try WorkerErased(encoded: entry.body)
        #expect(erased.isForced && erased.reason == "court order")
        site.clock.advance(byMilliseconds: 10_000)
        #expect(await site.handle(site.swipe(Person.adult.byCard)) == .refused(.unknown, opens: false))
        #expect(await site.handle(site.swipe(Person.colleague.byCard)) == .granted)
        let index = WorkerIndex()
        try site.reader.forEachRosterEntry { entry throws(LedgerError) in
            // try!: the entries are those that the site's own index took in.
            _ = try! index.apply(entry)
        }
        #expect(index.lookUp(Person.adult.byID) == nil && index.workerCount == Person.allCases.count - 1)
        #expect(try site.reader.verifyWithDecisions().isWhole)
        await site.close()
    }

    enum Forgery: CaseIterable {
        case grantsWhoHasLeft, opensForARefused, namesNoPolicy, knowsNobody, decidedByTheFuture
    }

    /// The insider has the program and the site key, and writes a record that was never decided so.
    @Test(arguments: Forgery.allCases)
    func aRecordThatWasDecidedOtherwiseIsNamed(forgery: Forgery) async throws {
        let site = try await TestSite()
        _ = await site.handle(site.swipe(Person.adult.byCard))
        let (genuine, record) = try #require(try site.records().first)
        #expect(try site.reader.verifyWithDecisions().isWhole)
        let forged = AttendanceRecord(
            reader: record.reader, direction: record.direction, credentialKind: record.credentialKind,
            reason: forgery == .opensForARefused ? .leftProject : nil, isOpened: true,
            isTimeUncertain: false,
            standing: forgery == .grantsWhoHasLeft || forgery == .opensForARefused
                ? [.known, .hasLeft] : forgery == .knowsNobody ? [] : .known,
            rosterPosition: forgery == .decidedByTheFuture ? LedgerSequence(9_999) : record.rosterPosition,
            policy: forgery == .namesNoPolicy ? LedgerSequence(1) : record.policy, maskedCredential: nil)
        let subject = EntrySubject.worker(try #require(genuine.subject))
        let entry = try await site.ledger.append([
            EntryDraft(forged, kind: .attendance, subject: subject, clock: site.clock.now())
        ])[0]
        let found = try site.reader.verifyWithDecisions()
        #expect(found.fault?.sequence == entry.sequence && found.fault?.reason == .decisionDiffers)
        #expect(try site.reader.verify().isWhole, "hashes and signatures alone do not tell")
        await site.close()
    }
}
