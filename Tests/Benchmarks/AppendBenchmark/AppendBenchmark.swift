import AttendanceLedger
import Glibc
import SiteModel

/// What a durable record costs: the ledger's writer beside bare SQLite with the same tables, settings and
/// rows, and beside the disk's own write and `fdatasync`.
///
///     swift run -c release --package-path Tests/Benchmarks AppendBenchmark [--folder DIR] [--rounds N]
///     … AppendBenchmark --make DIR --workers N --records N     a ledger of that size, for start-up figures
///     … AppendBenchmark --make DIR --platform NAME --workers N --teams N --records N --days N
///                                                              one whose attendance that platform lacks
///
/// With n lanes, n tasks each append one record and wait for it, again and again. Bare SQLite writes n rows
/// a commit in one thread. The three take turns within every round; printed are medians of the rounds, ratios
/// as medians of the ratios. The 99th percentile is over all commits of a round.
@main
struct AppendBenchmark {
    static let laneCounts = [1, 8, 64]
    static let roundMilliseconds: Int64 = 400

    static func main() async throws {
        let arguments = Arguments(CommandLine.arguments)
        if let folder = arguments["--make"] {
            if let platform = arguments["--platform"] {
                let maker = BacklogMaker(
                    platform: platform, workerCount: arguments.number("--workers", 2_000),
                    teamCount: arguments.number("--teams", 20),
                    recordCount: arguments.number("--records", 1_000_000),
                    dayCount: arguments.number("--days", 120))
                return try await maker.make(in: folder)
            }
            let maker = LedgerMaker(
                workerCount: arguments.number("--workers", 100_000),
                recordCount: arguments.number("--records", 1_000_000))
            try await maker.make(in: folder)
            return
        }
        let base = arguments["--folder"] ?? "/tmp"
        let roundCount = arguments.number("--rounds", 11)
        print(
            "lanes  ledger rows/s  bare rows/s  wall ratio  p50 us: ledger  bare  sync   p99 us: ledger"
                + "  bare   p99 ratio   max us")
        for laneCount in laneCounts {
            let folder = try TemporaryFolder(in: base)
            let bench = try await Bench(folder: folder.path, laneCount: laneCount)
            var rounds: [Bench.Round] = []
            for _ in 0..<roundCount { rounds.append(try await bench.round(milliseconds: roundMilliseconds)) }
            await bench.close()
            report(laneCount, rounds)
        }
        let folder = try TemporaryFolder(in: base)
        try await LedgerMaker(workerCount: 100, recordCount: 200_000).report(in: folder.path)
    }

    private static func report(_ laneCount: Int, _ rounds: [Bench.Round]) {
        func middle(_ value: (Bench.Round) -> Double) -> Double { median(rounds.map(value)) }
        let ratio = middle { $0.bare.rowsPerSecond / $0.ledger.rowsPerSecond }
        let cells = [
            column("\(laneCount)", 5), column(whole(middle { $0.ledger.rowsPerSecond }), 15),
            column(whole(middle { $0.bare.rowsPerSecond }), 13), column(text(ratio), 12),
            column(whole(middle { $0.ledger.p50 }), 16), column(whole(middle { $0.bare.p50 }), 7),
            column(whole(middle { $0.sync.p50 }), 7), column(whole(middle { $0.ledger.p99 }), 16),
            column(whole(middle { $0.bare.p99 }), 7),
            column(text(middle { $0.ledger.p99 / $0.bare.p99 }), 12),
            column(whole(rounds.map(\.ledger.longest).max() ?? 0), 9),
        ]
        print(cells.joined())
    }

    static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    static func whole(_ value: Double) -> String { String(Int(value.rounded())) }

    static func text(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    }

    static func column(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}

/// `--name value` pairs.
struct Arguments {
    private var values: [String: String] = [:]

    init(_ words: [String]) {
        for index in words.indices.dropLast() where words[index].hasPrefix("--") {
            values[words[index]] = words[index + 1]
        }
    }

    subscript(name: String) -> String? { values[name] }

    func number(_ name: String, _ fallback: Int) -> Int { values[name].flatMap { Int($0) } ?? fallback }
}

/// A folder that goes with its last reference.
final class TemporaryFolder {
    let path: String

    init(in base: String) throws {
        var template = Array("\(base)/muster-append-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw BenchmarkError.noFolder(base) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in ["db", "db-wal", "db-shm", "lock", "head", "reserve"] { unlink("\(path)/ledger.\(name)") }
        for name in ["bare.db", "bare.db-wal", "bare.db-shm", "sync"] { unlink("\(path)/\(name)") }
        rmdir(path)
    }
}

enum BenchmarkError: Error {
    case noFolder(String)
    case failed(String)
}
