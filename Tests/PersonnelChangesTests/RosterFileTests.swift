import PersonnelChanges
import SiteModel
import Testing

/// A file that must be refused with exactly these remarks: place, and a part of the message.
struct HostileFile: Sendable, CustomTestStringConvertible {
    let says: String
    let text: String
    let expected: [(line: Int, column: Int, part: String)]

    var testDescription: String { says }

    init(_ says: String, _ text: String, _ expected: (line: Int, column: Int, part: String)...) {
        self.says = says
        self.text = text
        self.expected = expected
    }

    /// One sound row with one more column.
    static func cell(_ says: String, _ header: String, _ cell: String, _ part: String) -> HostileFile {
        let text = "name,id_number,team,\(header)\n张三,110101190001010014,木工班,\(cell)\n"
        return HostileFile(says, text, (2, 4, part))
    }

    static func number(_ says: String, _ cell: String, _ part: String) -> HostileFile {
        HostileFile(says, "name,id_number,team\n张三,\(cell),木工班\n", (2, 2, part))
    }

    static let files = [
        HostileFile("an empty file", "", (0, 0, "no rows")),
        HostileFile("only blanks", " \r\n\u{3000},\t\r\n", (0, 0, "no rows")),
        HostileFile("a header and no workers", "name,id_number,team\n,,\n", (0, 0, "no rows")),
        HostileFile("no header", "张三,110101190001010014,木工班\n", (1, 0, "must name the columns")),
        HostileFile(
            "an unknown header names its neighbour", "姓名,身份证号码,班组\n",
            (1, 2, "“身份证号码”; is it 证件号码 (id_number)?"),
            (1, 0, "no column 证件号码")),
        HostileFile(
            "a header is not repeated when numbers of a worker stand beside it",
            "name,id_number,team,110101190001010014,张三\n",
            (1, 4, "unknown header"), (1, 5, "unknown header")),
        HostileFile(
            "a header twice, in two languages", "name,id_number,team,姓名\n", (1, 4, "in column 1 already")),
        HostileFile(
            "required columns missing", "name,phone\n", (1, 0, "(id_number)"), (1, 0, "(team)")),
        HostileFile("a row that was cut", "name,id_number,team\n张三,1101", (2, 0, "2 cells, the header 3")),
        HostileFile(
            "a cell beyond the header", "name,id_number,team\n张三,110101190001010014,木工班,x\n",
            (2, 4, "no header above")),
        HostileFile(
            "a cell below an empty header", "name,,id_number,team\n张三,x,110101190001010014,木工班\n",
            (2, 2, "no header above")),
        HostileFile("an open quote", "name,id_number,team\n张三,\"1101\n,,\n", (2, 2, "never closed")),
        HostileFile(
            "required cells empty, also after trimming",
            "name,id_number,team\n\u{3000},110101190001010014, \n",
            (2, 1, "姓名 (name) is empty"), (2, 3, "班组 (team) is empty")),
        HostileFile(
            "the same number twice, once of 15 digits",
            "name,id_number,team\n张三,110101190001010014,木工班\n李四,11010119000101009x,木工班\n"
                + "张三,110101000101001,木工班\n",
            (4, 2, "is that of line 2 again")),
        HostileFile(
            "the same card twice, printed in two forms",
            "name,id_number,team,card_number,card_format\n张三,110101190001010014,木工班,16446618,\n"
                + "李四,11010119000101009X,木工班,\"250,62618\",2H4H\n",
            (3, 4, "is that of line 2 again")),
        HostileFile(
            "every error of a row is told",
            "name,id_number,team,joined_on,role\n=A1,110101190001010015,木工班,2026-02-30,工头\n",
            (2, 1, "is a formula"), (2, 2, "wrong check digit"), (2, 5, "is neither"),
            (2, 4, "a day that does not exist")),
    ]

