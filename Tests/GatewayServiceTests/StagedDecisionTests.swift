import AttendanceLedger
import SiteModel
import Testing

@testable import GatewayService

/// Records of newcomers whose import has, or has not, come to its end.
struct StagedDecisionTests {
    enum Case: CaseIterable {
        case afterTheEnd, beforeTheEnd, withoutEnd, afterTheEndOfAnother
    }

    @Test(arguments: Case.allCases)
    func aNewcomerIsKnownFromTheEndOfTheirImport(_ row: Case) async throws {
        let site = try await TestSite()
        _ = await site.handle(site.swipe(Person.adult.byCard))
        let (_, genuine) = try #require(try site.records().first)
        let clock = site.clock.now()
        let after = try #require(try site.reader.head()).sequence
        let change = PersonnelChange(
            kind: .joined, occurredAt: clock.wall, dueAt: clock.wall,
            worker: ProjectWorker(
                name: "测试", idNumber: try IDNumber(reading: "110101190001010014"),
                team: Team(name: "木工班", employer: ""), joinedOn: CivilDate(daysSince1970: 20_000)),
            source: "import a.csv line 2")
        let piece = try await site.ledger.append([
            applied(ImportStage(importedAfter: after, waitingCount: 1), clock),
            EntryDraft(change, kind: .personnelChange, subject: .newWorker, clock: clock),
        ])
        var position = piece[1].sequence
        if row != .withoutEnd {
            let named = row == .afterTheEndOfAnother ? position : after
            let end = try await site.ledger.append([
                applied(ImportStage(importedAfter: named, waitingCount: 0), clock)
            ])
            if row != .beforeTheEnd { position = end[0].sequence }
        }
        let record = AttendanceRecord(
            reader: genuine.reader, direction: genuine.direction, credentialKind: genuine.credentialKind,
            reason: nil, isOpened: true, isTimeUncertain: false, standing: genuine.standing,
            rosterPosition: position, policy: genuine.policy, maskedCredential: nil)
        let subject = EntrySubject.worker(try #require(piece[1].subject))
        let entry = try await site.ledger.append([
            EntryDraft(record, kind: .attendance, subject: subject, clock: clock)
        ])[0]
        let fault = try site.reader.verifyWithDecisions().fault
        #expect(fault?.sequence == (row == .afterTheEnd ? nil : entry.sequence))
        await site.close()
    }

    private func applied(_ stage: ImportStage, _ clock: ClockReading) -> EntryDraft {
        EntryDraft(
            RosterApplied(source: "import a.csv", joined: 0, left: 0, changed: 0, unchanged: 0, stage: stage),
            kind: .rosterApplied, clock: clock)
    }
}
