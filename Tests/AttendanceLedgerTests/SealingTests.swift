import Crypto
import Foundation
import SQLiteStore
import SiteModel
import Testing

@testable import AttendanceLedger

/// Persons are in the ledger under keys of their own, and gone with them.
@Suite(.timeLimit(.minutes(10)))
struct SealingTests {
    private static let number = "110101190001010014"

    /// Everything by which the worker could be found in a file, in every form the program itself uses.
    private static var traces: [String: Data] {
        let worker = Draft.worker()
        let packed = withUnsafeBytes(of: worker.idNumber.packed.bigEndian) { Data($0) }
        return [
            "name": Data("测试甲".utf8), "number": Data(number.utf8), "phone": Data("13800000000".utf8),
            "packed number": packed, "packed number, little-endian": Data(packed.reversed()),
            "card": Data("15219292".utf8),
            "packed card": withUnsafeBytes(of: worker.card!.packed.bigEndian) { Data($0) },
        ]
    }

    @Test func noFileOfTheFolderShowsAPerson() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        _ = try await writer.append([Draft.joined(Draft.worker()), Draft.attendance()])
        try Self.expectNoTraces(in: folder, Self.traces)
        await writer.close()
        try Self.expectNoTraces(in: folder, Self.traces)
    }

    @Test func theRosterReadsAsItWasWrittenWithTheKeyAndNotAtAllWithoutIt() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        let entry = try await writer.append([Draft.joined(Draft.worker())])[0]
        await writer.close()
        #expect(entry.sealing == .workerKey)
        let reader = try folder.reader()
        #expect(try reader.newestChange(of: try #require(entry.subject))?.worker == Draft.worker())
        let blind = try LedgerReader.open(directory: folder.path)
        #expect(throws: LedgerError.siteKeyMissing(directory: folder.path)) {
            try blind.forEachRosterEntry { _ in }
        }
        #expect(try blind.verify().isWhole, "the chain needs no key")
        let other = try LedgerReader.open(directory: folder.path, siteKey: .random())
        #expect(throws: LedgerError.self) { try other.forEachRosterEntry { _ in } }
        #expect(throws: LedgerError.siteKeyWrong(path: folder.path + "/ledger.db")) {
            try LedgerWriter.open(directory: folder.path, node: "north-gate", siteKey: .random())
        }
    }

    @Test func anErasedWorkerIsGoneAndTheChainStillVerifies() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        let joined = try await writer.append([
            Draft.joined(Draft.worker()),
            Draft.joined(Draft.worker(name: "测试乙", number: "11010119000101009X")),
        ])
        let (gone, stays) = (try #require(joined[0].subject), try #require(joined[1].subject))
        let wrapped = try Self.wrappedKey(of: gone, in: folder)
        #expect(try Self.isAnywhere(wrapped, in: folder), "the test knows what to look for")
        _ = try await writer.append([
            EntryDraft(
                WorkerErased(isForced: true, by: "test", reason: "test"), kind: .workerErased,
                subject: .worker(gone), clock: Draft.clock(5))
        ])
        #expect(!writer.isErasurePending)
        #expect(try !Self.isAnywhere(wrapped, in: folder), "the wrapped key is in no page and in no log")
        let reader = try folder.reader()
        #expect(try reader.newestChange(of: gone) == nil)
        #expect(try reader.newestChange(of: stays)?.worker.name == "测试乙")
        var kinds: [LedgerEntryKind] = []
        try reader.forEachRosterEntry { kinds.append($0.kind) }
        #expect(kinds == [.personnelChange, .workerErased])
        #expect(try reader.verify().isWhole)
        await writer.close()
        try Self.expectNoTraces(in: folder, Self.traces)
    }

    /// A reader with an open snapshot keeps the log; the key goes when it is done.
    @Test func aKeyThatAReaderHoldsInTheLogGoesInTheNextPause() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        let worker = try #require(try await writer.append([Draft.joined(Draft.worker())])[0].subject)
        let wrapped = try Self.wrappedKey(of: worker, in: folder)
        let slow = try SQLiteConnection(path: folder.path + "/ledger.db", access: .readOnly)
        try slow.execute("BEGIN; SELECT count(*) FROM entry")
        _ = try await writer.append([
            EntryDraft(
                WorkerErased(isForced: true, by: "test", reason: "test"), kind: .workerErased,
                subject: .worker(worker), clock: Draft.clock(5))
        ])
        #expect(writer.isErasurePending)
        #expect(try Self.isAnywhere(wrapped, in: folder))
        try slow.execute("COMMIT")
        await writer.close()
        #expect(!writer.isErasurePending)
        #expect(try !Self.isAnywhere(wrapped, in: folder))
    }

    /// A service reads for months on one reader: what it has opened before is gone with the key all the same.
    @Test func aReaderThatKnewTheKeyDoesNotOpenWhoIsErased() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        let joined = try await writer.append([Draft.joined(Draft.worker())])[0]
        let worker = try #require(joined.subject)
        let reader = try folder.reader()
        #expect(try reader.opened(joined) != nil)
        #expect(try reader.newestChange(of: worker) != nil)
        _ = try await writer.append([
            EntryDraft(
                WorkerErased(isForced: true, by: "test", reason: "test"), kind: .workerErased,
                subject: .worker(worker), clock: Draft.clock(5))
        ])
        #expect(try reader.opened(joined) == nil)
        #expect(try reader.newestChange(of: worker) == nil)
        await writer.close()
    }

    /// An insider who deletes a key to make somebody unreadable is found: no entry says it.
    @Test func aKeyThatNobodyErasedIsMissed() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        _ = try await writer.append([Draft.mark(), Draft.joined(Draft.worker())])
        await writer.close()
        try folder.tamper("DELETE FROM worker_key")
        let found = try folder.reader().verify()
        #expect(found.fault?.sequence == LedgerSequence(2) && found.fault?.reason == .keyMissing)
        #expect(throws: LedgerError.keysMissing(path: folder.path + "/ledger.db")) {
            try folder.reader().forEachRosterEntry { _ in }
        }
    }

    @Test func aKeyOfAnotherWorkerOpensNothing() async throws {
        let folder = try LedgerFolder()
        let writer = try folder.writer()
        _ = try await writer.append([
            Draft.joined(Draft.worker()),
            Draft.joined(Draft.worker(name: "测试乙", number: "11010119000101009X")),
        ])
        await writer.close()
        try folder.tamper(
            """
            CREATE TEMP TABLE swapped AS SELECT * FROM worker_key;
            UPDATE worker_key SET wrapped =
                (SELECT wrapped FROM swapped s WHERE s.worker <> worker_key.worker)
            """)
        let found = try folder.reader().verify()
        #expect(found.fault?.sequence == LedgerSequence(1) && found.fault?.reason == .sealBroken)
    }

    @Test(arguments: [
        // TPM alone, host alone, host and TPM; the first 24 characters of what systemd-creds writes.
        ("DHzAexF2RZGcSwvqCLwg/iAA\nAAAM\n", true), ("Whxqht+dQJax1aZeCGLxmiAA", false),
        ("k6iUCUh0RJCQyvL8k8q1UyAA", true), ("", false), ("not base64!", false), ("DHzA", false),
    ])
    func aCredentialSaysWhetherATPMOpensIt(text: String, expected: Bool) {
        #expect(SealedCredential.isOpenedByTPM(Array(text.utf8)) == expected)
    }

    @Test func theSiteKeyIsFoundInTheCredentialThenBesideTheLedger() throws {
        let folder = try LedgerFolder()
        #expect(try SiteKey.find(directory: folder.path, credentials: nil) == nil)
        let made = try SiteKey.findOrMake(directory: folder.path, credentials: nil)
        #expect(made.isNew && made.key.protection == .file)
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + "/site.key")
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(try !SiteKey.findOrMake(directory: folder.path, credentials: nil).isNew)
        let other = try LedgerFolder()
        try Data([UInt8](0...31)).write(to: other.url("muster-site-key"))
        let credential = try #require(try SiteKey.find(directory: folder.path, credentials: other.path))
        #expect(credential.protection == .credential)
        #expect(credential.key.withUnsafeBytes { Array($0) } == [UInt8](0...31))
        try Data("short".utf8).write(to: other.url("muster-site-key"))
        #expect(throws: LedgerError.siteKeyUnreadable(path: other.path + "/muster-site-key")) {
            try SiteKey.find(directory: folder.path, credentials: other.path)
        }
    }

    /// A new key would not open what is there.
    @Test func aLedgerWithoutItsSiteKeyGetsNoNewOne() async throws {
        let folder = try LedgerFolder()
        try await folder.writer().close()
        #expect(throws: LedgerError.siteKeyMissing(directory: folder.path)) {
            try SiteKey.findOrMake(directory: folder.path, credentials: nil)
        }
    }

    private static func wrappedKey(of worker: WorkerID, in folder: LedgerFolder) throws -> Data {
        let connection = try SQLiteConnection(path: folder.path + "/ledger.db", access: .readOnly)
        let statement = try connection.statement("SELECT wrapped FROM worker_key WHERE worker = ?1")
        try statement.bind(1, Int64(bitPattern: worker.rawValue))
        try #require(try statement.step())
        defer { statement.reset() }
        return Data(statement.bytes(0))
    }

    private static func isAnywhere(_ bytes: Data, in folder: LedgerFolder) throws -> Bool {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).contains {
            try Data(contentsOf: folder.url($0)).range(of: bytes) != nil
        }
    }

    private static func expectNoTraces(in folder: LedgerFolder, _ traces: [String: Data]) throws {
        for (what, bytes) in traces { #expect(try !isAnywhere(bytes, in: folder), "\(what) is in a file") }
    }
}
