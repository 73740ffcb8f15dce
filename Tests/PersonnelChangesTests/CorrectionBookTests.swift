import AttendanceLedger
import Foundation
import SiteModel
import Testing

@testable import PersonnelChanges

/// Corrections and what the site manager says of them.
@Suite(.timeLimit(.minutes(5)))
struct CorrectionBookTests {
    private static func entry(
        _ body: some EntryBody, _ kind: LedgerEntryKind, _ sequence: Int64, of worker: WorkerID
    ) -> LedgerEntry {
        LedgerEntry(
            origin: LedgerOrigin("test"), sequence: LedgerSequence(sequence), kind: kind, subject: worker,
            clock: Invented.clock(), sealing: .clear, body: body.encoded, hash: [])
    }

    private static let correction = Correction(
        action: .added, target: nil, passes: [StatedPass(direction: .entering, at: Invented.noon)],
        by: "李工", reason: "读卡器故障")

    private static func judged(_ correction: Int64, _ verdict: CorrectionVerdict) -> CorrectionJudged {
        CorrectionJudged(
            correction: LedgerSequence(correction), verdict: verdict, by: "jing", words: "test")
    }

    @Test func theNewestJudgementHoldsAndOneOfNothingIsPassedOver() throws {
        var book = CorrectionBook()
        try book.apply(Self.entry(Self.correction, .correction, 5, of: Invented.id(1)))
        try book.apply(Self.entry(Self.correction, .correction, 6, of: Invented.id(2)))
        #expect(book.unconfirmed.count == 2 && book.openCount == 2)
        try book.apply(Self.entry(Self.judged(5, .objected), .correctionJudged, 7, of: Invented.id(1)))
        #expect(book.unconfirmed.map(\.stateName) == ["objected", "open"] && book.openCount == 1)
        try book.apply(Self.entry(Self.judged(5, .confirmed), .correctionJudged, 8, of: Invented.id(1)))
        try book.apply(Self.entry(Self.judged(4, .confirmed), .correctionJudged, 9, of: Invented.id(1)))
        #expect(book.unconfirmed.map(\.sequence) == [LedgerSequence(6)])
        let judgement = try #require(book.correction(LedgerSequence(5))?.judgement)
        #expect(judgement.sequence == LedgerSequence(8) && judgement.by == "jing")
    }

    @Test func nothingStaysOfAWorkerWhoWasErased() throws {
        var book = CorrectionBook()
        try book.apply(Self.entry(Self.correction, .correction, 5, of: Invented.id(1)))
        try book.apply(Self.entry(Self.correction, .correction, 6, of: Invented.id(2)))
        let erased = WorkerErased(isForced: false, by: "test", reason: "test")
        try book.apply(Self.entry(erased, .workerErased, 7, of: Invented.id(1)))
        #expect(book.corrections.map(\.worker) == [Invented.id(2)])
        try book.apply(Self.entry(Self.judged(6, .confirmed), .correctionJudged, 8, of: Invented.id(2)))
        #expect(book.unconfirmed.isEmpty)
    }

    @Test func theManagerJudgesWhatSomebodyElseMadeAndTheLedgerKeepsIt() async throws {
        let folder = NSTemporaryDirectory() + "correction-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // try?: what is left in the temporary folder harms nobody.
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let ledger = try LedgerWriter.open(directory: folder, node: "gate", siteKey: TestKey.site)
        let reader = try LedgerReader.open(directory: folder, siteKey: TestKey.site)
        let service = PersonnelService(
            ledger: ledger, reader: reader, index: nil, clock: ManualSiteClock(wall: Invented.noon))
        let joined = PersonnelChange(
            kind: .joined, occurredAt: Invented.noon, dueAt: Invented.noon, worker: Invented.worker(1),
            source: "test")
        let worker = try #require(
            try await ledger.append([
                EntryDraft(
                    joined, kind: .personnelChange, subject: .newWorker, clock: Invented.clock())
            ])[0].subject)
        let made = try await ledger.append([
            EntryDraft(
                Self.correction, kind: .correction, subject: .worker(worker), clock: Invented.clock())
        ])[0].sequence
        let refused: [(CorrectionJudged, Set<String>)] = [
            (Self.judged(made.rawValue - 1, .confirmed), ["jing"]),
            (Self.judged(made.rawValue, .confirmed), ["jing", "李工"]),
            (CorrectionJudged(correction: made, verdict: .objected, by: "jing", words: ""), ["jing"]),
            (
                CorrectionJudged(
                    correction: made, verdict: .confirmed, by: "jing",
                    words: String(repeating: "长", count: CorrectionJudged.wordLimit + 1)), ["jing"]
            ),
        ]
        for (judged, names) in refused {
            await #expect(throws: PersonnelError.self) {
                _ = try await service.judge(judged, names: names)
            }
        }
        _ = try await service.judge(Self.judged(made.rawValue, .objected), names: ["jing"])
        let entry = try await service.judge(Self.judged(made.rawValue, .confirmed), names: ["jing"])
        await #expect(throws: PersonnelError.self, "confirmed is the last word") {
            _ = try await service.judge(Self.judged(made.rawValue, .objected), names: ["jing"])
        }
        let content = try PeopleBook.Content.folded(from: reader)
        #expect(content.corrections.correction(made)?.judgement?.sequence == entry)
        #expect(
            try reader.personnelEntries(of: worker).map(\.kind).suffix(2) == [
                .correctionJudged, .correctionJudged,
            ])
        let stored = try #require(try reader.entry(entry))
        #expect(stored.sealing == .workerKey && stored.subject == worker)
        await ledger.close()
    }
}
