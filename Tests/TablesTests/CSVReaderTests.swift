import Tables
import Testing

private func rows(_ bytes: [UInt8], bounds: TableBounds = TableBounds()) throws(TableError) -> [TableRow] {
    var reader = try CSVReader(bytes, bounds: bounds)
    var rows: [TableRow] = []
    while let row = try reader.nextRow() { rows.append(row) }
    return rows
}

private func failure(_ bytes: [UInt8], bounds: TableBounds = TableBounds()) -> TableError? {
    do throws(TableError) {
        _ = try rows(bytes, bounds: bounds)
        return nil
    } catch {
        return error
    }
}

private func at(_ line: Int, _ column: Int) -> TablePosition { TablePosition(line: line, column: column) }

struct Reading: Sendable, CustomTestStringConvertible {
    let says: String
    let text: String
    let expected: [[String]]
    var lines: [Int]?

    var testDescription: String { says }

    static let all = [
        Reading(says: "an empty file has no rows", text: "", expected: []),
        Reading(says: "a row without a line end", text: "a,b", expected: [["a", "b"]]),
        Reading(says: "a line end does not begin a row", text: "a,b\r\n", expected: [["a", "b"]]),
        Reading(
            says: "CR LF, LF and CR mixed", text: "a\r\nb\nc\rd\r\n", expected: [["a"], ["b"], ["c"], ["d"]],
            lines: [1, 2, 3, 4]),
        Reading(
            says: "a blank line is one empty cell", text: "a\n\n\r\nb", expected: [["a"], [""], [""], ["b"]],
            lines: [1, 2, 3, 4]),
        Reading(says: "empty cells at both ends", text: ",a,\n", expected: [["", "a", ""]]),
        Reading(
            says: "rows of different length", text: "a,b\nc\nd,e,f",
            expected: [
                ["a", "b"], ["c"], ["d", "e", "f"],
            ]),
        Reading(says: "spaces belong to the cell", text: " a , b ", expected: [[" a ", " b "]]),
        Reading(says: "quotes around separators", text: "\"a,b\",c", expected: [["a,b", "c"]]),
        Reading(says: "doubled quotes", text: "\"a \"\"b\"\"\",\"\"\"\"", expected: [["a \"b\"", "\""]]),
        Reading(says: "an empty quoted cell", text: "\"\"\n\"\",\"\"", expected: [[""], ["", ""]]),
        Reading(
            says: "line ends inside quotes are kept and counted", text: "\"a\r\nb\rc\n\",d\ne",
            expected: [["a\r\nb\rc\n", "d"], ["e"]], lines: [1, 5]),
        Reading(
            says: "tabs when there is no comma", text: "a\tb;c\nd,e\tf",
            expected: [
                ["a", "b;c"], ["d,e", "f"],
            ]),
        Reading(
            says: "semicolons when there is neither", text: "a;b\nc,d;e",
            expected: [
                ["a", "b"], ["c,d", "e"],
            ]),
        Reading(
            says: "a separator inside quotes does not count", text: "\"a,b\"\tc", expected: [["a,b", "c"]]),
        Reading(says: "the first row decides", text: "a\nb;c\td,e", expected: [["a"], ["b;c\td", "e"]]),
    ]
}