    static let cells = [
        number("a wrong check digit", "110101190001010013", "wrong check digit: a digit was mistyped"),
        number("a number rounded by a spreadsheet", "110101190001010000", "rounded it"),
        number("a number as a quantity", "1.10101E+17", "rounded quantity"),
        number("17 characters", "11010119000101001", "has 17 characters"),
        number("a letter inside", "1101011900O1010014", "at place 11"),
        number("a region that does not exist", "160101199001010014", "region that does not exist"),
        number("30 February", "110101199002300014", "birth date that does not exist"),
        number("a formula that shows a number", "\"=\"\"110101190001010014\"\"\"", "is a formula"),
        cell("a line break in a text", "employer", "\"甲\n公司\"", "line break"),
        cell("a direction override", "employer", "甲\u{202E}公司", "invisible"),
        cell("a very long text", "employer", String(repeating: "甲", count: 101), "longer than 100"),
        cell("an unknown kind of document", "id_type", "18", "01 to 17"),
        cell("a phone with letters", "phone", "138x000000", "no phone number"),
        cell("a phone of four digits", "phone", "1380", "no phone number"),
        cell("a phone as a quantity", "phone", "1.38E+10", "rounded quantity"),
        cell("a card that lost its zeros", "card_number", "5219292", "drop leading zeros"),
        cell("ten digits beyond 32 bits", "card_number", "4294967296", "8H10D (taken"),
        cell("eight digits beyond 24 bits", "card_number", "16777216", "6H8D (taken"),
        cell("twelve digits of no stated form", "card_number", "004344968346", "say the card_format"),
        cell("a card of zeros", "card_number", "0000000000", "zero"),
        cell("an unknown card format", "card_format", "9H9D", "none of 10H"),
        cell("month 13", "joined_on", "2026-13-01", "does not exist"),
        cell("two-digit year", "joined_on", "26-11-21", "no date"),
        cell("day first", "joined_on", "21/11/2026", "no date"),
        cell("a date with time", "left_on", "2026-11-21 10:00", "no date"),
        cell("a date that mixes", "left_on", "2026-11/21", "no date"),
        cell("a hyphen where nothing can be taken away", "joined_on", "-", "no date"),
    ]
}

@Test(arguments: HostileFile.files + HostileFile.cells)
func aHostileFileIsRefusedWithItsPlace(_ file: HostileFile) {
    let read = RosterFile(Array(file.text.utf8))
    let found = read.errors.listed.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
    let expected = file.expected.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
    #expect(found.map { [$0.line, $0.column] } == expected.map { [$0.line, $0.column] })
    for wanted in expected {
        #expect(found.contains { $0.line == wanted.line && $0.message.contains(wanted.part) }, "\(found)")
    }
}

/// What is taken out of a number is said, with its place and without its content.
@Test func aNormalisedCellIsReported() {
    let text = "name,id_number,team,phone,joined_on\n张三,１10101190001010014,木工班,138 0000 0001,2026-11-21\n"
    let read = RosterFile(Array(text.utf8))
    #expect(read.errors.isEmpty && read.rows.count == 1)
    #expect(read.remarks.listed.map { [$0.line, $0.column] } == [[2, 2], [2, 4]])
    #expect(read.remarks.listed.allSatisfy { !$0.message.contains("0000") })
    #expect(read.remarks.listed.allSatisfy { $0.message.contains("was read without") })
    let plan = RosterPlan(
        RosterImport(bytes: Array(text.utf8), name: "r.csv"), against: Roster(), clock: Invented.clock(),
        at: Invented.noon, siteOffsetMilliseconds: Invented.offset)
    #expect(plan.report.json.contains(#""errors":[],"warnings":[{"line":2,"column":2,"#))
    #expect(plan.report.joined == 1 && !plan.report.isRefused)
}

/// A cell and the value it has.
struct CellReading: Sendable, CustomTestStringConvertible {
    let header: String
    let cell: String
    let expected: @Sendable (RosterRow) -> Bool

    var testDescription: String { "\(header): \(cell)" }

    init(_ header: String, _ cell: String, _ expected: @escaping @Sendable (RosterRow) -> Bool) {
        self.header = header
        self.cell = cell
        self.expected = expected
    }

    private static func joined(_ cell: String, _ date: String) -> CellReading {
        CellReading("进场日期", cell) { $0.joinedOn == .value(CivilDate(iso8601: date)!) }
    }

