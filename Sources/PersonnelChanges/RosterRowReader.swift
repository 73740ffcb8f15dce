import SiteModel
import Tables

/// Reads one row, cell by cell, and notes every error in it.
struct RosterRowReader {
    private(set) var errors = RosterIssues()
    /// Cells that are read as something else than they say.
    private(set) var remarks = RosterIssues()
    private let row: TableRow
    private let columns: [RosterColumn: Int]

    /// Rows are those of a spreadsheet, whose cells have names.
    private let isWorkbook: Bool

    init(row: TableRow, columns: [RosterColumn: Int], isWorkbook: Bool) {
        self.row = row
        self.columns = columns
        self.isWorkbook = isWorkbook
    }

    /// - Returns: nil when a cell has an error.
    mutating func read() -> RosterRow? {
        let name = required(.name) { cell throws(CellError) in try RosterCell.text(cell, limit: 50) }
        let number = required(.idNumber, RosterCell.idNumber)
        let team = required(.team) { cell throws(CellError) in try RosterCell.text(cell, limit: 100) }
        let idType = stated(.idType, RosterCell.idType)
        let employer = optional(.employer) { cell throws(CellError) in
            try RosterCell.text(cell, limit: 100)
        }
        let workType = optional(.workType) { cell throws(CellError) in
            try RosterCell.text(cell, limit: 50)
        }
        let phone = optional(.phone, RosterCell.phone)
        let card = card()
        let role = stated(.role, RosterCell.role)
        let joinedOn = stated(.joinedOn, RosterCell.date)
        let leftOn = optional(.leftOn, RosterCell.date)
        guard errors.isEmpty, let name, let number, let team else { return nil }
        var result = RosterRow(line: row.line, name: name, idNumber: number, team: team)
        result.idType = idType
        result.employer = employer
        result.workType = workType
        result.phone = phone
        result.card = card
        result.role = role
        result.joinedOn = joinedOn
        result.leftOn = leftOn
        return result
    }

    private mutating func card() -> Said<CardNumber> {
        let format = stated(.cardFormat) { cell throws(CellError) in try RosterCardFormat(reading: cell) }
        return optional(.cardNumber) { cell throws(CellError) in
            let text = CellText.digits(cell)
            guard !CellText.isScientific(text) else { throw RosterCell.scientific }
            guard case .value(let stated) = format else {
                return try RosterCardFormat(guessedFrom: text).number(reading: text, isStated: false)
            }
            return try stated.number(reading: text, isStated: true)
        }
    }

    private mutating func required<Value: Sendable & Hashable>(
        _ column: RosterColumn, _ read: (String) throws(CellError) -> Value
    ) -> Value? {
        let before = errors.count
        let said = stated(column, read)
        if case .value(let value) = said { return value }
        if errors.count == before { fail(column, "is empty") }
        return nil
    }

    /// A column whose value cannot be taken away, only replaced: a hyphen means nothing special there.
    private mutating func stated<Value: Sendable & Hashable>(
        _ column: RosterColumn, _ read: (String) throws(CellError) -> Value
    ) -> Said<Value> {
        guard let index = columns[column] else { return .nothing }
        let raw = row.cells[index - 1]
        let cell = CellText.trimmed(SpreadsheetGuard.unguarded(raw))
        guard !cell.isEmpty else { return .nothing }
        guard !cell.hasPrefix("=") || SpreadsheetGuard.isGuarded(raw) else {
            let place = TablePosition(line: row.line, column: index)
            let name = isWorkbook ? " (cell \(CellName.text(place)))" : ""
            fail(column, "is a formula\(name); only values are read")
            return .nothing
        }
        do throws(CellError) {
            let value = try read(cell)
            noteNormalised(cell, column)
            return .value(value)
        } catch {
            fail(column, error.message)
            return .nothing
        }
    }

    private mutating func optional<Value: Sendable & Hashable>(
        _ column: RosterColumn, _ read: (String) throws(CellError) -> Value
    ) -> Said<Value> {
        guard let index = columns[column] else { return .nothing }
        if CellText.halfWidth(CellText.trimmed(row.cells[index - 1])) == "-" { return .none }
        return stated(column, read)
    }

    /// Full-width digits, blanks and the apostrophe of a spreadsheet are taken out of what is a number or a
    /// date: the reader of the file should know.
    private mutating func noteNormalised(_ cell: String, _ column: RosterColumn) {
        guard column.isOfDigits, CellText.digits(cell) != cell else { return }
        remarks.append(
            RosterIssue(
                line: row.line, column: columns[column] ?? 0,
                message: "\(column.bothNames) was read without full-width characters, blanks and apostrophes")
        )
    }

    private mutating func fail(_ column: RosterColumn, _ words: String) {
        errors.append(
            RosterIssue(
                line: row.line, column: columns[column] ?? 0, message: "\(column.bothNames) \(words)"))
    }
}
