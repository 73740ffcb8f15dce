import MadeWorkbooks
import Tables
import Testing

/// Workbooks as programs and enemies write them.
struct XLSXReaderTests {
    @Test func textsNumbersAndDatesReadAsAPersonSeesThem() throws {
        let styles = """
            <numFmts><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/>\
            <numFmt numFmtId="165" formatCode="0000000000"/><numFmt numFmtId="166" formatCode="[Red]0.00"/>\
            </numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>\
            <xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="22"/>\
            <xf numFmtId="166"/><xf numFmtId="20"/></cellXfs>
            """
        func cell(_ value: String, _ style: Int) -> String { "<c s=\"\(style)\"><v>\(value)</v></c>" }
        let table: [(cell: String, expected: String)] = [
            ("<c t=\"s\"><v>0</v></c>", "张三"), ("<c t=\"s\"><v>1</v></c>", " a\rb "),
            ("<c t=\"inlineStr\"><is><r><t>张</t></r><r><t>三</t></r><rPh><t>zhang</t></rPh></is></c>", "张三"),
            ("<c t=\"str\"><v>=甲</v></c>", "'=甲"), ("<c t=\"b\"><v>1</v></c>", "TRUE"),
            (cell("13800000000", 0), "13800000000"), (cell("110101900101001", 0), "110101900101001"),
            (cell("1.1010119000101E+17", 0), "1.10101E+17"), (cell("0.5", 0), "0.5"), (cell("-3", 0), "-3"),
            (cell("46347", 1), "2026-11-21"), (cell("46347.75", 1), "2026-11-21"),
            (cell("46347", 2), "2026-11-21"), (cell("46347.75", 4), "2026-11-21 18:00:00"),
            (cell("50001050", 3), "0050001050"), (cell("12.5", 5), "12.5"), (cell("0.75", 6), "18:00:00"),
            (cell("61", 1), "1900-03-01"), (cell("2958465", 1), "9999-12-31"),
            (cell("2958466", 1), "2958466"),
            ("<c t=\"d\"><v>2026-11-21T00:00:00</v></c>", "2026-11-21"), ("<c><v>2026-1</v></c>", "2026-1"),
        ]
        let sheet = table.map { "<row>\($0.cell)</row>" }.joined()
        let book = MadeWorkbook(sheet: sheet, texts: ["张三", " a_x000D_b "], styles: styles)
        #expect(try tableRows(of: book.bytes).map(\.cells) == table.map { [$0.expected] })
        let old = MadeWorkbook(
            sheet: "<row>\(cell("44885", 1))</row>", styles: styles,
            properties: "<workbookPr date1904=\"1\"/>")
        #expect(try tableRows(of: old.bytes)[0].cells == ["2026-11-21"])
    }

    @Test func rowsKeepTheirNumbersAndAreFilledToTheHeader() throws {
        let book = MadeWorkbook(
            sheet: """
                <row r="2"><c r="A2" t="inlineStr"><is><t>a</t></is></c><c r="C2"><v>3</v></c></row>
                <row r="3"/><row r="4"><c r="D4" s="1"/><c r="XFD4" s="1"/></row>
                <row r="9"><c r="B9"><v>2</v></c></row>
                """)
        let rows = try tableRows(of: book.bytes)
        #expect(rows.map(\.line) == [2, 9])
        #expect(rows.map(\.cells) == [["a", "", "3"], ["", "2", ""]])
    }

    /// Also one whose program kept no value.
    @Test func aFormulaShowsItself() throws {
        let book = MadeWorkbook(
            sheet: """
                <row r="7"><c r="A7"><f>1+1</f><v>2</v></c><c r="B7" t="str"><f>A1</f><v>x</v></c>\
                <c r="C7"><f>A2</f></c><c r="D7" t="e"><v>#REF!</v></c></row>
                """)
        #expect(try tableRows(of: book.bytes)[0].cells == ["=2", "=x", "=0", "=#REF!"])
        #expect(CellName.text(TablePosition(line: 7, column: 2)) == "B7")
        #expect(CellName.text(TablePosition(line: 12, column: 16_384)) == "XFD12")
    }

