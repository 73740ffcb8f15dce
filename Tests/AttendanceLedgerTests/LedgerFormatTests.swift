import Crypto
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

    @Test(arguments: 0..<4)
    func thePageShowsWhatTheCodeWrites(index: Int) throws {
        let text = try String(contentsOf: Self.page, encoding: .utf8).filter { !$0.isWhitespace }
        let entry = try Self.example()[index]
        #expect(text.contains("`\(entry.body.hexadecimal)`"), "body of \(entry.sequence)")
        #expect(text.contains("`\(entry.canonicalBytes.hexadecimal)`"), "bytes of \(entry.sequence)")
        #expect(text.contains("`\(entry.hash.hexadecimal)`"), "hash of \(entry.sequence)")
    }

    @Test func thePageShowsTheSealedBodyInClearAndItOpensAgain() throws {
        let text = try String(contentsOf: Self.page, encoding: .utf8).filter { !$0.isWhitespace }
        let entry = try Self.example()[1]
        let clear = try #require(Seal.open(entry.body, with: Self.workerKey, in: entry.sealContext))
        #expect(text.contains("`\(clear.hexadecimal)`"))
        #expect(try PersonnelChange(encoded: clear).worker.name == "测试甲")
        #expect(text.contains("`\(Self.nodeKey.publicKey.hexadecimal)`"))
    }

    @Test func theSignatureOfTheExampleHoldsAndNoOtherDoes() throws {
        let checkpoint = try SignedCheckpoint(encoded: try Self.example()[3].body)
        #expect(checkpoint.isSignatureValid)
        let statement = checkpoint.statement
        let other = Checkpoint(
            origin: statement.origin, sequence: statement.sequence.next, hash: statement.hash,
            signedAt: statement.signedAt, synchronisation: statement.synchronisation,
            publicKey: statement.publicKey)
        #expect(!SignedCheckpoint(statement: other, signature: checkpoint.signature).isSignatureValid)
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

    // try!: 32 bytes are a key.
    static let nodeKey = NodeKey(
        try! Curve25519.Signing.PrivateKey(rawRepresentation: [UInt8](0x00...0x1F)))
    static let workerKey = SymmetricKey(data: [UInt8](0x20...0x3F))

    /// A start, an invented worker who joins, that worker's first swipe, and a checkpoint.
    static func example() throws -> [LedgerEntry] {
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
            .checkpoint(at: clock(96_000, .kernel)),
        ]
        var head = ChainHead(beginning: nodeKey.publicKey)
        return try drafts.map { draft in
            let entry = try entry(
                draft, after: head, origin: origin, subject: draft.subject == .nobody ? nil : worker)
            head = ChainHead(sequence: entry.sequence, hash: entry.hash)
            return entry
        }
    }

    /// Made by the page's rules, with the fixed keys and nonce of the example.
    private static func entry(
        _ draft: EntryDraft, after head: ChainHead, origin: LedgerOrigin, subject: WorkerID?
    ) throws -> LedgerEntry {
        let isSealed = draft.kind == .personnelChange
        func entry(_ body: [UInt8], hash: [UInt8]) -> LedgerEntry {
            LedgerEntry(
                origin: origin, sequence: head.sequence.next, kind: draft.kind, subject: subject,
                clock: draft.clock, sealing: isSealed ? .workerKey : .clear, body: body, hash: hash)
        }
        var body = draft.body
        if draft.kind == .checkpoint {
            body = nodeKey.checkpoint(at: head, of: origin, clock: draft.clock).encoded
        }
        if isSealed {
            body = Seal.seal(
                body, with: workerKey, in: entry([], hash: []).sealContext,
                nonce: try AES.GCM.Nonce(data: [UInt8](0x40...0x4B)))
        }
        return entry(body, hash: EntryHash.hash(of: entry(body, hash: []), previous: head.hash))
    }
}
