import AccessControl
import SiteModel

/// What one look-up costs, as ratios within one run: the worker index against a `Dictionary` and against a
/// dependent-load pointer chase through as much memory as the index takes.
///
///     swift run -c release --package-path Tests/Benchmarks LookupBenchmark
///
/// Every look-up waits for the one before: which credential comes next is known only from the worker just
/// found. Each round measures all of them in turn, so a busy machine disturbs all alike; printed are medians
/// of the rounds, ratios as medians of the ratios. The index is measured with its lock, the dictionary
/// without.
@main
enum LookupBenchmark {
    static let roundCount = 7
    static let lookUpCount = 1_000_000

    static func main() throws {
        print("workers   by card  by number  chase  dict   card/chase  number/chase  card/dict  ns beside")
        for workerCount in [1_000, 100_000, 1_000_000] {
            let site = try InventedSite(workerCount: workerCount)
            let load = try Load(site)
            report(site, load)
        }
    }

    private static func report(_ site: InventedSite, _ load: Load) {
        let subject = LookupSubject(site: site, index: load.index)
        let rounds = (0..<roundCount).map { _ in subject.round(lookUpCount: lookUpCount) }
        print(
            column("\(site.workerCount)", 9), column(median(rounds.map(\.card)), 8),
            column(median(rounds.map(\.number)), 10), column(median(rounds.map(\.chase)), 6),
            column(median(rounds.map(\.dictionary)), 6),
            column(median(rounds.map { $0.card / $0.chase }), 11),
            column(median(rounds.map { $0.number / $0.chase }), 13),
            column(median(rounds.map { $0.card / $0.dictionary }), 10),
            "loop \(text(median(rounds.map(\.loop)))), lock \(text(median(rounds.map(\.lock))))")
        print(
            "          \(text(load.bytesPerWorker)) bytes a worker by its columns,",
            "\(text(load.anonymousBytesPerWorker)) by the kernel; loaded in \(text(load.milliseconds)) ms,",
            "\(text(load.milliseconds * 1_000_000 / Double(site.workerCount))) ns an entry")
    }

    static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    static func text(_ value: Double) -> String {
        let tenths = Int((value * 100).rounded())
        return "\(tenths / 100).\(tenths % 100 < 10 ? "0" : "")\(tenths % 100)"
    }

    static func column(_ value: Double, _ width: Int) -> String { column(text(value), width) }

    static func column(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
