import AttendanceLedger
import Foundation
import SQLiteStore
import SiteModel

/// A folder with a ledger of its own; it goes with its last reference.
final class LedgerFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "ledger-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        // try?: a folder that is gone is as good.
        try? FileManager.default.removeItem(atPath: path)
    }

    func writer() throws(LedgerError) -> LedgerWriter {
        try LedgerWriter.open(directory: path, node: "north-gate", siteKey: TestKey.site)
    }

    func reader() throws(LedgerError) -> LedgerReader {
        try LedgerReader.open(directory: path, siteKey: TestKey.site)
    }

    /// Runs SQL on the closed ledger as a careful insider with a database tool would.
    func tamper(_ script: StaticString) throws {
        try tamper { connection in try connection.execute(script) }
    }

    /// The triggers are out of the way meanwhile, and back afterwards.
    func tamper(_ body: (SQLiteConnection) throws -> Void) throws {
        let connection = try SQLiteConnection(path: path + "/ledger.db", access: .readWriteCreating)
        try connection.execute(
            """
            DROP TRIGGER IF EXISTS entry_is_never_changed; DROP TRIGGER IF EXISTS entry_is_never_deleted;
            DROP TRIGGER IF EXISTS origin_is_never_changed; DROP TRIGGER IF EXISTS boot_is_never_changed;
            PRAGMA ignore_check_constraints = ON;
            """)
        try body(connection)
        try connection.execute(
            """
            CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry
            BEGIN SELECT RAISE(ABORT, 'a ledger entry is never changed'); END;
            CREATE TRIGGER entry_is_never_deleted BEFORE DELETE ON entry
            BEGIN SELECT RAISE(ABORT, 'a ledger entry is never deleted'); END;
            CREATE TRIGGER origin_is_never_changed BEFORE UPDATE ON origin
            BEGIN SELECT RAISE(ABORT, 'an origin is never changed'); END;
            CREATE TRIGGER boot_is_never_changed BEFORE UPDATE ON boot
            BEGIN SELECT RAISE(ABORT, 'a boot is never changed'); END;
            """)
    }
}

/// Drafts of every kind with invented persons.
enum Draft {
    static let boot = BootID(text: "6b1f2e0c9a3d4f58b7c6d5e4f3a2b190")!

    static func clock(_ number: Int64 = 0) -> ClockReading {
        ClockReading(
            wall: UTCInstant(milliseconds: 1_795_000_000_000 + number * 1_000),
            uptime: Uptime(milliseconds: 60_000 + number * 1_000), boot: boot, synchronisation: .kernel)
    }

    static func attendance(
        _ number: Int64 = 0, of worker: WorkerID? = WorkerID(rawValue: 0xABCDEF << 40 | 2),
        reason: DenialReason? = nil, kind: LedgerEntryKind = .attendance
    ) -> EntryDraft {
        let record = AttendanceRecord(
            reader: ReaderName(lane: "north", reader: "north-in"), direction: .entering,
            credentialKind: .idNumber, reason: reason, isOpened: reason == nil, isTimeUncertain: false,
            standing: worker == nil ? [] : .known, rosterPosition: LedgerSequence(3),
            policy: LedgerSequence(2), maskedCredential: worker == nil ? "id 11***" : nil)
        return EntryDraft(
            record, kind: kind, subject: worker.map { .worker($0) } ?? .nobody, clock: clock(number))
    }

    static func mark(_ words: String = "test", kind: LedgerEntryKind = .serviceStarted) -> EntryDraft {
        EntryDraft(ServiceMark(words: words), kind: kind, clock: clock())
    }

    static func joined(_ worker: ProjectWorker, subject: EntrySubject = .newWorker) -> EntryDraft {
        EntryDraft(
            PersonnelChange(
                kind: .joined, occurredAt: clock().wall,
                dueAt: clock().wall.advanced(byMilliseconds: 86_400_000), worker: worker, source: "test"),
            kind: .personnelChange, subject: subject, clock: clock())
    }

    static func worker(name: String = "测试甲", number: String = "110101190001010014") -> ProjectWorker {
        // try!: the check digit is right.
        ProjectWorker(
            name: name, idNumber: try! IDNumber(reading: number),
            team: Team(name: "木工班", employer: "测试建筑"), workType: "木工", phone: "13800000000",
            card: CardNumber(value: 15_219_292, bitLength: 32),
            joinedOn: CivilDate(iso8601: "2026-11-01")!)
    }
}

/// One site key for the whole run: ledgers are closed and opened again.
enum TestKey {
    static let site = SiteKey.random()
}
