import Glibc
import PersonnelChanges
import Pinyin
import SiteModel

/// What one search costs, by what is typed, beside a plain scan of an array of strings in the same run.
///
///     swift run -c release --package-path Tests/Benchmarks SearchBenchmark
///
/// The plain scan looks into one string for each worker, name, number, phone, card and team one behind the
/// other, by `String.contains`; for pinyin into another that spells the name and its initials. It ranks
/// nothing. Each seventh round measures both in turn, because the plain one takes a
/// second; printed are the median and the largest of the rounds.
@main
enum SearchBenchmark {
    static let workerCount = 100_000
    static let roundCount = 21

    static func main() throws {
        let roster = try InventedRoster(workerCount: workerCount)
        let search = load(roster)
        let plain = PlainStrings(roster)
        let someone = roster.workers[workerCount / 3]
        let number = someone.idNumber.revealed
        let card = someone.card.flatMap { CardNumberFormat.eightHexadecimalTenDecimal.text(of: $0) } ?? ""
        let queries: [(what: String, text: String)] = [
            ("whole number", number), ("last four", String(number.suffix(4))),
            ("last six", String(number.suffix(6))), ("phone", someone.phone),
            ("phone, 4 digits", String(someone.phone.prefix(7).suffix(4))), ("card", card),
            ("name", someone.name), ("one character", "伟"), ("one letter", "z"), ("surname", "张"),
            ("pinyin", "zhangwei"),
            ("pinyin, typing", "zhangw"), ("initials", "zw"), ("mixed", "zhwei"), ("mixed", "张w"),
            ("given name", "wei"), ("team", "钢筋3班"), ("team's initials", "gj"), ("nobody", "没有这个人"),
        ]
        print("typed             found      ms     max   plain ms   ratio")
        for query in queries { report(query.what, query.text, search, plain) }
    }

    private static func load(_ roster: InventedRoster) -> WorkerSearch {
        var folded = Roster()
        for (place, worker) in roster.workers.enumerated() {
            folded.apply(worker, of: WorkerID(originTag: 1, sequence: LedgerSequence(Int64(place + 1))))
        }
        _ = PinyinPattern("zs")
        let (before, began) = (anonymousBytes(), nanoseconds())
        let search = WorkerSearch(folded)
        let spent = Double(nanoseconds() - began) / 1_000_000
        let kernel = Double(anonymousBytes() - before) / Double(workerCount)
        let columns = Double(search.byteCount) / Double(workerCount)
        print(
            "\(workerCount) workers, \(text(columns)) bytes each by the columns, \(text(kernel)) by the",
            "kernel; made from the roster in \(text(spent)) ms")
        return search
    }

    private static func report(_ what: String, _ text: String, _ search: WorkerSearch, _ plain: PlainStrings)
    {
        var ours: [Double] = []
        var others: [Double] = []
        var found = 0
        for round in 0..<roundCount {
            var began = nanoseconds()
            found = search.hits(for: text, now: UTCInstant(milliseconds: 1_780_000_000_000)).totalCount
            ours.append(Double(nanoseconds() - began) / 1_000_000)
            guard round % 7 == 0 else { continue }
            began = nanoseconds()
            let count = plain.count(text)
            others.append(Double(nanoseconds() - began) / 1_000_000)
            precondition(count >= 0, "the result is used, so the work is done")
        }
        let (our, other) = (ours.sorted()[roundCount / 2], others.sorted()[others.count / 2])
        let cells = ["\(found)", self.text(our), self.text(ours.max() ?? 0), self.text(other)]
        let line = zip(cells, [7, 8, 8, 11]).map { cell, width in
            String(repeating: " ", count: max(0, width - cell.count)) + cell
        }
        print(
            what + String(repeating: " ", count: max(0, 16 - what.count)) + line.joined(),
            "  \(self.text(other / our))")
    }

    private static func text(_ value: Double) -> String {
        let thousandths = Int((value * 1_000).rounded())
        return "\(thousandths / 1_000)." + String("00\(thousandths % 1_000)".suffix(3))
    }
}

/// The same workers as strings.
struct PlainStrings {
    private let texts: [String]
    private let spellings: [String]

    init(_ roster: InventedRoster) {
        texts = roster.workers.map { worker in
            let card = worker.card.flatMap { CardNumberFormat.eightHexadecimalTenDecimal.text(of: $0) } ?? ""
            return "\(worker.name) \(worker.idNumber.revealed) \(worker.phone) \(card) \(worker.team.name)"
        }
        spellings = roster.workers.map { worker in
            let syllables = worker.name.map { PinyinReadings.standard.readings(of: $0).first ?? "" }
            return syllables.joined() + " " + syllables.map { $0.prefix(1) }.joined()
        }
    }

    func count(_ text: String) -> Int {
        let isSpelling = text.utf8.allSatisfy { (0x61...0x7A).contains($0) }
        return (isSpelling ? spellings : texts).count { $0.contains(text) }
    }
}

/// Processor time of this thread. Not wall time: what else runs on the machine is not ours.
func nanoseconds() -> Int {
    var time = timespec()
    let result = clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    precondition(result == 0, "the kernel tells no processor time")
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}

/// `RssAnon` of `/proc/self/status`: what the process itself has made, without its program text.
func anonymousBytes() -> Int {
    let descriptor = open("/proc/self/status", O_RDONLY | O_CLOEXEC)
    precondition(descriptor >= 0, "the kernel shows no /proc")
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 8_192)
    let count = read(descriptor, &buffer, buffer.count)
    for line in String(decoding: buffer[0..<max(0, count)], as: UTF8.self).split(separator: "\n")
    where line.hasPrefix("RssAnon:") {
        let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
        return (Int(words[1]) ?? 0) * 1_024
    }
    return 0
}