@Test(arguments: Reading.all)
func aTableIsReadAsItStands(_ row: Reading) throws {
    let read = try rows(Array(row.text.utf8))
    #expect(read.map(\.cells) == row.expected)
    if let lines = row.lines { #expect(read.map(\.line) == lines) }
}

struct Refusal: Sendable, CustomTestStringConvertible {
    let says: String
    let bytes: [UInt8]
    let expected: TableError?

    var testDescription: String { says }

    init(_ says: String, _ bytes: [UInt8], _ expected: TableError?) {
        self.says = says
        self.bytes = bytes
        self.expected = expected
    }

    init(_ says: String, _ text: String, _ expected: TableError?) {
        self.init(says, Array(text.utf8), expected)
    }

    /// Files of at most 100 bytes, rows of at most 20, 3 rows, 4 columns.
    static let bounds = TableBounds(fileByteCount: 100, rowByteCount: 20, rowCount: 3, columnCount: 4)

    static let all = [
        Refusal(
            "100 bytes are a file", String(repeating: "1\n", count: 50), .tooManyRows(at(4, 1), limit: 3)),
        Refusal("101 bytes are not", [UInt8](repeating: 10, count: 101), .fileTooLarge(limitByteCount: 100)),
        Refusal("20 bytes with the line end are a row", "1234567890123456789\n", nil),
        Refusal("21 are not", "12345678901234567890\n", .rowTooLong(at(1, 1), limitByteCount: 20)),
        Refusal("20 bytes without a line end", "12345678901234567890", nil),
        Refusal(
            "a long row names its cell", "a\nb,12345678901234567890",
            .rowTooLong(at(2, 2), limitByteCount: 20)),
        Refusal(
            "an open quote stops at the row bound", "a,\"b\nccccccccccccccccccccccccccccccccccc",
            .rowTooLong(at(1, 2), limitByteCount: 20)),
        Refusal("3 rows", "1\n2\n3\n", nil),
        Refusal("4 rows", "1\n2\n3\n4", .tooManyRows(at(4, 1), limit: 3)),
        Refusal("4 columns", "1,2,3,4", nil),
        Refusal("5 columns", "x\n1,2,3,4,", .tooManyColumns(at(2, 5), limit: 4)),
        Refusal("a quote never closed", "a\nb,\"c\n", .quoteNotClosed(at(2, 2))),
        Refusal("a quote inside a cell", "a,b\"c", .strayQuote(at(1, 2))),
        Refusal("text after a closing quote", "\"a\"b", .strayQuote(at(1, 1))),
        Refusal("a space after a closing quote", "x,\"a\" ,b", .strayQuote(at(1, 2))),
        Refusal("a zero byte", "a\nb\u{0},c", .zeroByte(at(2, 1))),
        Refusal("a zero byte in quotes", "a,\"\u{0}\"", .zeroByte(at(1, 2))),
        Refusal("UTF-16 without a mark", [0x61, 0, 0x2C, 0, 0x62, 0], .zeroByte(at(1, 1))),
        Refusal(
            "damaged UTF-8 behind a mark", [0xEF, 0xBB, 0xBF, 0x61, 0x0A, 0x62, 0x2C, 0xC3],
            .invalidText(at(2, 2), encoding: .utf8)),
        Refusal(
            "neither UTF-8 nor GB18030", [0x61, 0x0D, 0x0A, 0x62, 0x2C, 0xFF, 0x0A],
            .invalidText(at(2, 2), encoding: .gb18030)),
        Refusal("GB18030 cut in the middle", [0x61, 0x0A, 0xC3], .invalidText(at(2, 1), encoding: .gb18030)),
        Refusal(
            "half a UTF-16 unit", [0xFF, 0xFE, 0x61, 0, 0x62],
            .invalidText(at(1, 1), encoding: .utf16LittleEndian)),
        Refusal(
            "a lone high surrogate", [0xFE, 0xFF, 0, 0x61, 0, 0x0A, 0xD8, 0x3D],
            .invalidText(at(2, 1), encoding: .utf16BigEndian)),
        Refusal(
            "a lone low surrogate", [0xFF, 0xFE, 0x3D, 0xDC, 0x61, 0],
            .invalidText(at(1, 1), encoding: .utf16LittleEndian)),
        Refusal("UTF-32", [0xFF, 0xFE, 0, 0, 0x61, 0, 0, 0], .zeroByte(at(1, 1))),
    ]
}

@Test(arguments: Refusal.all)
func aBoundOrADamageIsNamedWithItsPlace(_ row: Refusal) {
    let found = failure(row.bytes, bounds: Refusal.bounds)
    #expect(found == row.expected)
    #expect(found?.position == row.expected?.position)
    #expect(found?.description.isEmpty != true)
}

@Test func afterAThrowTheReaderIsAtItsEnd() throws {
    var reader = try CSVReader(Array("a\"b\nc".utf8))
    #expect(throws: TableError.strayQuote(at(1, 1))) { try reader.nextRow() }
    #expect(try reader.nextRow() == nil)
}

@Test func theStandardBoundsHoldForALineOfManyMegabytes() {
    let line = [UInt8](repeating: UInt8(ascii: "x"), count: 8 << 20)
    #expect(failure(line) == .rowTooLong(at(1, 1), limitByteCount: 64 << 10))
    #expect(failure([UInt8](repeating: 10, count: (64 << 20) + 1)) == .fileTooLarge(limitByteCount: 64 << 20))
}

struct Encoded: Sendable, CustomTestStringConvertible {
    let encoding: TextEncoding
    let bytes: [UInt8]

    var testDescription: String { "\(encoding.rawValue), \(bytes.count) bytes" }

    /// `姓名,班组` CR LF `张三,木工` and, in the last two, `𠮷` of plane 2.
    static let text = "姓名,班组\r\n张三,木工"
    static let all = [
        Encoded(encoding: .utf8, bytes: Array(text.utf8)),
        Encoded(encoding: .utf8, bytes: [0xEF, 0xBB, 0xBF] + Array(text.utf8)),
        Encoded(
            encoding: .utf16LittleEndian,
            bytes: [0xFF, 0xFE] + text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }),
        Encoded(
            encoding: .utf16BigEndian,
            bytes: [0xFE, 0xFF] + text.utf16.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }),
        // GB 2312 code points of the same text: 姓 D0D5 名 C3FB 班 B0E0 组 D7E9 张 D5C5 三 C8FD 木 C4BE 工 B9A4.
        Encoded(
            encoding: .gb18030,
            bytes: [
                0xD0, 0xD5, 0xC3, 0xFB, 0x2C, 0xB0, 0xE0, 0xD7, 0xE9, 0x0D, 0x0A, 0xD5, 0xC5, 0xC8, 0xFD,
                0x2C, 0xC4, 0xBE, 0xB9, 0xA4,
            ]),
    ]
}

@Test(arguments: Encoded.all)
func everyEncodingOfOurSpreadsheetsReadsAlike(_ file: Encoded) throws {
    let reader = try CSVReader(file.bytes)
    #expect(reader.encoding == file.encoding)
    #expect(try rows(file.bytes).map(\.cells) == [["姓名", "班组"], ["张三", "木工"]])
}

/// GB18030 four-byte forms: 95 32 82 36 is U+20000 by the standard's linear table ((0x95 - 0x90) * 12600 +
/// 2 * 1260 + 1 * 10 + 6 = 65536); 㐀 of GBK's private neighbourhood is 81 39 EE 39.
@Test func charactersBeyondGBKComeThroughFourByteForms() throws {
    let read = try rows([0x95, 0x32, 0x82, 0x36, 0x2C, 0x81, 0x39, 0xEE, 0x39, 0x0A])
    #expect(read.map(\.cells) == [["\u{20000}", "\u{3400}"]])
}
