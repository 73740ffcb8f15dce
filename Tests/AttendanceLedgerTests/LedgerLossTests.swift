import AttendanceLedger
import Foundation
import SQLiteStore
import SiteModel
import Testing

/// What happens to the ledger when somebody touches its files behind its back.
@Suite(.timeLimit(.minutes(10)))
struct LedgerLossTests {
    enum Loss: String, CaseIterable {
        case removed, removedWithItsLog, renamed, replacedByItsCopy, replacedByAnother
    }

    @Test(arguments: Loss.allCases)
    func aLedgerThatIsNoLongerAtItsPathTakesNothing(loss: Loss) async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        _ = try await writer.append([Draft.mark()])
        try await inflict(loss, on: folder)
        let left = folder.contents(of: "ledger.db")
        for _ in 0..<3 {
            await expectDamage { try await writer.append([Draft.attendance()]) }
        }
        await writer.close()
        #expect(folder.contents(of: "ledger.db") == left, "what is at the path is not touched")
    }

    @Test func aLedgerThatIsPutBackGoesOn() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        _ = try await writer.append([Draft.mark()])
        try folder.rename("ledger.db", to: "away.db")
        await expectDamage { try await writer.append([Draft.attendance()]) }
        try folder.rename("away.db", to: "ledger.db")
        #expect(try await writer.append([Draft.attendance()])[0].sequence == LedgerSequence(2))
        await writer.close()
        #expect(try folder.reader().verify().entryCount == 2)
    }

    /// A clean stop leaves no log: what is left of the ledger is its head.
    @Test func aLedgerThatIsGoneIsNotBegunAnew() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        _ = try await writer.append([Draft.mark()])
        await writer.close()
        try SQLiteConnection(path: folder.path + "/ledger.db", access: .readWrite)
            .execute("PRAGMA wal_checkpoint(TRUNCATE)")
        try folder.rename("ledger.db", to: "away.db")
        folder.remove("ledger.db-wal")
        await expectDamage { try folder.writer() }
        await expectDamage { try folder.reader() }
        try folder.rename("away.db", to: "ledger.db")
        let again = try folder.writer()
        #expect(try await again.append([Draft.mark()])[0].sequence == LedgerSequence(2))
        await again.close()
    }

    /// An older copy was put back, and the commit that was to say so failed before its first row.
    @Test func aLossIsOnRecordAlsoWhenTheFirstCommitFails() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        _ = try await writer.append([Draft.mark()])
        await writer.close()
        let older = try #require(folder.contents(of: "ledger.db"))
        let later = try folder.writer()
        _ = try await later.append([Draft.mark(), Draft.mark()])
        await later.close()
        try older.write(to: folder.url("ledger.db"))
        let again = try folder.writer()
        #expect(again.loss?.sequence == LedgerSequence(3))
        let other = try SQLiteConnection(path: folder.path + "/ledger.db", access: .readWrite)
        try other.execute("BEGIN IMMEDIATE")
        await #expect(throws: LedgerError.self) { try await again.append([Draft.attendance()]) }
        try other.execute("ROLLBACK")
        _ = try await again.append([Draft.attendance()])
        await again.close()
        #expect(try folder.reader().verify().losses == [LedgerSequence(2)])
    }

    enum Found: String, CaseIterable { case nothing, emptyFile, ledgerOfAnother }

    /// The connection is given up after a failure; by the next commit the file is another one.
    @Test(arguments: Found.allCases, [0, 1])
    func afterAFailureOnlyTheSameLedgerIsOpenedAgain(found: Found, entryCount: Int) async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        for _ in 0..<entryCount { _ = try await writer.append([Draft.mark()]) }
        try folder.makeSick()
        await #expect(throws: LedgerError.self) { try await writer.append([Draft.attendance()]) }
        for name in ["ledger.db", "ledger.db-wal", "ledger.db-shm"] { folder.remove(name) }
        switch found {
        case .nothing: break
        case .emptyFile: try Data().write(to: folder.url("ledger.db"))
        case .ledgerOfAnother: try await folder.copyLedgerOfAnother()
        }
        let left = folder.contents(of: "ledger.db")
        for _ in 0..<3 {
            await expectDamage { try await writer.append([Draft.attendance()]) }
        }
        await writer.close()
        #expect(folder.contents(of: "ledger.db") == left, "what is at the path is not touched")
    }

    @Test(arguments: [true, false])
    func aLogWithoutItsMainFileIsNoEmptyLedgerAndStays(isTruncated: Bool) async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        let reader = try folder.reader()
        _ = try await writer.append([Draft.mark()])
        // The reader keeps the log in its place when the writer closes.
        #expect(try reader.head() != nil)
        await writer.close()
        if isTruncated { try Data().write(to: folder.url("ledger.db")) } else { folder.remove("ledger.db") }
        let log = try #require(folder.contents(of: "ledger.db-wal"))
        await expectDamage { try folder.reader() }
        await expectDamage { try reader.verify() }
        await expectDamage { try folder.writer() }
        #expect(folder.contents(of: "ledger.db-wal") == log && !log.isEmpty)
    }

    private func inflict(_ loss: Loss, on folder: LedgerFolder) async throws {
        switch loss {
        case .removed: folder.remove("ledger.db")
        case .removedWithItsLog:
            for name in ["ledger.db", "ledger.db-wal", "ledger.db-shm"] { folder.remove(name) }
        case .renamed: try folder.rename("ledger.db", to: "away.db")
        case .replacedByItsCopy:
            let copy = try #require(folder.contents(of: "ledger.db"))
            try copy.write(to: folder.url("copy.db"))
            try folder.rename("copy.db", to: "ledger.db")
        case .replacedByAnother: try await folder.copyLedgerOfAnother()
        }
    }

    private func expectDamage<Value>(
        _ body: () async throws -> Value, at location: SourceLocation = #_sourceLocation
    ) async {
        let error = await #expect(throws: LedgerError.self, sourceLocation: location) { _ = try await body() }
        guard case .fileDamaged = error else {
            Issue.record("\(String(describing: error))", sourceLocation: location)
            return
        }
    }
}

extension LedgerFolder {
    func url(_ name: String) -> URL { URL(fileURLWithPath: path + "/" + name) }

    func contents(of name: String) -> Data? { try? Data(contentsOf: url(name)) }  // try?: asked.

    // try?: gone is what is wanted.
    func remove(_ name: String) { try? FileManager.default.removeItem(at: url(name)) }

    func rename(_ name: String, to other: String) throws {
        try #require(Glibc.rename(path + "/" + name, path + "/" + other) == 0)
    }

    /// Puts the closed, empty ledger of another folder in the place of this one.
    func copyLedgerOfAnother() async throws {
        let other = try LedgerFolder()
        await (try other.writer()).close()
        try #require(other.contents(of: "ledger.db")).write(to: url("copy.db"))
        try rename("copy.db", to: "ledger.db")
    }

    /// The next insert fails, and so does opening the file again.
    func makeSick() throws {
        try SQLiteConnection(path: path + "/ledger.db", access: .readWriteCreating).execute(
            """
            CREATE TRIGGER sick BEFORE INSERT ON entry BEGIN SELECT RAISE(ABORT, 'sick'); END;
            PRAGMA user_version = 99;
            """)
    }
}
