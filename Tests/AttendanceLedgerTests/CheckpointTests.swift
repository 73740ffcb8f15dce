import Foundation
import SQLiteStore
import SiteModel
import Testing

@testable import AttendanceLedger

/// What an insider with the file can do, and by what it is found (fault catalogue E4).
@Suite(.timeLimit(.minutes(10)))
struct CheckpointTests {
    /// Twelve entries: ten, a checkpoint, one more. The checkpoint was kept elsewhere.
    private func signedLedger() async throws -> (folder: LedgerFolder, kept: SignedCheckpoint) {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        _ = try await writer.append((0..<10).map { Draft.attendance($0) })
        let entry = try await writer.append([.checkpoint(at: Draft.clock(10)), Draft.attendance(11)])[0]
        await writer.close()
        let file = CheckpointFile(try SignedCheckpoint(encoded: entry.body))
        return (folder, try CheckpointFile(json: file.json).checkpoint)
    }

    @Test func aWholeLedgerAgreesWithItsCheckpoint() async throws {
        let (folder, kept) = try await signedLedger()
        let found = try folder.reader().verify(against: kept)
        #expect(found.isWhole && found.signedSequence == LedgerSequence(10) && found.entryCount == 12)
    }

    /// Cut off behind what the file itself can show: `ledger.head` is deleted as well.
    @Test func newestRowsThatWereDeletedAreMissedByTheCheckpoint() async throws {
        let (folder, kept) = try await signedLedger()
        try folder.tamper("DELETE FROM entry WHERE sequence > 8")
        folder.remove("ledger.head")
        #expect(try folder.reader().verify().isWhole, "the file alone cannot know")
        let fault = try #require(try folder.reader().verify(against: kept).fault)
        #expect(fault.sequence == LedgerSequence(9) && fault.reason == .lost)
    }

    @Test func newestRowsThatWereDeletedAreMissedByTheHeadBesideIt() async throws {
        let (folder, _) = try await signedLedger()
        try folder.tamper("DELETE FROM entry WHERE sequence > 11")
        let fault = try #require(try folder.reader().verify().fault)
        #expect(fault.sequence == LedgerSequence(12) && fault.reason == .lost)
        let writer = try folder.writer()
        #expect(writer.loss?.sequence == LedgerSequence(12))
        let entry = try await writer.append([Draft.mark()])[0]
        #expect(entry.sequence == LedgerSequence(13), "the loss stands before it")
        await writer.close()
        let found = try folder.reader().verify()
        #expect(found.isWhole && found.losses == [LedgerSequence(12)])
        #expect(try folder.writer().loss == nil, "it is said once")
    }

    /// Edits a row and computes every hash after it anew; the checkpoint inside is no longer true.
    @Test func aRecomputedChainIsFoundByTheSignatureInside() async throws {
        let (folder, _) = try await signedLedger()
        try Self.recompute(folder, from: 5)
        folder.remove("ledger.head")
        let fault = try #require(try folder.reader().verify().fault)
        #expect(fault.sequence == LedgerSequence(11) && fault.reason == .signatureWrong)
    }

    /// The insider takes the checkpoint inside out as well: only the one kept elsewhere tells.
    @Test func aRecomputedChainWithoutCheckpointsIsFoundByTheOneKeptElsewhere() async throws {
        let (folder, kept) = try await signedLedger()
        try folder.tamper("DELETE FROM entry WHERE sequence > 10")
        try Self.recompute(folder, from: 5)
        folder.remove("ledger.head")
        #expect(try folder.reader().verify().isWhole)
        let fault = try #require(try folder.reader().verify(against: kept).fault)
        #expect(fault.sequence == LedgerSequence(10) && fault.reason == .madeAnew)
    }

    @Test func aRecomputedChainIsFoundByTheHeadBesideIt() async throws {
        let (folder, _) = try await signedLedger()
        try Self.recompute(folder, from: 12)
        let fault = try #require(try folder.reader().verify().fault)
        #expect(fault.sequence == LedgerSequence(12) && fault.reason == .madeAnew)
        #expect(throws: LedgerError.chainBroken(sequence: LedgerSequence(12))) { try folder.writer() }
    }

