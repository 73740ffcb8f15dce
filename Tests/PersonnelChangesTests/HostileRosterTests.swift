import MadeWorkbooks
import PersonnelChanges
import SiteModel
import Tables
import Testing

/// Rosters as old programs, careless hands and enemies make them.
struct HostileRosterTests {
    private static let rows = "姓名,证件号码,班组\r\n张三,110101190001010014,木工班\n李四,11010119000101009x,木工班\r"

    private static func utf16(_ text: String, isLittleEndian: Bool) -> [UInt8] {
        let mark: [UInt8] = isLittleEndian ? [0xFF, 0xFE] : [0xFE, 0xFF]
        return text.utf16.reduce(into: mark) { bytes, unit in
            let (high, low) = (UInt8(unit >> 8), UInt8(unit & 0xFF))
            bytes += isLittleEndian ? [low, high] : [high, low]
        }
    }

    private static func gb18030(_ text: String) -> [UInt8] {
        let codes: [Character: [UInt8]] = [
            "姓": [0xD0, 0xD5], "名": [0xC3, 0xFB], "证": [0xD6, 0xA4], "件": [0xBC, 0xFE], "号": [0xBA, 0xC5],
            "码": [0xC2, 0xEB], "班": [0xB0, 0xE0], "组": [0xD7, 0xE9], "张": [0xD5, 0xC5], "三": [0xC8, 0xFD],
            "李": [0xC0, 0xEE], "四": [0xCB, 0xC4], "木": [0xC4, 0xBE], "工": [0xB9, 0xA4],
        ]
        return text.flatMap { codes[$0] ?? Array(String($0).utf8) }
    }

    /// Every encoding, all three line ends in one file, a small x.
    @Test(arguments: [
        Array(rows.utf8), [0xEF, 0xBB, 0xBF] + Array(rows.utf8), gb18030(rows),
        utf16(rows, isLittleEndian: true), utf16(rows, isLittleEndian: false),
    ])
    func anyEncodingAndMixedLineEndsGiveTheSameRows(bytes: [UInt8]) {
        let file = RosterFile(bytes)
        #expect(file.errors.listed == [])
        #expect(file.rows.map(\.name) == ["张三", "李四"])
        #expect(file.rows.map(\.idNumber.revealed) == ["110101190001010014", "11010119000101009X"])
        #expect(file.rows.map(\.line) == [2, 3])
    }

    /// 15 digits, X and x, full width, blanks inside: one person each, and the same.
    @Test(arguments: [
        ("110101000101009", "11010119000101009X"), ("11010119000101009X", "11010119000101009X"),
        ("１１０１０１１９０００１０１００９Ｘ", "11010119000101009X"), ("110101 19000101 009x", "11010119000101009X"),
        ("'11010119000101009X", "11010119000101009X"),
    ])
    func aNumberIsNormalisedInBothKindsOfFile(cell: String, expected: String) throws {
        let csv = RosterFile(Array("name,id_number,team\n张三,\(cell),木工班\n".utf8))
        let workbook = RosterFile(Self.workbook([["name", "id_number", "team"], ["张三", cell, "木工班"]]))
        for file in [csv, workbook] {
            #expect(file.rows.map(\.idNumber) == [try IDNumber(reading: expected)], "\(file.errors)")
        }
    }

    @Test func faultsOfRowsAreToldWithLineAndColumnInBothKindsOfFile() {
        let rows = [
            ["name", "id_number", "team"], ["张三", "110101190001010014", "木工班"],
            ["李四", "110101190001010013", "木工班"], ["王五", "110101000101001", "木工班"], ["", "１１０１", "木工班"],
        ]
        let csv = RosterFile(Array(rows.map { $0.joined(separator: ",") + "\n" }.joined().utf8))
        for file in [csv, RosterFile(Self.workbook(rows))] {
            let found = file.errors.listed
            #expect(found.map { [$0.line, $0.column] } == [[3, 2], [4, 2], [5, 1], [5, 2]])
            #expect(found[0].message.contains("wrong check digit"))
            #expect(found[1].message.contains("is that of line 2 again"))
            #expect(found[3].message.contains("has 4 characters"))
        }
    }

    @Test func aLineWithoutEndIsRefusedAtItsBound() {
        let line = RosterFile([UInt8](repeating: UInt8(ascii: "a"), count: 48 << 20))
        #expect(line.errors.listed.map { [$0.line, $0.column] } == [[1, 1]])
        let quoted = RosterFile([0x22] + [UInt8](repeating: UInt8(ascii: "\n"), count: 4 << 20))
        #expect(quoted.errors.listed.map { [$0.line, $0.column] } == [[1, 1]])
        let large = RosterFile([UInt8](repeating: 0x61, count: RosterImport.byteCountLimit + 1))
        #expect(large.errors.listed.map(\.line) == [0])
    }

    @Test func aHostileWorkbookIsRefusedInASentence() {
        let sound = MadeWorkbook(sheet: "<row><c><v>1</v></c></row>")
        func expect(_ part: String, _ bytes: [UInt8], line: Int = #line) {
            let found = RosterFile(bytes).errors.listed
            #expect(found.count == 1 && found[0].message.contains(part), "line \(line): \(found)")
        }
        var bomb = sound
        bomb["xl/worksheets/sheet1.xml"] =
            "<worksheet><sheetData>" + String(repeating: "<row></row>", count: 600_000)
        expect("times its size", bomb.bytes)
        var laughs = sound
        laughs["xl/sharedStrings.xml"] = """
            <!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]>\
            <sst><si><t>&lol2;</t></si></sst>
            """
        expect("declares entities", laughs.bytes)
        var external = sound
        external["xl/workbook.xml"] =
            "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><workbook>&x;</workbook>"
        expect("declares entities", external.bytes)
        let traversal =
            sound.parts.map { ($0.name, Array($0.text.utf8)) } + [("../../../etc/cron.d/a", [0x61])]
        expect("name of part 7", MadeWorkbook.archive(traversal))
        for share in [2, 3, 10] { expect("cut off", Array(sound.bytes.prefix(sound.bytes.count / share))) }
        expect("password", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1])
    }

    static func workbook(_ rows: [[String]]) -> [UInt8] {
        let sheet = rows.map { row in
            "<row>" + row.map { "<c t=\"inlineStr\"><is><t>\($0)</t></is></c>" }.joined() + "</row>"
        }
        return MadeWorkbook(sheet: sheet.joined()).bytes
    }
}
