import Foundation
import SQLiteStore
import SiteModel
import Testing

@testable import AttendanceLedger

@Suite(.timeLimit(.minutes(10)))
struct LedgerVerificationTests {
    struct Row: Sendable, CustomStringConvertible {
        let description: String
        let script: StaticString
        let sequence: Int64
        let reason: ChainFault.Reason

        init(
            says: String, _ script: StaticString, at sequence: Int64 = 7,
            _ reason: ChainFault.Reason = .hashDiffers
        ) {
            description = says
            self.script = script
            self.sequence = sequence
            self.reason = reason
        }
    }

    @Test(arguments: [
        Row(says: "kind", "UPDATE entry SET kind = 2 WHERE sequence = 7"),
        Row(says: "subject", "UPDATE entry SET subject = 5 WHERE sequence = 7"),
        Row(says: "subject gone", "UPDATE entry SET subject = NULL WHERE sequence = 7"),
        Row(says: "time", "UPDATE entry SET occurred_at_ms = occurred_at_ms + 1 WHERE sequence = 7"),
        Row(says: "uptime", "UPDATE entry SET uptime_ms = uptime_ms - 1 WHERE sequence = 7"),
        Row(
            says: "boot",
            "INSERT INTO boot VALUES (2, zeroblob(16)); UPDATE entry SET boot = 2 WHERE sequence = 7"),
        Row(says: "synchronisation", "UPDATE entry SET synchronisation = 0 WHERE sequence = 7"),
        Row(says: "sealing", "UPDATE entry SET sealing = 1 WHERE sequence = 7"),
        Row(says: "body", "UPDATE entry SET body = CAST(body || x'00' AS BLOB) WHERE sequence = 7"),
        Row(says: "body gone", "UPDATE entry SET body = x'' WHERE sequence = 7"),
        Row(says: "hash", "UPDATE entry SET hash = zeroblob(32) WHERE sequence = 7"),
        Row(says: "first entry", "UPDATE entry SET body = x'80' WHERE sequence = 1", at: 1),
        Row(says: "last entry", "UPDATE entry SET body = x'80' WHERE sequence = 20", at: 20),
        Row(says: "name of the origin", "UPDATE origin SET text = 'south-gate'", at: 1),
        Row(says: "id of the boot", "UPDATE boot SET id = zeroblob(16)", at: 1),
        Row(says: "a deleted row", "DELETE FROM entry WHERE sequence = 7", .missing),
        Row(says: "the first rows deleted", "DELETE FROM entry WHERE sequence < 4", at: 1, .missing),
        Row(
            says: "two rows swapped",
            """
            UPDATE entry SET sequence = 100 WHERE sequence = 7;
            UPDATE entry SET sequence = 7 WHERE sequence = 9;
            UPDATE entry SET sequence = 9 WHERE sequence = 100
            """),
        Row(
            says: "rows moved up over a deleted one",
            """
            DELETE FROM entry WHERE sequence = 7; UPDATE entry SET sequence = 7 WHERE sequence = 8
            """),
        Row(
            says: "an erasure before the first entry",
            """
            INSERT INTO entry SELECT origin, -5, 16, 77, occurred_at_ms, uptime_ms, boot, synchronisation,
            sealing, body, hash FROM entry WHERE sequence = 7
            """, at: -5, .beforeFirst),
        Row(says: "an unknown kind", "UPDATE entry SET kind = 99 WHERE sequence = 7", .unreadable),
        Row(
            says: "an uptime beyond all measure",
            "UPDATE entry SET uptime_ms = 9223372036854775807 WHERE sequence = 7", .unreadable),
        Row(says: "a boot that is not there", "UPDATE entry SET boot = 9 WHERE sequence = 7", .unreadable),
    ])
    func tamperingIsNamed(row: Row) async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        _ = try await writer.append((0..<20).map { Draft.attendance($0) })
        await writer.close()
        try folder.tamper(row.script)
        let found = try folder.reader().verify()
        #expect(found.fault?.sequence == LedgerSequence(row.sequence))
        #expect(found.fault?.reason == row.reason)
        #expect(found.entryCount == max(0, Int(row.sequence) - 1))
        if row.description != "name of the origin" { #expect(found.fault?.origin == writer.origin) }
        #expect(throws: LedgerError.chainBroken(sequence: LedgerSequence(row.sequence))) {
            try folder.writer()
        }
    }

    @Test func entriesUnderANumberThatIsNoOriginAreFound() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        _ = try await writer.append((0..<3).map { Draft.attendance($0) })
        await writer.close()
        try folder.tamper("UPDATE entry SET origin = 9 WHERE sequence = 3")
        folder.remove("ledger.head")
        let fault = try folder.reader().verify().fault
        #expect(fault?.origin.text == "number 9" && fault?.reason == .foreign)
    }

    /// An insider's own chain, whole in itself, or a worker in clear behind the last checkpoint.
    @Test(arguments: [Int64.min, 2])
    func theChainOfAnotherIsNoPartOfThisLedger(origin: Int64) async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        _ = try await writer.append([Draft.attendance()])
        await writer.close()
        let worker = Draft.worker()
        try folder.tamper { connection in
            let added = try connection.statement("INSERT INTO origin VALUES (?1, 'ghost', zeroblob(32))")
            try added.bind(1, origin)
            try added.run()
            let row = try connection.statement(
                """
                INSERT INTO entry VALUES (?1, 1, 9, 77, 0, 0, 1, 0, 0, ?2, zeroblob(32))
                """)
            try row.bind(1, origin)
            try row.bind(
                2,
                PersonnelChange(
                    kind: .joined, occurredAt: Draft.clock().wall, dueAt: Draft.clock().wall, worker: worker,
                    source: "nobody"
                ).encoded)
            try row.run()
        }
        let reader = try folder.reader()
        #expect(try reader.verify().fault?.reason == .foreign)
        try reader.forEachRosterEntry { entry in Issue.record("a ghost was folded: \(entry.sequence)") }
    }

    @Test func aWorkerInClearIsNeitherWholeNorFolded() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        let joined = try await writer.append([Draft.joined(Draft.worker()), Draft.mark()])[0]
        await writer.close()
        let change = try #require(try folder.reader().opened(joined)).body
        let clear = LedgerEntry(
            origin: joined.origin, sequence: joined.sequence, kind: joined.kind, subject: joined.subject,
            clock: joined.clock, sealing: .clear, body: change, hash: [])
        let hash = EntryHash.hash(of: clear, previous: try folder.reader().node().publicKey)
        folder.remove("ledger.head")
        try folder.tamper { connection in
            try connection.execute("DELETE FROM entry WHERE sequence = 2")
            let row = try connection.statement(
                "UPDATE entry SET sealing = 0, body = ?1, hash = ?2 WHERE sequence = 1")
            try row.bind(1, change)
            try row.bind(2, hash)
            try row.run()
        }
        let reader = try folder.reader()
        #expect(try reader.verify().fault?.reason == .unsealed)
        #expect(throws: LedgerError.chainBroken(sequence: LedgerSequence(1))) {
            try reader.forEachRosterEntry { _ in }
        }
    }

    /// With the wrong key the service would not start; nobody could sign any more.
    @Test func anotherNodeKeyIsNotWhole() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        _ = try await writer.append([Draft.mark()])
        await writer.close()
        #expect(try folder.reader().verify().isWhole)
        try folder.tamper { connection in
            let row = try connection.statement("UPDATE node_key SET wrapped = ?1")
            try row.bind(1, NodeKey().wrapped(by: TestKey.site))
            try row.run()
        }
        #expect(try folder.reader().verify().fileFault?.contains("not its own") == true)
        try folder.tamper("UPDATE node_key SET wrapped = zeroblob(60)")
        #expect(try folder.reader().verify().fileFault?.contains("does not open") == true)
        #expect(try LedgerReader.open(directory: folder.path).verify().isWhole, "no site key, no say")
    }

    /// Nobody is erased by a row that stands in no chain.
    @Test func aRowBeforeTheFirstIsNotBelieved() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        let joined = try await writer.append([Draft.joined(Draft.worker())])[0]
        await writer.close()
        try folder.tamper(
            """
            INSERT INTO entry SELECT origin, -5, 16, subject, occurred_at_ms, uptime_ms, boot,
            synchronisation, 0, x'83f5616161', hash FROM entry WHERE sequence = 1;
            INSERT INTO entry SELECT origin, -6, 15, NULL, occurred_at_ms, uptime_ms, boot,
            synchronisation, 0, x'80', hash FROM entry WHERE sequence = 1;
            DELETE FROM worker_key
            """)
        let reader = try folder.reader()
        #expect(try reader.verify().fault?.sequence == LedgerSequence(-6))
        #expect(try reader.projectCompleted() == nil && joined.subject != nil)
        #expect(throws: LedgerError.self) { try reader.forEachRosterEntry { _ in } }
    }

    @Test func aLedgerWithoutAnyKeyIsNotWhole() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        _ = try await writer.append([Draft.joined(Draft.worker())])
        await writer.close()
        try folder.tamper("DELETE FROM node_key; DELETE FROM worker_key")
        let found = try folder.reader().verify()
        #expect(!found.isWhole && found.fileFault?.contains("key of its node") == true)
    }

    @Test func anUntouchedLedgerVerifiesAndTellsHowFarItIs() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        let reader = try folder.reader()
        #expect(try reader.verify().words == "verified: 0 entries")
        let entries = try await writer.append((0..<5_000).map { Draft.attendance($0) })
        await writer.close()
        var steps: [Int] = []
        let found = try reader.verify(progress: { done, total in
            #expect(total == 5_000)
            steps.append(done)
        })
        #expect(found.isWhole && found.entryCount == 5_000)
        #expect(found.headHash == entries.last?.hash.hexadecimal)
        #expect(steps.last == 5_000 && steps == steps.sorted())
        #expect(
            found.json == """
                {"verified":true,"entries":5000,"head":"\(found.headHash ?? "")","signed":0,\
                "losses":[],"origin":null,\
                "sequence":null,"reason":null,"file":null}
                """)
    }

    @Test func oldDamageIsLeftToVerifyButNewDamageStopsTheStart() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        _ = try await writer.append((0..<1_500).map { Draft.attendance($0) })
        await writer.close()
        try folder.tamper("UPDATE entry SET kind = 2 WHERE sequence = 400")
        let again = try folder.writer()
        await again.close()
        #expect(try folder.reader().verify().fault?.sequence == LedgerSequence(400))
    }

    /// No entry is touched: whoever takes a trigger away is about to.
    @Test func whatIsNotOfTheSchemaIsNamed() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        _ = try await writer.append((0..<10).map { Draft.attendance($0) })
        await writer.close()
        let connection = try SQLiteConnection(path: folder.path + "/ledger.db", access: .readWrite)
        try connection.execute("DROP TRIGGER entry_is_never_deleted")
        let missing = try folder.reader().verify()
        #expect(missing.fault == nil)
        #expect(missing.fileFault == "entry_is_never_deleted is missing from its schema")
        try connection.execute(
            "CREATE TRIGGER entry_is_never_deleted BEFORE DELETE ON entry BEGIN SELECT 1; END")
        #expect(
            try folder.reader().verify().fileFault
                == "entry_is_never_deleted in its schema is not as this program makes it")
    }

    @Test(arguments: [UInt64(1), 2, 3, 4, 5, 6])
    func aDamagedPageIsNamedAndCrashesNothing(seed: UInt64) async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        _ = try await writer.append((0..<3_000).map { Draft.attendance($0) })
        await writer.close()
        var bytes = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/ledger.db"))
        var random = SplitMix(state: seed)
        let page = 2 + Int(random.next() % UInt64(bytes.count / 4_096 - 2))
        for index in 0..<64 { bytes[page * 4_096 + index] = UInt8(truncatingIfNeeded: random.next()) }
        try bytes.write(to: URL(fileURLWithPath: folder.path + "/ledger.db"))
        let found = try folder.reader().verify()
        #expect(!found.isWhole, "seed \(seed), page \(page)")
    }
}

/// Small seeded generator; the seed stands in the test's argument.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
