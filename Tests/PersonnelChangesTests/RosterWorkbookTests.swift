import MadeWorkbooks
import PersonnelChanges
import SiteModel
import Tables
import Testing

/// Rosters that come as .xlsx: what is particular to them.
struct RosterWorkbookTests {
    private static func text(_ text: String) -> String { "<c t=\"inlineStr\"><is><t>\(text)</t></is></c>" }

    private static func book(_ rows: String...) -> [UInt8] {
        let header = "<row r=\"3\">\(["姓名*", "证件号码*", "班组*", "进场日期"].map(text).joined())</row>"
        return MadeWorkbook(
            sheet: header + rows.joined(),
            styles: "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs>"
        ).bytes
    }

    @Test func aRowIsReadAsAPersonSeesIt() throws {
        let file = RosterFile(
            Self.book(
                """
                <row r="5">\(Self.text("张三"))\(Self.text("１１０１０１１９０００１０１００１４"))\(Self.text("木工班"))\
                <c s="1"><v>46347</v></c></row><row r="6">\(Self.text("李四"))<c><v>110101000101002</v></c>\
                \(Self.text("=班"))</row>
                """))
        #expect(file.errors.listed == [])
        let rows = file.rows
        #expect(rows.map(\.line) == [5, 6])
        #expect(rows[0].idNumber.revealed == "110101190001010014")
        #expect(rows[0].joinedOn == .value(Invented.date("2026-11-21")))
        #expect(rows[1].team == "=班")
        #expect(rows[1].joinedOn == .nothing)
    }

    @Test func aFormulaIsNamedByItsCell() {
        let file = RosterFile(
            Self.book(
                """
                <row r="5">\(Self.text("张三"))<c><f>A1</f><v>110101190001010014</v></c>\
                \(Self.text("木工班"))</row>\
                <row r="6">\(Self.text("李四"))<c><v>1.1010119000101E+17</v></c>\(Self.text("木工班"))</row>
                """))
        #expect(file.errors.listed.map { [$0.line, $0.column] } == [[5, 2], [6, 2]])
        #expect(file.errors.listed[0].message.contains("is a formula (cell B5)"))
        #expect(file.errors.listed[1].message.contains("rounded quantity"))
    }

    @Test func aFileIsToldByItsContent() throws {
        let bytes = Self.book("<row>\(["张三", "110101190001010014", "木工班"].map(Self.text).joined())</row>")
        let plan = RosterPlan(
            RosterImport(bytes: bytes, name: "roster.csv"), against: Roster(), clock: Invented.clock(),
            at: Invented.noon,
            siteOffsetMilliseconds: Invented.offset)
        #expect(plan.report.joined == 1)
        let old: [UInt8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]
        #expect(RosterFile(old).errors.listed.map(\.message) == [WorkbookFault.oldOrEncrypted.description])
    }

    @Test func theTemplateIsReadBackAsAHeaderWithoutWorkers() throws {
        let csv = String(decoding: try RosterTemplate.file(.csv).dropFirst(3), as: UTF8.self)
        #expect(csv == "姓名*,证件号码*,证件类型,班组*,参建单位,工种,手机,考勤卡号,卡号格式,进场日期,退场日期,人员类别\r\n")
        for format in RosterFileFormat.allCases {
            let file = RosterFile(try RosterTemplate.file(format))
            #expect(file.errors.listed.map(\.message) == ["the file has no rows of workers"])
        }
    }

    @Test func whatIsChosenFromTheTemplatesListsIsRead() throws {
        let header = ["姓名", "证件号码", "班组", "证件类型", "人员类别"].map(Self.text).joined()
        let worker = ["张三", "110101190001010014", "木工班", "居民身份证", "管理人员"].map(Self.text).joined()
        let file = RosterFile(MadeWorkbook(sheet: "<row>\(header)</row><row>\(worker)</row>").bytes)
        #expect(file.rows.first?.role == .value(.manager))
        #expect(file.rows.first?.idType == .value("01"))
    }

    @Test(arguments: [
        ("a.xlsx", RosterFileFormat.xlsx), ("a.b.CSV", .csv), ("a.xls", nil), ("xlsx", nil), ("", nil),
    ])
    func aFormatIsToldByTheEndOfAName(name: String, expected: RosterFileFormat?) {
        #expect(RosterFileFormat(fileName: name) == expected)
    }
}
