import AccessControl
import AttendanceLedger
import Foundation
import Glibc
import Logging
import SQLiteStore
import SiteModel
import SmallDisks

@testable import GatewayService

/// A folder of its own, gone with the last reference.
final class TemporaryFolder: Sendable {
    let path: String
    private let disk: SmallDisk?

    /// All of a disk.
    init(on disk: SmallDisk) {
        self.disk = disk
        path = disk.path
    }

    init() {
        disk = nil
        var template = Array("\(P_tmpdir)/muster-gateway-XXXXXX".utf8CString)
        precondition(mkdtemp(&template) != nil, "no temporary folder")
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        // try?: what is left in the temporary folder harms nobody.
        try? FileManager.default.removeItem(atPath: path)
    }
}

/// A real ledger with everything that the pipeline needs, under a clock that stands still.
struct TestSite {
    static let offset: Int64 = 28_800_000

    let folder: TemporaryFolder
    let clock: ManualSiteClock
    let ledger: LedgerWriter
    let reader: LedgerReader
    let reserve: LeavingReserve
    let index = WorkerIndex()
    let presence = Presence()
    let health = GatewayHealth(logger: .silent)
    let policy: PolicyApplied
    let policySequence: LedgerSequence
    let time: SiteTime
    let lanes: LaneBook
    let badges: BadgeBook
    let repeats: RepeatGuard
    let pipeline: SwipePipeline

    init(
        _ workers: [ProjectWorker] = Person.allCases.map(\.worker), policy: PolicyApplied = .standard,
        clock: ManualSiteClock = ManualSiteClock(wall: .noon), leavingPatience: Duration = .seconds(60),
        telling: Set<String> = [],
        folder: TemporaryFolder = TemporaryFolder()
    ) async throws {
        self.folder = folder
        self.clock = clock
        self.policy = policy
        lanes = LaneBook(telling: telling)
        let (siteKey, _) = try SiteKey.findOrMake(directory: folder.path, credentials: nil)
        ledger = try LedgerWriter.open(directory: folder.path, node: "gate", siteKey: siteKey)
        reader = try LedgerReader.open(directory: folder.path, siteKey: siteKey)
        reserve = try LeavingReserve.open(directory: folder.path, ledger: ledger, reader: reader)
        let drafts = workers.map { EntryDraft.joining($0, clock.now()) }
        for (entry, draft) in zip(try await ledger.append(drafts), drafts) {
            try index.apply(entry.opened(body: draft.body))
        }
        let applied = try await ledger.append([
            EntryDraft(policy, kind: .policyApplied, clock: clock.now())
        ])
        policySequence = applied[0].sequence
        time = SiteTime(clock, history: ClockHistory())
        badges = BadgeBook(
            key: BadgeKey(siteKey), originTag: try reader.node().origin.tag, time: time)
        repeats = RepeatGuard(window: .milliseconds(policy.repeatWindowMilliseconds))
        pipeline = SwipePipeline(
            index: index, presence: presence, repeats: repeats,
            policy: AccessPolicy(policy), policySequence: policySequence, ledger: ledger,
            reserve: reserve, clock: clock, health: health, lanes: lanes, badges: badges, time: time,
            siteOffsetMilliseconds: Self.offset, leavingPatience: leavingPatience)
    }

    func handle(_ swipe: Swipe) async -> LaneSignal {
        await pipeline.handle([swipe])[0]
    }

    func swipe(
        _ credential: Credential, _ direction: Direction = .entering, reader: String = "in",
        isTimeUncertain: Bool = false
    ) -> Swipe {
        Swipe(
            credential: credential, reader: ReaderName(lane: "north", reader: reader), direction: direction,
            arrivedAt: clock.now().uptime, isTimeUncertain: isTimeUncertain)
    }

    /// Swipes as they stand on disk, read through a connection of their own.
    func records() throws -> [(entry: LedgerEntry, record: AttendanceRecord)] {
        var records: [(entry: LedgerEntry, record: AttendanceRecord)] = []
        for entry in try reader.newestAttendance(limit: 1_000) {
            records.append((entry, try AttendanceRecord(encoded: entry.body)))
        }
        return records
    }

    /// What the service does once a second.
    var storage: StorageWatch {
        StorageWatch(
            reserve: reserve, ledger: ledger, reader: reader, clock: clock, health: health,
            stateDirectory: folder.path)
    }