    @Test func anOlderCopyThatIsPutBackIsFound() async throws {
        let (folder, _) = try await signedLedger()
        let older = folder.contents(of: "ledger.db")
        let writer = try folder.writer()
        let entry = try await writer.append([Draft.mark(), .checkpoint(at: Draft.clock(20))])[1]
        await writer.close()
        for name in ["ledger.db-wal", "ledger.db-shm"] { folder.remove(name) }
        try older?.write(to: folder.url("ledger.db"))
        #expect(try folder.reader().verify().fault?.reason == .lost)
        let kept = try SignedCheckpoint(encoded: entry.body)
        let reader = try folder.reader()
        folder.remove("ledger.head")
        let fault = try #require(try reader.verify(against: kept).fault)
        #expect(fault.reason == .lost && fault.sequence == LedgerSequence(13))
    }

    /// What was cut off is on record, and its numbers were given again: the loss is the place, not the entry
    /// that has the number now.
    @Test(arguments: [1, 5])
    func aCheckpointBeyondARecordedLossIsNamedByTheLoss(writtenAgain: Int) async throws {
        let (folder, kept) = try await signedLedger()
        try folder.tamper("DELETE FROM entry WHERE sequence > 7")
        let writer = try folder.writer()
        _ = try await writer.append((0..<writtenAgain).map { _ in Draft.mark() })
        await writer.close()
        #expect(try folder.reader().verify().losses == [LedgerSequence(8)])
        let fault = try #require(try folder.reader().verify(against: kept).fault)
        #expect(fault.sequence == LedgerSequence(8) && fault.reason == .lost)
    }

    @Test func anotherLedgerUnderTheSameNameIsNotTheOneThatWasSigned() async throws {
        let (folder, kept) = try await signedLedger()
        try folder.tamper("UPDATE origin SET public_key = zeroblob(32)")
        let found = try folder.reader().verify(against: kept)
        #expect(found.fault?.sequence == LedgerSequence(1))
    }

    @Test(arguments: [
        "", "{}", #"{"statement":"00","signature":"00"}"#, #"{"statement":"zz","signature":"zz"}"#,
    ])
    func whatIsNoCheckpointIsRefused(text: String) {
        #expect(throws: LedgerError.self) { try CheckpointFile(json: text) }
    }

    @Test func aCheckpointThatWasChangedIsRefused() async throws {
        let (_, kept) = try await signedLedger()
        let text = CheckpointFile(kept).json
        let position = try #require(text.range(of: "\"statement\":\""))
        for offset in [60, 100, 160, 200] {
            var changed = Array(text)
            let index = text.distance(from: text.startIndex, to: position.upperBound) + offset
            changed[index] = changed[index] == "0" ? "1" : "0"
            #expect(throws: LedgerError.self) { try CheckpointFile(json: String(changed)) }
        }
        let spaced = text.replacingOccurrences(of: ",", with: ",\n  ")
        #expect(try CheckpointFile(json: spaced).checkpoint == kept)
    }

    /// Changes the lane's record at `sequence` and makes every hash from there on fit again.
    private static func recompute(_ folder: LedgerFolder, from sequence: Int64) throws {
        try folder.tamper { connection in
            try recompute(on: EntryRows(connection: connection, path: folder.path + "/ledger.db"), sequence)
        }
    }

    private static func recompute(on rows: EntryRows, _ sequence: Int64) throws {
        let statement = try rows.statement(
            """
            SELECT origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot, synchronisation, sealing,
            body, hash FROM entry WHERE sequence >= ?1 ORDER BY sequence
            """, sequence - 1)
        let entries = try rows.page(statement, after: (0, 0)).entries
        var previous = entries[0].hash
        for entry in entries.dropFirst() {
            let clock = ClockReading(
                wall: entry.clock.wall.advanced(byMilliseconds: entry.sequence.rawValue == sequence ? 1 : 0),
                uptime: entry.clock.uptime, boot: entry.clock.boot,
                synchronisation: entry.clock.synchronisation)
            let changed = LedgerEntry(
                origin: entry.origin, sequence: entry.sequence, kind: entry.kind, subject: entry.subject,
                clock: clock, sealing: entry.sealing, body: entry.body, hash: [])
            previous = EntryHash.hash(of: changed, previous: previous)
            let update = try rows.connection.statement(
                "UPDATE entry SET occurred_at_ms = ?2, hash = ?3 WHERE sequence = ?1")
            try update.bind(1, entry.sequence.rawValue)
            try update.bind(2, clock.wall.milliseconds)
            try update.bind(3, previous)
            try update.run()
        }
    }
}
