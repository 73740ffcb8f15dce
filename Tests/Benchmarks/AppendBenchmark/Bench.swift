import AttendanceLedger
import Glibc
import SQLiteStore
import SiteModel

/// One ledger, one bare file with the same tables, one plain file, taking turns.
final class Bench {
    struct Figures {
        let rowsPerSecond: Double
        /// Microseconds.
        let p50: Double
        let p99: Double
        let longest: Double

        init(rowCount: Int, nanoseconds: Int64, latencies: [Int64]) {
            let sorted = latencies.sorted()
            rowsPerSecond = Double(rowCount) * 1e9 / Double(nanoseconds)
            p50 = Double(sorted[sorted.count / 2]) / 1_000
            p99 = Double(sorted[min(sorted.count - 1, sorted.count * 99 / 100)]) / 1_000
            longest = Double(sorted[sorted.count - 1]) / 1_000
        }
    }

    struct Round {
        let ledger: Figures
        let bare: Figures
        let sync: Figures
    }

    private let laneCount: Int
    private let ledger: LedgerWriter
    private let bare: SQLiteConnection
    private let plain: Int32
    private var bareSequence: Int64 = 0

    init(folder: String, laneCount: Int) async throws {
        self.laneCount = laneCount
        let maker = try LedgerWriter.open(directory: folder, node: "bare", siteKey: .random())
        _ = try await maker.append([Sample.attendance(0)])
        await maker.close()
        for name in ["db", "db-wal", "db-shm"] {
            rename("\(folder)/ledger.\(name)", "\(folder)/bare.\(name)")
        }
        unlink("\(folder)/ledger.head")
        bare = try SQLiteConnection(path: "\(folder)/bare.db", access: .readWrite)
        try bare.execute(
            "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 4096")
        bareSequence = 1
        ledger = try LedgerWriter.open(directory: folder, node: "bench", siteKey: .random())
        plain = open("\(folder)/sync", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    }

    func close() async {
        await ledger.close()
        Glibc.close(plain)
    }

    func round(milliseconds: Int64) async throws -> Round {
        let length = milliseconds * 1_000_000
        return Round(
            ledger: try await appendFor(length), bare: try commitFor(length), sync: try syncFor(length / 4))
    }

    private func appendFor(_ length: Int64) async throws -> Figures {
        let (ledger, laneCount) = (ledger, laneCount)
        let start = now()
        let lanes = try await withThrowingTaskGroup(of: [Int64].self) { group in
            for lane in 0..<laneCount {
                group.addTask {
                    var latencies: [Int64] = []
                    while now() - start < length {
                        let begin = now()
                        _ = try await ledger.append([Sample.attendance(Int64(lane))])
                        latencies.append(now() - begin)
                    }
                    return latencies
                }
            }
            var all: [Int64] = []
            for try await latencies in group { all += latencies }
            return all
        }
        return Figures(rowCount: lanes.count, nanoseconds: now() - start, latencies: lanes)
    }

    private func commitFor(_ length: Int64) throws -> Figures {
        let start = now()
        var latencies: [Int64] = []
        while now() - start < length {
            let begin = now()
            try bare.transaction { () throws(SQLiteError) in
                for _ in 0..<laneCount { try insertBareRow() }
            }
            latencies.append(now() - begin)
        }
        return Figures(
            rowCount: latencies.count * laneCount, nanoseconds: now() - start, latencies: latencies)
    }

    private func insertBareRow() throws(SQLiteError) {
        bareSequence += 1
        let insert = try bare.statement(
            """
            INSERT INTO entry (origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot,
            synchronisation, sealing, body, hash) VALUES (1, ?1, 1, 77, ?2, ?3, 1, 1, 0, ?4, ?5)
            """)
        try insert.bind(1, bareSequence)
        try insert.bind(2, 1_795_000_000_000 + bareSequence)
        try insert.bind(3, bareSequence)
        try insert.bind(4, Sample.body)
        try insert.bind(5, Sample.hash)
        try insert.run()
    }

    private func syncFor(_ length: Int64) throws -> Figures {
        let page = [UInt8](repeating: 0x5A, count: 4_096)
        let start = now()
        var latencies: [Int64] = []
        while now() - start < length {
            let begin = now()
            let offset = off_t(latencies.count % 1_024) * 4_096
            guard pwrite(plain, page, page.count, offset) == page.count, fdatasync(plain) == 0 else {
                throw BenchmarkError.failed("write and fdatasync")
            }
            latencies.append(now() - begin)
        }
        return Figures(rowCount: latencies.count, nanoseconds: now() - start, latencies: latencies)
    }
}

func now() -> Int64 {
    SystemSiteClock.uptime().nanoseconds
}

/// Records of an invented lane.
enum Sample {
    static let boot = BootID(bytes: [UInt8](repeating: 0xB0, count: 16))!
    static let body = record.encoded
    static let hash = [UInt8](repeating: 0x5A, count: 32)

    private static let record = AttendanceRecord(
        reader: ReaderName(lane: "north", reader: "north-in"), direction: .entering,
        credentialKind: .idNumber, reason: nil, isOpened: true, isTimeUncertain: false, standing: .known,
        rosterPosition: LedgerSequence(100_001), policy: LedgerSequence(3), maskedCredential: nil)

    static func attendance(_ worker: Int64) -> EntryDraft {
        let uptime = SystemSiteClock.uptime()
        let clock = ClockReading(
            wall: UTCInstant(milliseconds: 1_795_000_000_000 + uptime.milliseconds), uptime: uptime,
            boot: boot, synchronisation: .kernel)
        return EntryDraft(
            record, kind: .attendance,
            subject: .worker(WorkerID(originTag: 0xABCDEF, sequence: LedgerSequence(worker + 2))),
            clock: clock)
    }
}