    private static func card(
        _ cell: String, format: String = "", _ value: UInt64, _ bitLength: Int
    ) -> CellReading {
        CellReading("考勤卡号,card_format", "\(cell),\(format)") {
            $0.card == .value(CardNumber(value: value, bitLength: bitLength)!)
        }
    }

    static let all = [
        joined("2026-11-21", "2026-11-21"), joined("2026/11/21", "2026-11-21"),
        joined("20261121", "2026-11-21"), joined("2026/1/5", "2026-01-05"), joined("2026-1-5", "2026-01-05"),
        joined("２０２６－０２－２８", "2026-02-28"), joined(" 2024-02-29 ", "2024-02-29"),
        card("0102FAF49A", 0x01_02FA_F49A, 40), card("0102faf49a", 0x01_02FA_F49A, 40),
        card("0102030405", format: "10h", 0x01_0203_0405, 40), card("0050001050", 50_001_050, 32),
        card("0015219292", 15_219_292, 32), card("15219292", format: "8H10D", 15_219_292, 32),
        card("16446618", 16_446_618, 24), card("62618", format: "6H8D", 62_618, 24),
        card("\"250,62618\"", 16_446_618, 24), card("25062618", format: "2H4H", 16_446_618, 24),
        card("\"00762,62618\"", 50_001_050, 32), card("76262618", format: "4H4H", 50_001_050, 32),
        card("0076262618", 76_262_618, 32), card("4344968346", format: "10H12D", 0x01_02FA_F49A, 40),
        card("1099511627775", format: "10h12d", 0xFF_FFFF_FFFF, 40),
        card("００５０００１０５０", 50_001_050, 32), card("'0050001050", 50_001_050, 32),
        card("17179869184", format: "35bit", 17_179_869_184, 35),
        CellReading("考勤卡号", "-") { $0.card == .none },
        CellReading("考勤卡号", "") { $0.card == .nothing },
        CellReading("退场日期", "－") { $0.leftOn == .none },
        CellReading("手机", "+86 138-0000-0000") { $0.phone == .value("+86138-0000-0000") },
        CellReading("手机", "'+8613800000000") { $0.phone == .value("+8613800000000") },
        CellReading("手机", "１３８００００００００") { $0.phone == .value("13800000000") },
        CellReading("role", "管理人员") { $0.role == .value(.manager) },
        CellReading("role", "MANAGER") { $0.role == .value(.manager) },
        CellReading("role", "20") { $0.role == .value(.worker) },
        CellReading("id_type", "1") { $0.idType == .value("01") },
        CellReading("id_type", "居民身份证") { $0.idType == .value("01") },
        CellReading("id_type", "护照") { $0.idType == .value("08") },
        CellReading("employer", "'=甲公司") { $0.employer == .value("=甲公司") },
        CellReading("employer", "\u{3000}甲 公司\u{A0}") { $0.employer == .value("甲 公司") },
        CellReading("work_type", "020") { $0.workType == .value("020") },
    ]
}

@Test(arguments: CellReading.all)
func aCellIsReadAsItIsMeant(_ cell: CellReading) throws {
    let file = RosterFile(
        Array("name,id_number,team,\(cell.header)\n张三,110101190001010014,木工班,\(cell.cell)\n".utf8))
    #expect(file.errors.listed == [])
    #expect(cell.expected(try #require(file.rows.first)))
}

@Test(arguments: [
    "110101190001010014", " 110101190001010014\t", "１１０１０１１９０００１０１００１４", "110101000101001",
    "'110101190001010014",
    "110101 19000101 0014",
])
func oneNumberHasManySpellings(cell: String) throws {
    let file = RosterFile(Array("name,id_number,team\n张三,\(cell),木工班\n".utf8))
    #expect(file.errors.listed == [])
    #expect(file.rows.first?.idNumber.revealed == "110101190001010014")
}

