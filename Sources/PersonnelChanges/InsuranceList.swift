import SiteModel
import Tables

/// A list of insured persons as an insurer sends it: .xlsx or CSV, told by content.
///
/// - Header: the first of the first 20 rows that names both required columns; titles above it and columns of
///   other names are passed over.
/// - A row with a blank number and a blank name is passed over (totals, remarks).
/// - A number may stand on several rows, one for each period; under two names it is an error.
/// - A period without a beginning or an end is open there; both days belong to it.
struct InsuranceList: Sendable {
    struct Person: Sendable, Hashable {
        /// The first line with the number.
        let line: Int
        let name: String
        let number: IDNumber
        /// Days from and through, open where nil.
        var periods: [(from: CivilDate?, through: CivilDate?)]

        func isInsured(on day: CivilDate) -> Bool {
            periods.contains { ($0.from.map { $0 <= day } ?? true) && ($0.through.map { day <= $0 } ?? true) }
        }

        static func == (left: Person, right: Person) -> Bool { left.number == right.number }
        func hash(into hasher: inout Hasher) { hasher.combine(number) }
    }

    private(set) var persons: [Person] = []
    private(set) var errors = RosterIssues()
    private var places: [IDNumber: Int] = [:]
    private var columns: [Column: Int] = [:]

    private enum Column: CaseIterable {
        case name, number, from, through

        /// In lower case, without blanks.
        var headers: Set<String> {
            switch self {
            case .name: ["name", "姓名", "被保险人", "被保险人姓名", "人员姓名", "雇员姓名"]
            case .number:
                [
                    "id_number", "idnumber", "证件号码", "证件号", "身份证号", "身份证号码", "身份证", "被保险人证件号码",
                ]
            case .from: ["from", "start", "起保日期", "保险起期", "生效日期", "保险开始日期", "起始日期"]
            case .through: ["to", "until", "end", "止保日期", "终保日期", "保险止期", "失效日期", "保险结束日期", "终止日期"]
            }
        }

        var name: String {
            switch self {
            case .name: "姓名 (name)"
            case .number: "证件号码 (id_number)"
            case .from: "起保日期 (from)"
            case .through: "止保日期 (to)"
            }
        }
    }

    private static let headerRowLimit = 20

    init(_ bytes: [UInt8]) {
        do throws(TableError) {
            var reader = try TableReader(bytes)
            var rowCount = 0
            while let row = try reader.nextRow() {
                rowCount += 1
                if columns.isEmpty {
                    guard rowCount <= Self.headerRowLimit else { break }
                    readHeader(row)
                } else {
                    read(row)
                }
            }
            if columns.isEmpty {
                let names = "\(Column.name.name) and \(Column.number.name)"
                fail(line: 0, 0, "no row names the columns \(names)")
            } else if persons.isEmpty && errors.isEmpty {
                fail(line: 0, 0, "the list names nobody")
            }
        } catch {
            errors.append(RosterIssue(error))
        }
    }

    private mutating func readHeader(_ row: TableRow) {
        var found: [Column: Int] = [:]
        for (index, cell) in row.cells.enumerated() {
            let header = CellText.digits(CellText.trimmed(cell)).lowercased().filter { $0 != "*" }
            guard let column = Column.allCases.first(where: { $0.headers.contains(header) }) else { continue }
            found[column] = found[column] ?? index
        }
        if found[.name] != nil && found[.number] != nil { columns = found }
    }

    private mutating func read(_ row: TableRow) {
        let cells = [Column.name, .number].map { cell($0, of: row) }
        guard cells.contains(where: { !$0.isEmpty }) else { return }
        let before = errors.count
        let name = value(.name, of: row) { cell throws(CellError) in try RosterCell.text(cell, limit: 50) }
        let number = value(.number, of: row, RosterCell.idNumber)
        let from = cell(.from, of: row).isEmpty ? nil : value(.from, of: row, RosterCell.date)
        let through = cell(.through, of: row).isEmpty ? nil : value(.through, of: row, RosterCell.date)
        guard errors.count == before, let name, let number else { return }
        if let from, let through, through < from {
            return fail(line: row.line, column(.through), "\(Column.through.name) is before the beginning")
        }
        guard let place = places[number] else {
            places[number] = persons.count
            persons.append(
                Person(line: row.line, name: name, number: number, periods: [(from, through)]))
            return
        }
        guard persons[place].name == name else {
            let first = persons[place].line
            return fail(
                line: row.line, column(.number),
                "\(Column.number.name) is that of another name on line \(first)")
        }
        persons[place].periods.append((from, through))
    }

    private func column(_ column: Column) -> Int { (columns[column] ?? -1) + 1 }

    private func cell(_ column: Column, of row: TableRow) -> String {
        guard let index = columns[column], index < row.cells.count else { return "" }
        return CellText.trimmed(SpreadsheetGuard.unguarded(row.cells[index]))
    }

    private mutating func value<Value>(
        _ column: Column, of row: TableRow, _ read: (String) throws(CellError) -> Value
    ) -> Value? {
        let cell = cell(column, of: row)
        guard !cell.isEmpty else {
            fail(line: row.line, self.column(column), "\(column.name) is empty")
            return nil
        }
        let raw = columns[column].map { row.cells[$0] } ?? ""
        guard !cell.hasPrefix("=") || SpreadsheetGuard.isGuarded(raw) else {
            fail(line: row.line, self.column(column), "\(column.name) is a formula; only values are read")
            return nil
        }
        do throws(CellError) {
            return try read(cell)
        } catch {
            fail(line: row.line, self.column(column), "\(column.name) \(error.message)")
            return nil
        }
    }

    private mutating func fail(line: Int, _ column: Int, _ message: String) {
        errors.append(RosterIssue(line: line, column: column, message: message))
    }
}
