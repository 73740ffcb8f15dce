import MadeWorkbooks
import Tables
import Testing

/// What the writer writes, the reader reads.
struct XLSXWriterTests {
    @Test func cellsComeBackAsTheyWentIn() throws {
        let texts = [
            "张三", "=1+1", "+86", "-", "@甲", "\t甲", "'=甲", "'甲", " a ", "a\nb", "a\rb", "<&>\"", "_x000D_",
            "110101190001010014", "\u{7}",
        ]
        let writer = try XLSXWriter()
        try writer.beginSheet(
            "人员",
            columns: [
                SheetColumn("姓名", isRequired: true), SheetColumn("日期", content: .date),
                SheetColumn("数", content: .number), SheetColumn("类别", choices: ["建筑工人", "管理人员"]),
            ])
        for text in texts {
            try writer.append([.text(text), .date(year: 2026, month: 11, day: 21), .number(0.5), .text("")])
        }
        try writer.append([.blank, .text("x"), .blank])
        try writer.beginSheet("说明", columns: [SheetColumn("列", width: 40)])
        try writer.append([.text("second")])
        let rows = try tableRows(of: try writer.finish())
        #expect(rows.map(\.line) == Array(1...(texts.count + 2)))
        #expect(rows[0].cells == ["姓名", "日期", "数", "类别"])
        for (text, row) in zip(texts, rows.dropFirst()) {
            #expect(SpreadsheetGuard.unguarded(row.cells[0]) == text)
            #expect(row.cells[1...] == ["2026-11-21", "0.5", ""])
        }
        #expect(rows.last?.cells == ["", "x", "", ""])
    }

    @Test func aZeroByteEndsNoText() throws {
        let writer = try XLSXWriter()
        try writer.beginSheet("a", columns: [SheetColumn("a")])
        try writer.append([.text("a\u{0}b")])
        #expect(try tableRows(of: try writer.finish())[1].cells == ["a\u{FFFD}b"])
    }

    @Test func whatNoWorkbookHoldsIsRefused() throws {
        let writer = try XLSXWriter()
        #expect(throws: SheetWritingError.self) { try writer.beginSheet("a/b", columns: []) }
        #expect(throws: SheetWritingError.self) {
            try writer.beginSheet(
                "b", columns: [SheetColumn("a", choices: [String](repeating: "甲乙", count: 37))])
        }
        try writer.beginSheet("a", columns: [SheetColumn("a", choices: [String](repeating: "甲乙", count: 36))])
        #expect(throws: SheetWritingError.self) {
            try writer.append([.text(String(repeating: "a", count: 32_768))])
        }
        #expect(throws: Never.self) { try writer.append([.text(String(repeating: "a", count: 32_767))]) }
    }

    @Test func aLargeTableIsWrittenAndReadRowByRow() throws {
        let writer = try XLSXWriter()
        try writer.beginSheet("a", columns: (0..<8).map { SheetColumn("column \($0)") })
        for row in 0..<5_000 { try writer.append((0..<8).map { .text("cell \(row) \($0)") }) }
        let rows = try tableRows(of: try writer.finish())
        #expect(rows.count == 5_001)
        #expect(rows[5_000].cells[7] == "cell 4999 7")
    }
}