    var passages: PassageDesk {
        PassageDesk(
            lanes: lanes, presence: presence, repeats: repeats, badges: badges,
            journal: EventJournal(ledger: ledger, health: health, logger: .silent), clock: clock)
    }

    func close() async {
        await ledger.close()
    }
}

/// Invented people whose cases differ. Today is 2026-11-21 on site.
enum Person: String, CaseIterable, Sendable {
    case adult
    case colleague
    /// Their last day was yesterday.
    case left
    /// Their last millisecond is now.
    case leavesNow
    /// Leaves one millisecond from now.
    case leavesNext
    /// 16 tomorrow.
    case fifteen
    /// 16 today.
    case sixteen

    var idNumber: IDNumber {
        let birth =
            switch self {
            case .fifteen: "20101122"
            case .sixteen: "20101121"
            default: "19900101"
            }
        let order = String(101 + (Self.allCases.firstIndex(of: self) ?? 0))
        let first17 = UInt64("110101\(birth)\(order)")!
        let check = UnicodeScalar(IDNumber.checkCharacter(ofFirst17: first17))
        // try!: the number is made after the rule.
        return try! IDNumber(reading: "\(first17)\(check)")
    }

    var card: CardNumber {
        CardNumber(value: 50_001_050 + UInt64(Self.allCases.firstIndex(of: self) ?? 0), bitLength: 32)!
    }

    var worker: ProjectWorker {
        let leftAt: UTCInstant? =
            switch self {
            case .left: UTCInstant(rfc3339: "2026-11-20T16:00:00Z")
            case .leavesNow: .noon
            case .leavesNext: UTCInstant.noon.advanced(byMilliseconds: 1)
            default: nil
            }
        return ProjectWorker(
            name: "张测\(rawValue)", idNumber: idNumber, team: Team(name: "测试木工班", employer: ""),
            phone: "13900001050", card: card, joinedOn: CivilDate(iso8601: "2026-03-01")!, leftAt: leftAt)
    }

    var byID: Credential { .idNumber(idNumber) }
    var byCard: Credential { .cardNumber(card) }
}

extension Credential {
    /// On nobody's roster.
    static let stranger = Credential.cardNumber(CardNumber(value: 99_887_766, bitLength: 32)!)
}

extension PolicyApplied {
    static let standard = policy()

    static func policy(_ antiPassback: AntiPassback = .off, repeatWindow: Int64 = 3_000) -> PolicyApplied {
        PolicyApplied(
            repeatWindowMilliseconds: repeatWindow, antiPassback: antiPassback, minimumAgeYears: 16)
    }
}

extension Logger {
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

extension UTCInstant {
    /// 2026-11-21 12:00 on site.
    static let noon = UTCInstant(rfc3339: "2026-11-21T04:00:00Z")!
}

extension EntryDraft {
    static func joining(_ worker: ProjectWorker, _ clock: ClockReading) -> EntryDraft {
        EntryDraft(
            PersonnelChange(
                kind: .joined, occurredAt: clock.wall, dueAt: clock.wall, worker: worker, source: "test"),
            kind: .personnelChange, subject: .newWorker, clock: clock)
    }
}

/// A sick disk: while it holds, SQLite refuses every new entry of the file.
struct LedgerFault {
    private let connection: SQLiteConnection

    init(in folder: TemporaryFolder) throws {
        connection = try SQLiteConnection(path: folder.path + "/ledger.db", access: .readWriteCreating)
        try connection.execute(
            """
            CREATE TRIGGER the_disk_is_sick BEFORE INSERT ON entry BEGIN SELECT RAISE(ABORT, 'sick'); END
            """)
    }

    func heal() throws {
        try connection.execute("DROP TRIGGER the_disk_is_sick")
    }
}

/// A disk that hangs: while it holds, no commit comes to its end, and none fails for two seconds.
struct HangingDisk {
    private let connection: SQLiteConnection

    init(in folder: TemporaryFolder) throws {
        connection = try SQLiteConnection(path: folder.path + "/ledger.db", access: .readWriteCreating)
        try connection.execute("BEGIN IMMEDIATE")
    }

    func goOn() throws {
        try connection.execute("ROLLBACK")
    }
}
