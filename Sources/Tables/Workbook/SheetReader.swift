/// `xl/worksheets/sheet1.xml`: makes rows of cells (ECMA-376 part 1, 18.3).
///
/// Rows and cells that say nothing are left out, so a table whose formatting runs on to the last column costs
/// nothing. Rows and columns must ascend, as the standard demands.
final class SheetReader: XMLPartReader {
    /// Complete rows that nobody has taken yet.
    private var rows: [TableRow] = []
    private(set) var isAtEnd = false

    private let book: Book
    private let bounds: TableBounds
    private var rowNumber = 0
    private var rowCount = 0
    private var rowByteCount = 0
    private var column = 0
    private var cells: [String] = []
    private var cell = Cell()
    /// Cells of the first row: every row is filled up to it, since programs leave out blank ones at the end.
    private var width = 0

    /// What cells refer to.
    struct Book {
        var texts: [String] = []
        var styles: [CellStyle] = []
        var is1904 = false
    }

    /// The cell being read.
    private struct Cell {
        var kind = "n"
        var style = 0
        var isFormula = false
        var value: [UInt8] = []
        var inline = TextCollector()
        var element = ""
    }

    init(_ book: Book, bounds: TableBounds) {
        self.book = book
        self.bounds = bounds
    }

    func takeRows() -> [TableRow] {
        defer { rows.removeAll(keepingCapacity: true) }
        return rows
    }

    func start(_ name: String, _ attributes: XMLAttributes) throws(TableError) {
        switch name {
        case "row": try beginRow(attributes["r"])
        case "c": try beginCell(attributes)
        case "f": cell.isFormula = true
        case "sheetData": rowNumber = 0
        default: cell.inline.start(name)
        }
        cell.element = name
    }

    func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(TableError) {
        guard column > 0 else { return }
        if cell.element == "v" {
            cell.value.append(contentsOf: bytes)
        } else if !cell.inline.take(bytes) {
            return
        }
        guard cell.value.count + cell.inline.byteCount <= bounds.rowByteCount else {
            throw .rowTooLong(position, limitByteCount: bounds.rowByteCount)
        }
    }

    func end(_ name: String) throws(TableError) {
        switch name {
        case "c":
            try endCell()
        case "row":
            try endRow()
        case "sheetData": isAtEnd = true
        default: cell.inline.end(name)
        }
        cell.element = ""
    }

    private var position: TablePosition { TablePosition(line: max(1, rowNumber), column: max(1, column)) }

    private func beginRow(_ number: String?) throws(TableError) {
        let next = number.map { Int($0) ?? 0 } ?? rowNumber + 1
        guard next > rowNumber, next <= 1_048_576 else { throw .workbook(.damagedSheet) }
        rowNumber = next
        (column, rowByteCount) = (0, 0)
        cells.removeAll(keepingCapacity: true)
    }

    private func beginCell(_ attributes: XMLAttributes) throws(TableError) {
        let next = attributes["r"].map { CellName.column(of: $0) ?? 0 } ?? column + 1
        guard rowNumber > 0, next > column, next <= CellName.columnLimit else {
            throw .workbook(.damagedSheet)
        }
        column = next
        cell = Cell()
        cell.kind = attributes["t"] ?? "n"
        cell.style = attributes["s"].flatMap { Int($0) } ?? 0
    }

    private func endCell() throws(TableError) {
        let text = try text(of: cell)
        guard !text.isEmpty else { return }
        guard column <= bounds.columnCount else { throw .tooManyColumns(position, limit: bounds.columnCount) }
        rowByteCount += text.utf8.count
        guard rowByteCount <= bounds.rowByteCount else {
            throw .rowTooLong(position, limitByteCount: bounds.rowByteCount)
        }
        while cells.count < column - 1 { cells.append("") }
        cells.append(text)
    }

    private func endRow() throws(TableError) {
        defer { column = 0 }
        guard !cells.isEmpty else { return }
        rowCount += 1
        guard rowCount <= bounds.rowCount else {
            throw .tooManyRows(TablePosition(line: rowNumber, column: 1), limit: bounds.rowCount)
        }
        if width == 0 { width = cells.count }
        while cells.count < width { cells.append("") }
        rows.append(TableRow(line: rowNumber, cells: cells))
    }

    private func text(of cell: Cell) throws(TableError) -> String {
        let value = String(decoding: cell.value, as: UTF8.self)
        // An error value (#REF!) is what a formula came to.
        guard !cell.isFormula, cell.kind != "e" else { return "=" + (value.isEmpty ? "0" : value) }
        switch cell.kind {
        case "s":
            guard !value.isEmpty else { return "" }
            guard let number = Int(value), book.texts.indices.contains(number) else {
                throw .workbook(.damagedSheet)
            }
            return SpreadsheetGuard.guarded(book.texts[number])
        case "inlineStr": return SpreadsheetGuard.guarded(cell.inline.text)
        case "str": return SpreadsheetGuard.guarded(value)
        case "b": return value.isEmpty ? "" : value == "1" ? "TRUE" : "FALSE"
        case "d": return value.hasSuffix("T00:00:00") ? String(value.dropLast(9)) : value
        default:
            guard !value.isEmpty else { return "" }
            let style = book.styles.indices.contains(cell.style) ? book.styles[cell.style] : .general
            return style.text(of: value, is1904: book.is1904)
        }
    }
}

/// `AB12`: how a spreadsheet names its cells.
public enum CellName {
    /// XFD.
    static let columnLimit = 16_384

    /// - Returns: the column, from 1; nil when the text is no such name.
    static func column(of name: String) -> Int? {
        var column = 0
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): column = column * 26 + Int(byte) - 64
            case UInt8(ascii: "0")...UInt8(ascii: "9"): return column > 0 ? column : nil
            default: return nil
            }
            guard column <= columnLimit else { return nil }
        }
        return nil
    }

    public static func text(_ position: TablePosition) -> String {
        var letters = ""
        var rest = position.column
        while rest > 0 {
            letters = String(UnicodeScalar(UInt8(65 + (rest - 1) % 26))) + letters
            rest = (rest - 1) / 26
        }
        return letters + String(position.line)
    }
}
