import AttendanceLedger
import SQLiteStore
import SiteModel
import Testing

/// Ledgers that older versions left at a gate.
struct LedgerMigrationTests {
    @Test(arguments: [2, 3])
    func aLedgerOfAnOlderSchemaIsBroughtUpAndAnswers(version: Int) async throws {
        let folder = try LedgerFolder()
        var writer = try folder.writer()
        let policy = PolicyApplied(repeatWindowMilliseconds: 3_000, antiPassback: .off, minimumAgeYears: 16)
        var entries = try await writer.append([
            Draft.joined(Draft.worker()), Draft.attendance(),
            EntryDraft(policy, kind: .policyApplied, clock: Draft.clock()), Draft.mark(),
        ])
        await writer.close()
        try folder.makeSchema(version)
        let path = folder.path + "/ledger.db"
        #expect(try SQLiteConnection(path: path, access: .readOnly).schemaVersion() == version)

        writer = try folder.writer()
        entries += try await writer.append([Draft.attendance(1), Draft.joined(Draft.worker(name: "测试乙"))])
        let correction = Correction(
            action: .withdrawn, target: .init(origin: writer.origin, sequence: entries[4].sequence),
            passes: [],
            by: "李工", reason: "test")
        entries += try await writer.append([
            EntryDraft(
                correction, kind: .correction, subject: .worker(try #require(entries[0].subject)),
                clock: Draft.clock())
        ])
        #expect(try SQLiteConnection(path: path, access: .readOnly).schemaVersion() == 4)
        let reader = try folder.reader()
        var people: [LedgerEntry] = []
        try reader.forEachPeopleEntry { entry throws(LedgerError) in people.append(entry) }
        #expect(people.map(\.sequence) == [0, 5, 6].map { entries[$0].sequence })
        var roster: [LedgerEntry] = []
        try reader.forEachRosterEntry { entry throws(LedgerError) in roster.append(entry) }
        #expect(roster.map(\.sequence) == [0, 5].map { entries[$0].sequence })
        #expect(try reader.newestPolicy() == entries[2])
        #expect(try reader.newestCheckpoint() == nil)
        _ = try reader.clockHistory()
        let verification = try reader.verify()
        #expect(verification.fault == nil && verification.fileFault == nil)
        #expect(verification.entryCount == 7)
        await writer.close()
    }

    /// The backup of before an upgrade is what somebody has on the worst of days; and the ledger that stands
    /// there may not have been started since.
    @Test(arguments: [2, 3], [false, true])
    func aBackupOfAnOlderSchemaIsPutIn(version: Int, isPresentOldToo: Bool) async throws {
        let folder = try LedgerFolder()
        var writer = try folder.writer()
        let worker = try #require(try await writer.append([Draft.joined(Draft.worker())])[0].subject)
        _ = try await writer.append([.checkpoint(at: Draft.clock(1))])
        await writer.close()
        let backup = try folder.reader().backUp(to: folder.path + "/copy.db", withKeys: true) { _, _ in }
        try folder.makeSchema(version, of: "copy.db")
        if isPresentOldToo { try folder.makeSchema(version) }
        let restore = LedgerRestore(
            directory: folder.path, backup: backup.path, checkpoint: nil, discardsNewer: false,
            siteKey: TestKey.site, clock: Draft.clock())
        let outcome = try restore.run { _, _ in }
        #expect(outcome.sequence == backup.sequence)
        let reader = try folder.reader()
        #expect(try reader.newestChange(of: worker)?.worker == Draft.worker())
        #expect(try reader.verify().isWhole)
        writer = try folder.writer()
        _ = try await writer.append([Draft.mark()])
        await writer.close()
    }

    @Test func whoReadsBeforeTheUpgradeIsTold() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        _ = try await writer.append([Draft.mark()])
        await writer.close()
        try folder.makeSchema(3)
        #expect(throws: LedgerError.olderSchema(found: 3, known: 4)) { try folder.reader() }
    }
}

extension LedgerFolder {
    /// As an older version left it: the indexes under their old names and conditions.
    func makeSchema(_ version: Int, of name: String = "ledger.db") throws {
        let connection = try SQLiteConnection(path: path + "/" + name, access: .readWrite)
        guard version == 2 else {
            return try connection.execute(
                """
                DROP INDEX entry_of_people;
                CREATE INDEX entry_of_people ON entry (origin, sequence)
                    WHERE kind = 9 OR kind = 10 OR kind = 16 OR kind BETWEEN 19 AND 39;
                PRAGMA user_version = 3;
                """)
        }
        try connection.execute(
            """
            DROP INDEX entry_of_people; DROP INDEX entry_of_worker;
            DROP INDEX entry_of_clock; DROP INDEX entry_of_evidence;
            CREATE INDEX entry_of_roster ON entry (origin, sequence) WHERE kind IN (9, 10, 16);
            CREATE INDEX entry_of_worker ON entry (subject, origin, sequence) WHERE kind IN (9, 14, 16);
            CREATE INDEX entry_of_clock ON entry (origin, sequence) WHERE kind IN (5, 6, 7, 8);
            CREATE INDEX entry_of_evidence ON entry (kind, origin, sequence)
                WHERE kind IN (13, 15, 16, 17, 18);
            PRAGMA user_version = 2;
            """)
    }
}
