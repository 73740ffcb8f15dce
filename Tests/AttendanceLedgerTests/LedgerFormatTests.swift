import Foundation
import SQLiteStore
import SiteModel
import Testing

@testable import AttendanceLedger

/// The worked example of LedgerFormat.md, made again by the code: page and code cannot drift apart.
struct LedgerFormatTests {
    private static let page = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Sources/GatewayService/Gateway.docc/LedgerFormat.md")

    @Test(arguments: 0..<3)
    func thePageShowsWhatTheCodeWrites(index: Int) throws {
        let text = try String(contentsOf: Self.page, encoding: .utf8).filter { !$0.isWhitespace }
        let entry = try Self.example()[index]
        #expect(text.contains("`\(entry.body.hexadecimal)`"), "body of \(entry.sequence)")
        #expect(text.contains("`\(entry.canonicalBytes.hexadecimal)`"), "bytes of \(entry.sequence)")
        #expect(text.contains("`\(entry.hash.hexadecimal)`"), "hash of \(entry.sequence)")
    }

    @Test func thePageShowsTheTables() throws {
        let text = try String(contentsOf: Self.page, encoding: .utf8).filter { !$0.isWhitespace }
        for kind in LedgerEntryKind.allCases {
            #expect(text.contains("|\(kind.rawValue)|`\(kind.name)`|"), "kind \(kind)")
        }
        for reason in DenialReason.allCases {
            #expect(text.contains("\(reason.rawValue)`\(reason.name)`"), "reason \(reason)")
        }
        for kind in CredentialKind.allCases {
            #expect(text.contains("\(kind.rawValue)`\(kind.name)`"), "credential kind \(kind)")
        }
    }

    /// A start, an invented worker who joins, and that worker's first swipe.
    private static func example() throws -> [LedgerEntry] {
        let origin = LedgerOrigin("north-gate-7f3a9c21")
        let worker = WorkerID(originTag: origin.tag, sequence: LedgerSequence(2))
        let boot = try #require(BootID(text: "6b1f2e0c9a3d4f58b7c6d5e4f3a2b190"))
        func clock(_ milliseconds: Int64, _ synchronisation: ClockSynchronisation) -> ClockReading {
            ClockReading(
                wall: UTCInstant(milliseconds: 1_795_244_400_000 + milliseconds),
                uptime: Uptime(milliseconds: 9_250 + milliseconds), boot: boot,
                synchronisation: synchronisation)
        }
        let joined = PersonnelChange(
            kind: .joined, occurredAt: clock(61_500, .kernel).wall,
            dueAt: clock(61_500 + 86_400_000, .kernel).wall,
            worker: ProjectWorker(
                name: "测试甲", idNumber: try IDNumber(reading: "110101190001010014"),
                team: Team(name: "木工班", employer: "测试建筑"), workType: "木工", phone: "",
                card: CardNumber(value: 15_219_292, bitLength: 32),
                joinedOn: try #require(CivilDate(iso8601: "2026-11-21"))), source: "import roster.csv")
        let record = AttendanceRecord(
            reader: ReaderName(lane: "north", reader: "north-in"), direction: .entering,
            credentialKind: .idNumber, reason: nil, isOpened: true, isTimeUncertain: false,
            standing: .known, rosterPosition: LedgerSequence(2), policy: LedgerSequence(0),
            maskedCredential: nil)
        let drafts = [
            EntryDraft(ServiceMark(words: "muster 0.1.0"), kind: .serviceStarted, clock: clock(0, .none)),
            EntryDraft(
                joined, kind: .personnelChange, subject: .worker(worker), clock: clock(61_500, .kernel)),
            EntryDraft(record, kind: .attendance, subject: .worker(worker), clock: clock(95_123, .kernel)),
        ]
        var previous = EntryHash.beginning
        return drafts.enumerated().map { index, draft in
            let sequence = LedgerSequence(Int64(index + 1))
            let subject = draft.kind == .serviceStarted ? nil : worker
            let canonical = LedgerEntry.canonicalBytes(
                origin: origin, sequence: sequence, kind: draft.kind, subject: subject, clock: draft.clock,
                sealing: .clear, body: draft.body)
            previous = EntryHash.hash(previous: previous, canonicalBytes: canonical)
            return LedgerEntry(
                origin: origin, sequence: sequence, kind: draft.kind, subject: subject, clock: draft.clock,
                sealing: .clear, body: draft.body, hash: previous)
        }
    }
}
