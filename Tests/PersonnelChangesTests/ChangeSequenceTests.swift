import AccessControl
import AttendanceLedger
import Foundation
import SiteModel
import Testing

@testable import PersonnelChanges

/// Random sequences of changes on real ledgers: whoever folds them sees the same after every step.
///
/// `MUSTER_CHANGE_SEQUENCES` says how many; 1,000 in CI, by themselves.
struct ChangeSequenceTests {
    private static let sequenceCount =
        ProcessInfo.processInfo.environment["MUSTER_CHANGE_SEQUENCES"].flatMap(Int.init) ?? 60
    private static let ledgerCount = 6

    @Test(arguments: 0..<ledgerCount)
    func foldIndexAndViewsAgreeAfterEveryStep(seed: Int) async throws {
        var random = SeededGenerator(seed: UInt64(seed) + 1)
        for number in 0..<(Self.sequenceCount / Self.ledgerCount) {
            let site = try SequenceSite()
            for step in 0..<8 {
                let request = Self.request(step: step, &random)
                do throws(PersonnelError) {
                    let outcome = try await site.service.change(
                        request, siteOffsetMilliseconds: Invented.offset)
                    if let change = outcome.written.randomElement(using: &random), Bool.random(using: &random)
                    {
                        _ = try await site.service.confirm(
                            ConfirmationRequest(change: change.sequence, reference: "回执", by: "李工"))
                    }
                } catch {
                    guard case .refused = error else {
                        Issue.record("seed \(seed), sequence \(number), step \(step): \(error)")
                        return
                    }
                }
                site.clock.advance(byMilliseconds: Int64.random(in: 1_000...100_000_000, using: &random))
                try await site.check("seed \(seed), sequence \(number), step \(step)")
            }
            try await site.checkAfterRebuild("seed \(seed), sequence \(number)")
        }
    }

    private static func request(step: Int, _ random: inout SeededGenerator) -> ChangeRequest {
        let number = Invented.number(Int.random(in: 0..<5, using: &random)).revealed
        let team = ["木工班", "钢筋班", "架子班"].randomElement(using: &random)!
        let action = step == 0 ? .join : ChangeRequest.Action.allCases.randomElement(using: &random)!
        var fields: [WorkerField: String] = [:]
        switch action {
        case .join:
            fields = [
                .name: "工人", .team: team, .cardNumber: "00123456\(Int.random(in: 10...14, using: &random))",
            ]
        case .leave, .blockCard: break
        case .issueCard, .replaceCard:
            fields = [.cardNumber: "00123456\(Int.random(in: 10...14, using: &random))"]
        case .move: fields = [.team: team, .workType: "木工"]
        case .update:
            let said: [(WorkerField, String)] = [
                (.phone, "13800000000"), (.contractSignedOn, "2026-11-01"), (.trainedOn, "2026-11-02"),
                (.insuredFrom, "2026-11-01"),
                (.wageCard, "622848000000000\(Int.random(in: 1000...1003, using: &random))"),
                (.name, "改名"), (.cardNumber, "-"), (.contractEndedOn, "2026-11-20"), (.teamLeader, "是"),
            ]
            for (field, text) in said.shuffled(using: &random).prefix(3) { fields[field] = text }
        }
        return ChangeRequest(
            action, workers: [number], fields: fields, isConfirmedByLeaver: Bool.random(using: &random),
            by: "测试")
    }
}

/// A ledger with everything that folds it.
private struct SequenceSite {
    let directory: URL
    let ledger: LedgerWriter
    let reader: LedgerReader
    let index = WorkerIndex()
    let people: PeopleBook
    let service: PersonnelService
    let following: Task<Void, any Error>
    let clock = ManualSiteClock(wall: Invented.noon)

    init() throws {
        directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("muster-changes-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        ledger = try LedgerWriter.open(directory: directory.path, node: "gate", siteKey: TestKey.site)
        reader = try LedgerReader.open(directory: directory.path, siteKey: TestKey.site)
        let people = PeopleBook(reader: reader)
        self.people = people
        service = PersonnelService(
            ledger: ledger, reader: reader, index: index, people: people, clock: clock)
        try people.fold()
        following = Task { [ledger] in
            for try await page in ledger.tail(after: people.position).pages { try people.follow(page) }
        }
    }

    /// Followed content, folded content, index, SQL view and search say the same of everybody.
    func check(_ place: String) async throws {
        let head = try reader.head()?.sequence ?? LedgerSequence(0)
        let followed = try #require(await people.content(upTo: head))
        let folded = try PeopleBook.Content.folded(from: reader)
        #expect(followed.roster.members == folded.roster.members, "\(place)")
        #expect(followed.changes.changes == folded.changes.changes, "\(place)")
        #expect(followed.roster.position == index.rosterPosition, "\(place)")
        for member in folded.roster.members {
            let indexed = index.worker(member.id)
            #expect(indexed?.leftAt == member.worker.leftAt, "\(place)")
            let team = indexed.flatMap { index.team($0.team)?.team }
            #expect(team == member.worker.team, "\(place)")
            if let card = member.worker.card, !member.worker.hasLeft(at: clock.now().wall) {
                #expect(index.lookUp(.cardNumber(card))?.id == member.id, "\(place)")
            }
            let byNumber = index.lookUp(.idNumber(member.worker.idNumber))?.id
            #expect(byNumber == member.id, "\(place)")
            #expect(try reader.newestChange(of: member.id)?.worker == member.worker, "\(place)")
        }
    }

    /// Closes the ledger, makes everything again that is derived from its entries, and compares once more.
    func checkAfterRebuild(_ place: String) async throws {
        let head = try reader.head()?.sequence ?? LedgerSequence(0)
        let before = try #require(await people.content(upTo: head))
        await ledger.close()
        following.cancel()
        let rebuilt = try LedgerRebuild.run(directory: directory.path) { _, _ in }
        #expect(rebuilt.formerFault == nil, "\(place)")
        let after = try LedgerReader.open(directory: directory.path, siteKey: TestKey.site)
        let folded = try PeopleBook.Content.folded(from: after)
        #expect(folded.roster.members == before.roster.members, "\(place)")
        #expect(folded.changes.changes == before.changes.changes, "\(place)")
        #expect(folded.site == before.site, "\(place)")
        let made = WorkerIndex()
        try after.fold(.roster) { entry throws(PersonnelError) in
            do throws(AccessControlError) { _ = try made.apply(entry) } catch { throw .lanesBehind(error) }
        }
        for member in folded.roster.members {
            #expect(made.worker(member.id)?.leftAt == index.worker(member.id)?.leftAt, "\(place)")
            let number = Credential.idNumber(member.worker.idNumber)
            #expect(made.lookUp(number)?.id == index.lookUp(number)?.id, "\(place)")
            if let card = member.worker.card.map(Credential.cardNumber) {
                #expect(made.lookUp(card)?.id == index.lookUp(card)?.id, "\(place)")
            }
            #expect(try after.newestChange(of: member.id)?.worker == member.worker, "\(place)")
        }
        // try?: what stays is in the folder for temporary files.
        try? FileManager.default.removeItem(at: directory)
    }
}