    @Test func theFirstVisibleSheetCounts() throws {
        var book = MadeWorkbook(sheet: "<row><c><v>1</v></c></row>")
        book["xl/workbook.xml"] = """
            <x:workbook xmlns:x="m" xmlns:q="r"><x:sheets><x:sheet name="a" state="hidden" q:id="r9"/>\
            <x:sheet name="b" q:id="r1"/></x:sheets></x:workbook>
            """
        #expect(try tableRows(of: book.bytes).map(\.cells) == [["1"]])
        book["xl/workbook.xml"] = "<workbook><sheets><sheet id=\"r9\"/></sheets></workbook>"
        #expect(throws: TableError.workbook(.noSheet)) { try tableRows(of: book.bytes) }
    }

    @Test func boundsHold() throws {
        let cell = "<c t=\"inlineStr\"><is><t>\(String(repeating: "a", count: 40))</t></is></c>"
        let bytes = MadeWorkbook(sheet: "<row>\(cell)\(cell)</row><row>\(cell)</row>").bytes
        func read(rowBytes: Int = 80, rows: Int = 2, columns: Int = 2) throws(TableError) {
            _ = try tableRows(
                of: bytes,
                bounds: TableBounds(rowByteCount: rowBytes, rowCount: rows, columnCount: columns))
        }
        #expect(throws: Never.self) { try read() }
        let second = TablePosition(line: 1, column: 2)
        #expect(throws: TableError.rowTooLong(second, limitByteCount: 79)) { try read(rowBytes: 79) }
        #expect(throws: TableError.tooManyColumns(second, limit: 1)) { try read(columns: 1) }
        #expect(throws: TableError.tooManyRows(TablePosition(line: 2, column: 1), limit: 1)) {
            try read(rows: 1)
        }
        #expect(throws: TableError.fileTooLarge(limitByteCount: 100)) {
            try XLSXReader(bytes, bounds: TableBounds(fileByteCount: 100))
        }
        let book = MadeWorkbook(sheet: "", texts: ["a", "b"])
        #expect(throws: TableError.workbook(.tooManyTexts(limit: 1))) {
            try XLSXReader(book.bytes, workbook: WorkbookBounds(textCount: 1))
        }
        #expect(throws: TableError.workbook(.tooManyParts(limit: 5))) {
            try XLSXReader(book.bytes, workbook: WorkbookBounds(partCount: 5))
        }
    }

    @Test func whatIsNoSoundWorkbookIsRefusedByName() throws {
        let good = MadeWorkbook(sheet: "<row><c><v>1</v></c></row>")
        func expect(_ fault: WorkbookFault, _ bytes: [UInt8], line: Int = #line) {
            #expect(throws: TableError.workbook(fault), "line \(line)") { try tableRows(of: bytes) }
        }
        expect(.oldOrEncrypted, [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0, 0])
        expect(.notAWorkbook, MadeWorkbook.archive([("content.xml", [1])]))
        expect(.notAWorkbook, MadeWorkbook.archive([("_rels/.rels", Array("<a/>".utf8))]))
        for name in ["../../etc/passwd", "/etc/passwd", "xl\\a.xml", "a/../b", "C:a", "a\u{7}b"] {
            let parts = good.parts.map { ($0.name, Array($0.text.utf8)) } + [(name, [1])]
            if name == "a\u{7}b" || name != "a/../b" {
                expect(.nameRefused(part: 7), MadeWorkbook.archive(parts))
            }
        }
        expect(.nameRefused(part: 2), MadeWorkbook.archive([("A.xml", [1]), ("a.xml", [1])]))
        expect(.damagedArchive(code: -103), Array(good.bytes.dropLast(40)))
        expect(.damagedArchive(code: -103), Array(good.bytes.prefix(200)))
        var encrypted = good.bytes
        encrypted[try #require(Self.directoryPlace(in: encrypted)) + 8] |= 1
        expect(.methodUnknown(part: 1), encrypted)
        var book = good
        book["xl/worksheets/sheet1.xml"] = "<worksheet><sheetData><row>"
        expect(.damagedPart(code: 3), book.bytes)
        for sheet in [
            "<row r=\"2\"/><row r=\"2\"/>", "<row r=\"0\"/>", "<c/>", "<row><c r=\"1\"/></row>",
            "<row><c r=\"B1\"/><c r=\"A1\"/></row>", "<row><c t=\"s\"><v>7</v></c></row>",
            "<row r=\"9999999\"/>", "<row><c r=\"ZZZZ1\"/></row>",
        ] {
            expect(.damagedSheet, MadeWorkbook(sheet: sheet).bytes)
        }
    }

    @Test func bombsAreRefusedBeforeTheyCost() throws {
        let zeros = String(repeating: "0", count: 8 << 20)
        let dense = MadeWorkbook(sheet: "<row><c><v>1</v></c></row><!-- -->", properties: "")
        var book = dense
        book["xl/sharedStrings.xml"] = "<sst><si><t>\(zeros)</t></si></sst>"
        #expect(throws: TableError.self) { try tableRows(of: book.bytes) }
        book = dense
        book["xl/styles.xml"] = "<a>" + String(repeating: "<b/>", count: 2 << 20) + "</a>"
        #expect(throws: TableError.workbook(.packedTooDensely(limitRatio: 300))) {
            try tableRows(of: book.bytes)
        }
        #expect(throws: TableError.workbook(.unpacksTooLarge(limitByteCount: 1 << 20))) {
            try XLSXReader(book.bytes, workbook: WorkbookBounds(unpackedByteCount: 1 << 20))
        }
        book = dense
        book["xl/styles.xml"] = "<a b=\"\(String(repeating: "ab cd", count: 400_000))\"/>"
        #expect(throws: TableError.workbook(.oddXML)) { try tableRows(of: book.bytes) }
        book["xl/styles.xml"] = String(repeating: "<a>", count: 65) + String(repeating: "</a>", count: 65)
        #expect(throws: TableError.workbook(.oddXML)) { try tableRows(of: book.bytes) }
        book["xl/styles.xml"] = """
            <!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;">]><a>&d;</a>
            """
        #expect(throws: TableError.workbook(.doctype)) { try tableRows(of: book.bytes) }
        book["xl/styles.xml"] = "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>"
        #expect(throws: TableError.workbook(.doctype)) { try tableRows(of: book.bytes) }
    }

    @Test func noDamagedWorkbookCrashesOrGivesOtherCells() throws {
        let bytes = MadeWorkbook(sheet: "<row><c t=\"s\"><v>0</v></c></row>", texts: ["张三"]).bytes
        for index in bytes.indices {
            for mask: UInt8 in [0x01, 0xFF] {
                var damaged = bytes
                damaged[index] ^= mask
                // try?: refused is right; what is accepted must be what was put in.
                guard let rows = try? tableRows(of: damaged), damaged[0] == 0x50, damaged[1] == 0x4B,
                    damaged.starts(with: bytes.prefix(4))
                else { continue }
                #expect(rows.map(\.cells) == [["张三"]] || rows.isEmpty, "byte \(index)")
            }
        }
        for count in stride(from: 4, to: bytes.count, by: 3) {
            _ = try? tableRows(of: Array(bytes[..<count]))
        }
    }

    private static func directoryPlace(in bytes: [UInt8]) -> Int? {
        bytes.indices.dropLast(4).first { Array(bytes[$0..<($0 + 4)]) == [0x50, 0x4B, 0x01, 0x02] }
    }
}

func tableRows(of bytes: [UInt8], bounds: TableBounds = TableBounds()) throws(TableError) -> [TableRow] {
    var reader = try TableReader(bytes, bounds: bounds)
    var rows: [TableRow] = []
    while let row = try reader.nextRow() { rows.append(row) }
    return rows
}
