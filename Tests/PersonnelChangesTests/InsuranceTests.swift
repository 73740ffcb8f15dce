import AttendanceLedger
import PersonnelChanges
import SiteModel
import Testing

/// The roster against an insurer's list.
struct InsuranceTests {
    private static let calendar = SiteCalendar(now: Invented.noon, offsetMilliseconds: Invented.offset)

    /// 0 and 1 are on site, 2 has left.
    private static let roster = Invented.roster([
        Invented.worker(0, name: "张三"), Invented.worker(1, name: "李四"),
        Invented.worker(2, name: "王五", leftOn: "2026-11-20"),
    ])

    private static func compare(_ rows: String...) -> InsuranceComparison {
        let text = "某某保险公司 人员清单\n序号,姓名,身份证号码,保险起期,保险止期,备注\n" + rows.map { $0 + "\n" }.joined()
        return InsuranceComparison(Array(text.utf8), against: roster, calendar: calendar)
    }

    private static func row(_ n: Int, _ name: String, _ from: String = "", _ to: String = "") -> String {
        "\(n),\(name),\(Invented.number(n).revealed),\(from),\(to),x"
    }

    @Test func bothSidesAreComparedNameByName() {
        let found = Self.compare(
            Self.row(0, "张叁", "2026-01-01", "2026-12-31"), Self.row(2, "王五"), Self.row(7, "赵六"), ",,,,,合计")
        #expect(found.errors.listed == [])
        #expect(found.insuredCount == 3 && found.onSiteCount == 2)
        #expect(found.notInsured.map(\.worker) == [Invented.id(1)])
        #expect(found.notOnSite.map(\.worker) == [Invented.id(2), nil])
        #expect(found.notOnSite.map(\.line) == [4, 5])
        #expect(found.otherName.map(\.worker) == [Invented.id(0)])
        #expect(found.otherName.first?.listedName == "张叁")
        let record = found.record(fileDigest: [UInt8](repeating: 0, count: 32))
        #expect([record.notInsured, record.notOnSite, record.otherName] == [1, 2, 1])
        #expect(!record.agrees)
        #expect(record.differences.map(\.worker) == [Invented.id(1), Invented.id(2), nil, Invented.id(0)])
        #expect(record.differences.map(\.line) == [nil, 4, 5, 3])
    }

    @Test(arguments: [
        ("2026-11-21", "2026-11-21", true), ("2026-11-22", "", false), ("", "2026-11-20", false),
        ("2026-01-01", "2026-11-21", true), ("2026-11-21", "2027-11-20", true), ("", "", true),
    ])
    func aPeriodCountsOnBothOfItsDays(from: String, to: String, isInsured: Bool) {
        let found = Self.compare(Self.row(0, "张三", from, to), Self.row(1, "李四"))
        #expect(found.notInsured.isEmpty == isInsured)
        #expect(found.insuredCount == (isInsured ? 2 : 1))
    }

    @Test func severalPeriodsOfOnePersonCountOnce() {
        let found = Self.compare(
            Self.row(0, "张三", "2025-01-01", "2025-12-31"), Self.row(0, "张三", "2026-01-01", "2026-12-31"),
            Self.row(1, "李四"))
        #expect(found.insuredCount == 2 && found.notInsured.isEmpty && found.notOnSite.isEmpty)
    }

    @Test func faultsOfTheListAreToldWithTheirPlace() {
        let found = Self.compare(
            Self.row(0, "张三", "2026-02-30"), "1,李四,110101190001010013,,,",
            "2,,\(Invented.number(3).revealed),,,",
            Self.row(4, "甲", "2026-02-02", "2026-02-01"), Self.row(5, "乙"), Self.row(5, "丙"),
            "6,=A1,\(Invented.number(6).revealed),,,")
        let places = found.errors.listed.map { [$0.line, $0.column] }
        #expect(places == [[3, 4], [4, 3], [5, 2], [6, 5], [8, 3], [9, 2]])
        #expect(found.isRefused && found.notInsured.isEmpty)
        let none = InsuranceComparison(
            Array("a,b\n1,2\n".utf8), against: Self.roster, calendar: Self.calendar)
        #expect(none.errors.listed.map(\.line) == [0])
    }

    @Test func aReportShowsNeitherNumberNorName() {
        let found = Self.compare(Self.row(0, "张叁"), Self.row(7, "赵六"))
        let masked = InsuranceReport(found)
        for text in [masked.json, masked.lines.joined()] {
            #expect(!text.contains(Invented.number(7).revealed) && !text.contains("赵六"))
            #expect(!text.contains("张叁") && text.contains(Invented.number(7).masked))
        }
        #expect(masked.json.contains(#""worker":"000001-1","id_number""#))
        let full = InsuranceReport(found, showsNames: true)
        #expect(full.json.contains(#""name":"张三","line":3,"listed_name":"张叁""#))
        #expect(!full.json.contains(Invented.number(7).revealed))
    }
}
