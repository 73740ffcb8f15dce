import Foundation
import SQLiteStore
import SiteModel
import SmallDisks
import Testing

@testable import AttendanceLedger

/// Backup, restore, rebuild.
@Suite(.timeLimit(.minutes(10)))
struct CopyTests {
    /// A ledger with a worker, some swipes and a checkpoint.
    private func ledger() async throws -> (folder: LedgerFolder, worker: WorkerID) {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        let worker = try #require(try await writer.append([Draft.joined(Draft.worker())])[0].subject)
        _ = try await writer.append((0..<500).map { Draft.attendance($0, of: worker) })
        _ = try await writer.append([.checkpoint(at: Draft.clock(500))])
        await writer.close()
        return (folder, worker)
    }

    @Test func aBackupBesideABusyWriterIsWholeAndHoldsNoKey() async throws {
        let (folder, _) = try await ledger()
        let writer = try folder.writer()
        let busy = Task {
            for number in Int64(0)..<200 { _ = try await writer.append([Draft.attendance(number)]) }
        }
        var steps: [Int] = []
        let backup = try folder.reader().backUp(to: folder.path + "/copy.db", withKeys: false) { done, _ in
            steps.append(done)
        }
        try await busy.value
        await writer.close()
        #expect(backup.entryCount >= 502 && backup.sequence.rawValue == Int64(backup.entryCount))
        #expect(steps == steps.sorted() && steps.count > 1)
        let copy = try LedgerReader.open(copy: backup.path, siteKey: TestKey.site)
        #expect(try copy.verify().isWhole)
        #expect(try !copy.holdsKeys)
        #expect(throws: LedgerError.keysMissing(path: backup.path)) { try copy.forEachRosterEntry { _ in } }
        #expect(folder.contents(of: "copy.db.partial") == nil)
    }