/// `姓名,证件号码,班组,人员类别` CR LF `王小二,11010119000101009x,钢筋班,建筑工人`, as Chinese Windows saves it.
@Test func aFileInGB18030IsRead() throws {
    let header: [UInt8] = [
        0xD0, 0xD5, 0xC3, 0xFB, 0x2C, 0xD6, 0xA4, 0xBC, 0xFE, 0xBA, 0xC5, 0xC2, 0xEB, 0x2C, 0xB0, 0xE0, 0xD7,
        0xE9, 0x2C, 0xC8, 0xCB, 0xD4, 0xB1, 0xC0, 0xE0, 0xB1, 0xF0, 0x0D, 0x0A,
    ]
    let name: [UInt8] = [0xCD, 0xF5, 0xD0, 0xA1, 0xB6, 0xFE]
    let rest: [UInt8] = [
        0xB8, 0xD6, 0xBD, 0xEE, 0xB0, 0xE0, 0x2C, 0xBD, 0xA8, 0xD6, 0xFE, 0xB9, 0xA4, 0xC8, 0xCB,
    ]
    let file = RosterFile(header + name + Array(",11010119000101009x,".utf8) + rest)
    #expect(file.errors.listed == [])
    let row = try #require(file.rows.first)
    #expect(row.name == "王小二")
    #expect(row.team == "钢筋班")
    #expect(row.role == .value(.worker))
    #expect(row.idNumber.revealed == "11010119000101009X")
}

@Test func headersStandInAnyOrderLanguageAndCase() {
    let text = "班组*,Left On,ＮＡＭＥ,\u{FEFF}证件号码 ,card-format\r\n木工班,,张三,110101190001010014,\r\n"
    let file = RosterFile([0xEF, 0xBB, 0xBF] + Array(text.utf8))
    #expect(file.errors.listed == [])
    #expect(file.rows.map(\.name) == ["张三"])
}

@Test func aThousandErrorsAreListedAndTheRestCounted() {
    let text = "name,id_number,team\n" + String(repeating: "张三,1,木工班\n", count: 1_500)
    let file = RosterFile(Array(text.utf8))
    #expect(file.errors.listed.count == 1_000)
    #expect(file.errors.furtherCount == 500)
    #expect(file.rows.isEmpty)
}

/// 20,000 mutations from seed 11: no crash, errors or rows, and no remark repeats what a cell held.
@Test func mutatedRostersAreReadOrRefusedWithoutRepeatingCells() {
    let text =
        "姓名,证件号码,班组,手机,考勤卡号,进场日期\r\n欧阳测试,110101190001010014,机密班组,13812345678,0050001050,2026-01-05\r\n"
        + "司马样本,11010119000101009X,机密班组,13887654321,\"250,62618\",2026/1/5\r\n"
    let secrets = ["欧阳测试", "司马样本", "110101190001", "机密班组", "138123", "138876", "0050001050", "62618"]
    let telling = Array(",\"\n\r=-+'0123456789Xx".utf8) + [0, 0x80, 0xEF, 0xFF, 0xE5]
    let headerByteCount = text.prefix { $0 != "\r\n" }.utf8.count
    var random = SeededGenerator(seed: 11)
    var refused = 0
    for round in 0..<20_000 {
        var bytes = Array(text.utf8)
        for _ in 0...random.below(4) {
            let place = random.below(bytes.count)
            switch random.below(4) {
            case 0: bytes[place] = random.pick(telling)
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(random.pick(telling), at: place)
            default:
                let end = min(bytes.count, place + random.below(40))
                let target = headerByteCount + random.below(bytes.count - headerByteCount)
                bytes.insert(contentsOf: bytes[place..<end], at: target)
            }
        }
        let diff = RosterDiff(of: RosterFile(bytes), against: Roster(), terms: Invented.terms())
        if !diff.errors.isEmpty { refused += 1 }
        #expect(diff.errors.isEmpty || diff.changes.isEmpty, "round \(round)")
        for issue in diff.errors.listed + diff.warnings.listed {
            #expect(!secrets.contains { issue.message.contains($0) }, "round \(round): \(issue.message)")
        }
    }
    #expect((1_000..<19_500).contains(refused), "both outcomes are met often: \(refused)")
}
