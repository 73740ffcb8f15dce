import Glibc
import MadeWorkbooks
import PersonnelChanges
import SiteModel
import Testing

/// Both importers, for rosters and insurers' lists, over files that were sound and are changed at random:
/// they end, they do not crash, and what they take is sound.
///
/// `MUSTER_IMPORT_FUZZ_SECONDS=N` goes on for that long with fresh seeds and prints how many there were;
/// `MUSTER_IMPORT_FUZZ_SEED=N` says where they begin.
@Suite(.timeLimit(.minutes(120)))
struct ImportFuzzTests {
    private static let roster = Invented.roster([Invented.worker(0), Invented.worker(1)])
    private static let calendar = SiteCalendar(now: Invented.noon, offsetMilliseconds: Invented.offset)

    @Test func changedFilesAreReadOrRefused() throws {
        let seconds = Self.number("MUSTER_IMPORT_FUZZ_SECONDS")
        let first = Self.number("MUSTER_IMPORT_FUZZ_SEED") ?? 1
        let clock = ContinuousClock()
        let start = clock.now
        var (seed, taken, slowest) = (first, 0, Duration.zero)
        while seconds.map({ clock.now - start < .seconds($0) }) ?? (seed < first + 200) {
            let began = clock.now
            if Self.probe(UInt64(seed)) { taken += 1 }
            slowest = max(slowest, clock.now - began)
            seed += 1
        }
        #expect(slowest < .seconds(20), "a small file took \(slowest)")
        if seconds != nil {
            print("import fuzz: seeds \(first) to \(seed - 1), \(taken) taken whole, slowest \(slowest)")
        }
    }

    /// - Returns: whether the changed file was taken whole.
    private static func probe(_ seed: UInt64) -> Bool {
        var random = SeededGenerator(seed: seed)
        let bytes = random.below(2) == 0 ? text(&random) : workbook(&random)
        let file = RosterFile(bytes)
        for row in file.rows {
            let isSound = (try? IDNumber(reading: row.idNumber.revealed)) == row.idNumber
            #expect(isSound && !row.name.isEmpty && !row.team.isEmpty && row.line > 0, "seed \(seed)")
        }
        #expect(Set(file.rows.map(\.idNumber)).count == file.rows.count, "seed \(seed)")
        let diff = RosterDiff(of: file, against: roster, terms: Invented.terms())
        #expect(diff.changes.isEmpty || file.errors.isEmpty, "seed \(seed)")
        let compared = InsuranceComparison(bytes, against: roster, calendar: calendar)
        #expect(compared.isRefused || compared.onSiteCount == 2, "seed \(seed)")
        return file.errors.isEmpty
    }

    private static func text(_ random: inout SeededGenerator) -> [UInt8] {
        var text = "姓名,证件号码,班组,手机,考勤卡号,进场日期\r\n"
        for n in 0..<1 + random.below(5) {
            text +=
                "工人\(n),\(Invented.number(n).revealed),木工班,1380000000\(n),000000001\(n),2026-03-0\(n + 1)\r\n"
        }
        var bytes = Array(text.utf8)
        switch random.below(4) {
        case 0: bytes = [0xEF, 0xBB, 0xBF] + bytes
        case 1: bytes = [0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        default: break
        }
        return changed(bytes, &random)
    }

    private static func workbook(_ random: inout SeededGenerator) -> [UInt8] {
        let header = ["姓名", "证件号码", "班组", "进场日期"].map { "<c t=\"inlineStr\"><is><t>\($0)</t></is></c>" }
        var sheet = "<row r=\"1\">\(header.joined())</row>"
        for n in 0..<1 + random.below(5) {
            sheet += """
                <row r="\(n + 2)"><c r="A\(n + 2)" t="s"><v>0</v></c><c r="B\(n + 2)" t="inlineStr"><is>\
                <t>\(Invented.number(n).revealed)</t></is></c><c t="s"><v>1</v></c>\
                <c s="1"><v>46347</v></c></row>
                """
        }
        let book = MadeWorkbook(
            sheet: sheet, texts: ["工人", "木工班"],
            styles: "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs>")
        guard random.below(3) > 0 else { return changed(book.bytes, &random) }
        // The XML inside, packed soundly: otherwise the checksum stops nearly every change.
        let index = random.below(book.parts.count)
        let parts = book.parts.enumerated().map { number, part in
            let bytes = Array(part.text.utf8)
            return (part.name, number == index ? changed(bytes, &random) : bytes)
        }
        return MadeWorkbook.archive(parts)
    }

    private static let pieces: [[UInt8]] = [
        "\"", ",", "\r", "\n", "=", "'", "<", ">", "</row>", "<row r=\"9\">", "<f>", "<c r=\"ZZ9\">", "<v>",
        "&amp;",
        "&lol;", "<!DOCTYPE a [", "<!--", "<![CDATA[", "t=\"s\"", "r=\"B2\"", "1E308", "-1", "99999999999",
        "_x0000_",
        "\u{0}", "\u{202E}", "１", "X", "PK\u{3}\u{4}", "PK\u{1}\u{2}",
    ].map { Array($0.utf8) }

    private static func changed(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<1 + random.below(4) {
            guard !bytes.isEmpty else { return bytes }
            let place = random.below(bytes.count)
            let end = min(bytes.count, place + 1 + random.below(40))
            switch random.below(6) {
            case 0: bytes[place] ^= UInt8(1 << random.below(8))
            case 1: bytes[place] = UInt8(random.below(256))
            case 2: bytes.insert(contentsOf: random.pick(pieces), at: place)
            case 3: bytes.removeSubrange(place..<end)
            case 4: bytes.insert(contentsOf: bytes[place..<end], at: random.below(bytes.count))
            default: if random.below(4) == 0 { bytes.removeSubrange(place...) }
            }
        }
        return bytes
    }

    private static func number(_ variable: String) -> Int? {
        getenv(variable).flatMap { Int(String(cString: $0)) }
    }
}