    @Test func nothingIsOverwrittenAndOldCopiesGoFirst() async throws {
        let (folder, _) = try await ledger()
        let target = try LedgerFolder()
        var names: [String] = []
        for number in Int64(0)..<4 {
            let writer = try folder.writer()
            _ = try await writer.append([Draft.attendance(number)])
            await writer.close()
            let backup = try folder.reader().backUp(to: target.path, withKeys: true, keeping: 2) { _, _ in }
            #expect(throws: LedgerError.exists(path: backup.path)) {
                try folder.reader().backUp(to: target.path, withKeys: false) { _, _ in }
            }
            let again = try folder.reader().backUp(to: target.path, withKeys: true) { _, _ in }
            #expect(again.path == backup.path && again.entryCount == backup.entryCount, "nothing is new")
            names.append(String(backup.path.split(separator: "/").last ?? ""))
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: target.path).sorted()
        #expect(left == Array(names.suffix(2)))
    }

    /// A stick that fills holds nothing afterwards; a copy without keys never had one in it.
    @Test(.enabled(if: SmallDisk.isPossible, "mounting a tmpfs takes root"))
    func aCopyThatDoesNotFitLeavesNothing() async throws {
        let (folder, _) = try await ledger()
        let disk = try SmallDisk(kibibytes: 96)
        for withKeys in [false, true] {
            let refusal = #expect(throws: LedgerError.self) {
                try folder.reader().backUp(to: disk.path, withKeys: withKeys) { _, _ in }
            }
            if case .diskFull = refusal {} else { Issue.record("\(String(describing: refusal))") }
            #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path) == [])
        }
    }

    @Test func noKeyEverReachesACopyWithoutKeys() async throws {
        let (folder, worker) = try await ledger()
        let connection = try SQLiteConnection(path: folder.path + "/ledger.db", access: .readOnly)
        let statement = try connection.statement(
            "SELECT wrapped FROM node_key UNION ALL SELECT wrapped FROM worker_key")
        var keys: [Data] = []
        while try statement.step() { keys.append(Data(statement.bytes(0))) }
        statement.reset()
        #expect(keys.count == 2 && worker.rawValue != 0)
        let target = try LedgerFolder()
        // Looks at each step, as whoever pulls the stick would.
        let backup = try folder.reader().backUp(to: target.path, withKeys: false) { _, _ in
            for name in LedgerFiles.names(in: target.path) {
                guard let bytes = target.contents(of: name) else { continue }
                for key in keys { #expect(bytes.range(of: key) == nil, "\(name)") }
            }
        }
        let source = try folder.reader().verify()
        let copied = try LedgerReader.open(copy: backup.path).verify()
        #expect(copied.isWhole && copied.headHash == source.headHash && copied.entryCount == 502)
    }

    @Test func whatCopiesThatWereCutOffLeftGoesWithTheNext() async throws {
        let (folder, _) = try await ledger()
        let target = try LedgerFolder()
        let origin = try folder.reader().node().origin
        let stale = "ledger-\(origin)-000000000400.db.partial"
        let others = "ledger-south-gate-00000000-000000000400.db.partial"
        for name in [stale, stale + "-journal", others] { try Data([1]).write(to: target.url(name)) }
        _ = try folder.reader().backUp(to: target.path, withKeys: false, keeping: 7) { _, _ in }
        let left = LedgerFiles.names(in: target.path).filter { $0.contains("partial") }
        #expect(left == [others])
    }

    @Test func whatARestoreThatWasBrokenOffLeftGoesAtTheStart() async throws {
        let (folder, _) = try await ledger()
        for name in ["ledger.db.restoring", "ledger.db.restoring-journal"] {
            try Data([1]).write(to: folder.url(name))
        }
        let mine = folder.path + "/spool-\(getpid())"
        let gone = folder.path + "/spool-\(Int32.max)"
        for path in [mine, gone] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        }
        await (try folder.writer()).close()
        #expect(folder.contents(of: "ledger.db.restoring") == nil)
        #expect(folder.contents(of: "ledger.db.restoring-journal") == nil)
        #expect(LedgerFiles.exists(mine) && !LedgerFiles.exists(gone), "a command at work keeps its own")
    }

    @Test func aRestoredLedgerIsTheOneThatWasCopied() async throws {
        let (folder, worker) = try await ledger()
        let backup = try folder.reader().backUp(to: folder.path + "/copy.db", withKeys: true) { _, _ in }
        let before = try folder.reader().head()
        for name in ["ledger.db", "ledger.db-wal", "ledger.db-shm"] { folder.remove(name) }
        let outcome = try restore(backup, to: folder)
        #expect(outcome.sequence == backup.sequence && outcome.replacedPath == nil)
        let reader = try folder.reader()
        #expect(try reader.head() == before)
        #expect(try reader.newestChange(of: worker)?.worker == Draft.worker())
        let writer = try folder.writer()
        #expect(writer.loss == nil)
        #expect(try await writer.append([Draft.mark()])[0].sequence == backup.sequence.next)
        await writer.close()
    }

    @Test func whoIsErasedIsGoneFromWhatWasSetAsideToo() async throws {
        let (folder, worker) = try await ledger()
        let backup = try folder.reader().backUp(to: folder.path + "/copy.db", withKeys: true) { _, _ in }
        let aside = try #require(try restore(backup, to: folder).replacedPath)
        let replaced = try LedgerReader.open(copy: aside, siteKey: TestKey.site)
        #expect(try replaced.newestChange(of: worker)?.worker == Draft.worker())
        #expect(try folder.reader().replacedLedgers?.destroyKey(of: worker) == [])
        let after = try LedgerReader.open(copy: aside, siteKey: TestKey.site)
        #expect(try after.newestChange(of: worker) == nil)
        #expect(try folder.reader().newestChange(of: worker) != nil, "that is the entry's own doing")
    }

    @Test func keysComeFromTheLedgerThatStandsThere() async throws {
        let (folder, worker) = try await ledger()
        let backup = try folder.reader().backUp(to: folder.path + "/copy.db", withKeys: false) { _, _ in }
        #expect(throws: LedgerError.keysMissing(path: backup.path)) {
            try restore(backup, to: try LedgerFolder())
        }
        let outcome = try restore(backup, to: folder)
        #expect(outcome.replacedPath == folder.path + "/ledger.db.replaced")
        #expect(try folder.reader().newestChange(of: worker)?.worker == Draft.worker())
    }

    /// Restoring must not bring back whom somebody erased after the backup.
    /// - Parameter isCut: the power went before the file beside the ledger knew of the restore.
    @Test(arguments: [false, true]) func whoWasErasedStaysErased(isCut: Bool) async throws {
        let (folder, worker) = try await ledger()
        let backup = try folder.reader().backUp(to: folder.path + "/copy.db", withKeys: true) { _, _ in }
        let writer = try folder.writer()
        _ = try await writer.append([
            EntryDraft(
                WorkerErased(isForced: true, by: "test", reason: "test"), kind: .workerErased,
                subject: .worker(worker), clock: Draft.clock(900))
        ])
        await writer.close()
        let head = URL(fileURLWithPath: folder.path + "/ledger.head")
        let former = try Data(contentsOf: head)
        let outcome = try restore(backup, to: folder, discardsNewer: true)
        if isCut { try former.write(to: head) }
        #expect(outcome.sequence.rawValue == 504, "the loss, and the erasure")
        let reader = try folder.reader()
        #expect(try reader.newestChange(of: worker) == nil)
        let found = try reader.verify()
        #expect(found.isWhole && found.losses == [LedgerSequence(503)], "\(found.words)")
        try reader.forEachRosterEntry { entry in #expect(entry.kind == .workerErased) }
        let again = try folder.writer()
        #expect(again.loss == nil)
        _ = try await again.append([Draft.mark()])
        await again.close()
        #expect(try folder.reader().verify().isWhole)
    }

    @Test func goingBackIsRefusedUnlessToldAndThenOnRecord() async throws {
        let (folder, _) = try await ledger()
        let backup = try folder.reader().backUp(to: folder.path + "/copy.db", withKeys: true) { _, _ in }
        let writer = try folder.writer()
        _ = try await writer.append([Draft.mark()])
        await writer.close()
        let refusal = LedgerError.wouldGoBack(from: LedgerSequence(503), to: LedgerSequence(502))
        #expect(throws: refusal) { try restore(backup, to: folder) }
        // The ledger is gone, but what is kept beside it still knows.
        for name in ["ledger.db", "ledger.db-wal", "ledger.db-shm"] { folder.remove(name) }
        #expect(throws: refusal) { try restore(backup, to: folder) }
        _ = try restore(backup, to: folder, discardsNewer: true)
        let again = try folder.writer()
        #expect(again.loss?.sequence == LedgerSequence(503))
        _ = try await again.append([Draft.mark()])
        await again.close()
        #expect(try folder.reader().verify().losses == [LedgerSequence(503)])
    }

    @Test func aCheckpointKeptElsewhereHoldsTheRestoreBack() async throws {
        let (folder, _) = try await ledger()
        let backup = try folder.reader().backUp(to: folder.path + "/copy.db", withKeys: true) { _, _ in }
        let writer = try folder.writer()
        let entry = try await writer.append([Draft.mark(), .checkpoint(at: Draft.clock(600))])[1]
        await writer.close()
        let kept = try SignedCheckpoint(encoded: entry.body)
        let empty = try LedgerFolder()
        #expect(throws: LedgerError.wouldGoBack(from: LedgerSequence(503), to: LedgerSequence(502))) {
            try restore(backup, to: empty, against: kept)
        }
        #expect(empty.contents(of: "ledger.db") == nil)
    }

    @Test func anotherNodesBackupAndADamagedOneAreRefused() async throws {
        let (folder, _) = try await ledger()
        let backup = try folder.reader().backUp(to: folder.path + "/copy.db", withKeys: true) { _, _ in }
        let (other, _) = try await ledger()
        #expect(throws: LedgerError.otherLedger(found: backup.origin)) { try restore(backup, to: other) }
        let before = folder.contents(of: "ledger.db")
        let connection = try SQLiteConnection(path: backup.path, access: .readWrite)
        try connection.execute(
            "DROP TRIGGER entry_is_never_changed; UPDATE entry SET kind = 2 WHERE sequence = 77")
        #expect(throws: LedgerError.self) { try restore(backup, to: folder) }
        #expect(folder.contents(of: "ledger.db") == before)
    }

    @Test func aRunningServiceIsNotRestoredOver() async throws {
        let (folder, _) = try await ledger()
        let backup = try folder.reader().backUp(to: folder.path + "/copy.db", withKeys: true) { _, _ in }
        let writer = try folder.writer()
        let lock = LedgerError.locked(path: folder.path + "/ledger.lock")
        #expect(throws: lock) { try restore(backup, to: folder) }
        #expect(throws: lock) { try LedgerRebuild.run(directory: folder.path) { _, _ in } }
        await writer.close()
    }

    @Test func rebuildingASoundLedgerChangesNothingThatIsSeen() async throws {
        let (folder, worker) = try await ledger()
        let before = try views(of: folder, worker)
        let rebuilt = try LedgerRebuild.run(directory: folder.path) { _, _ in }
        #expect(rebuilt.formerFault == nil && rebuilt.entryCount == 502)
        #expect(try views(of: folder, worker) == before)
    }

    /// An index that lost a worker would let the start forget them.
    @Test func aDamagedIndexIsFoundAndMadeAgain() async throws {
        let (folder, worker) = try await ledger()
        let before = try views(of: folder, worker)
        // Emptied by way of another definition, which is then put back.
        try folder.tamper(
            """
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = replace(sql, 'kind = 9 OR kind = 14', 'kind = 98 OR kind = 99')
            """)
        try folder.tamper("REINDEX entry_of_worker")
        try folder.tamper(
            """
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = replace(sql, 'kind = 98 OR kind = 99', 'kind = 9 OR kind = 14')
            """)
        #expect(try folder.reader().verify().fileFault != nil)
        let rebuilt = try LedgerRebuild.run(directory: folder.path) { _, _ in }
        #expect(rebuilt.formerFault != nil)
        #expect(try views(of: folder, worker) == before)
        #expect(try folder.reader().verify().isWhole)
    }

    private func views(of folder: LedgerFolder, _ worker: WorkerID) throws -> [String] {
        let reader = try folder.reader()
        var views: [String] = []
        try reader.forEachRosterEntry { views.append("\($0)") }
        views.append("\(String(describing: try reader.newestChange(of: worker)))")
        views.append("\(String(describing: try reader.newestCheckpoint()))")
        views.append("\(String(describing: try reader.newestPolicy()))")
        return views
    }

    @discardableResult
    private func restore(
        _ backup: LedgerBackup, to folder: LedgerFolder, against checkpoint: SignedCheckpoint? = nil,
        discardsNewer: Bool = false
    ) throws(LedgerError) -> LedgerRestore.Outcome {
        try LedgerRestore(
            directory: folder.path, backup: backup.path, checkpoint: checkpoint,
            discardsNewer: discardsNewer, siteKey: TestKey.site, clock: Draft.clock(950)
        ).run { _, _ in }
    }
}
