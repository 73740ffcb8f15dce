import SiteModel
import Tables

/// A roster file read in itself: sound rows, or errors with line and column. What the ledger says of these
/// workers is the business of `RosterDiff`.
///
/// - CSV in any of our encodings or .xlsx, told by content (`TableReader`). In .xlsx the line is the number
///   of the row, and a formula is named by its cell (`B7`).
/// - First row: names of columns, Chinese or English, in any order (`RosterColumn`). An unknown name, a name
///   twice, or a required one missing ends the reading.
/// - Rows without any content are passed over. One with fewer cells than the header was cut: an error.
/// - A cell that starts with `=` is a formula and refused; with an apostrophe before it, it is text
///   (`SpreadsheetGuard`).
/// - Digits may be full-width, dates as `RosterCell.date` says, cards as `RosterCardFormat` says.
/// - The same ID number or card twice in a file is an error that names both lines.
public struct RosterFile: Sendable {
    /// Rows without any error of their own, in file order.
    public private(set) var rows: [RosterRow] = []
    public private(set) var errors = RosterIssues()
    /// Cells that were read as something else than they say.
    public private(set) var remarks = RosterIssues()
    /// Number of the cell that holds a column, from 1.
    private var columns: [RosterColumn: Int] = [:]
    /// Indices of the cells whose header is empty.
    private var unheaded: [Int] = []
    private var isWorkbook = false
    private var linesOfIDNumbers: [IDNumber: Int] = [:]
    private var linesOfCards: [CardNumber: Int] = [:]

    public init(_ bytes: [UInt8]) {
        do throws(TableError) {
            var reader = try TableReader(bytes)
            isWorkbook = reader.kind == .xlsx
            var header: TableRow?
            while let row = try reader.nextRow() {
                guard row.cells.contains(where: { !CellText.trimmed($0).isEmpty }) else { continue }
                if let header {
                    read(row, width: header.cells.count)
                } else {
                    readHeader(row)
                    guard errors.isEmpty else { return }
                    header = row
                }
            }
            if header == nil || (rows.isEmpty && errors.isEmpty) {
                errors.append(RosterIssue(line: 0, column: 0, message: "the file has no rows of workers"))
            }
        } catch {
            errors.append(RosterIssue(error))
        }
    }

    /// The cell of a column, for remarks; 0 when the file does not have it.
    func cellNumber(of column: RosterColumn) -> Int { columns[column] ?? 0 }

    private mutating func readHeader(_ row: TableRow) {
        let found = row.cells.map(RosterColumn.init(header:))
        guard found.contains(where: { $0 != nil }) else {
            let known = RosterColumn.required.map(\.bothNames).joined(separator: ", ")
            fail(row, 0, "the first row must name the columns; none of its cells does. Required: \(known)")
            return
        }
        // Where numbers of a worker stand, their name may stand too: nothing of such a row is repeated.
        let isShowable = !row.cells.contains {
            $0.unicodeScalars.count { $0.properties.numericType != nil } > 5
        }
        for (index, column) in found.enumerated() {
            if let column {
                if let first = columns[column] {
                    fail(row, index + 1, "\(column.bothNames) stands in column \(first) already")
                }
                columns[column] = columns[column] ?? index + 1
            } else if CellText.trimmed(row.cells[index]).isEmpty {
                unheaded.append(index)
            } else {
                fail(row, index + 1, isShowable ? Self.unknownHeader(row.cells[index]) : "unknown header")
            }
        }
        for column in RosterColumn.required where columns[column] == nil {
            fail(row, 0, "there is no column \(column.bothNames)")
        }
    }

    private static func unknownHeader(_ cell: String) -> String {
        let text = CellText.trimmed(cell)
        let hint = RosterColumn.nearest(toHeader: text).map { "; is it \($0.bothNames)?" } ?? ""
        let isSound = text.count <= 24 && !CellText.hasInvisibleCharacter(text)
        return isSound ? "unknown header “\(text)”\(hint)" : "unknown header\(hint)"
    }

    private mutating func read(_ row: TableRow, width: Int) {
        guard row.cells.count >= width else {
            fail(row, 0, "the row has \(row.cells.count) cells, the header \(width)")
            return
        }
        for index in unheaded + Array(width..<row.cells.count)
        where !CellText.trimmed(row.cells[index]).isEmpty {
            fail(row, index + 1, "no header above this cell")
        }
        var reader = RosterRowReader(row: row, columns: columns, isWorkbook: isWorkbook)
        let read = reader.read()
        errors.append(contentsOf: reader.errors)
        remarks.append(contentsOf: reader.remarks)
        guard let read else { return }
        if noteFirst(read) { rows.append(read) }
    }

    /// False when the row repeats a number of an earlier one.
    private mutating func noteFirst(_ row: RosterRow) -> Bool {
        if let first = linesOfIDNumbers[row.idNumber] {
            fail(row, .idNumber, "is that of line \(first) again")
            return false
        }
        linesOfIDNumbers[row.idNumber] = row.line
        guard case .value(let card) = row.card else { return true }
        if let first = linesOfCards[card] {
            fail(row, .cardNumber, "is that of line \(first) again")
            return false
        }
        linesOfCards[card] = row.line
        return true
    }

    private mutating func fail(_ row: RosterRow, _ column: RosterColumn, _ words: String) {
        errors.append(
            RosterIssue(
                line: row.line, column: cellNumber(of: column), message: "\(column.bothNames) \(words)"))
    }

    private mutating func fail(_ row: TableRow, _ column: Int, _ message: String) {
        errors.append(RosterIssue(line: row.line, column: column, message: message))
    }
}
