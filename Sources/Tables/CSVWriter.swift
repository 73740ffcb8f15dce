/// Writes a table of comma-separated values: UTF-8, CR LF, quotes where needed, cells made harmless for
/// spreadsheet programs (`SpreadsheetGuard`).
///
/// Reading the bytes with `CSVReader` and passing every cell through `SpreadsheetGuard.unguarded` gives the
/// same rows back. The caller keeps the table within `TableBounds` if it is to be read again.
public struct CSVWriter: Sendable {
    public private(set) var bytes: [UInt8]

    /// - Parameter byteOrderMark: Excel takes a file without it for the system's old encoding.
    public init(byteOrderMark: Bool = true) {
        bytes = byteOrderMark ? [0xEF, 0xBB, 0xBF] : []
    }

    public mutating func append(_ cells: [String]) {
        for (index, cell) in cells.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            append(cell: SpreadsheetGuard.guarded(cell), isOnly: cells.count == 1)
        }
        bytes.append(contentsOf: [0x0D, 0x0A])
    }

    /// An empty cell that is the only one of its row is quoted, or the row would be a blank line; so are
    /// spaces at either end, which other readers drop.
    private mutating func append(cell: String, isOnly: Bool) {
        let text = cell.utf8
        let needsQuotes =
            (isOnly && text.isEmpty) || text.first == 0x20 || text.last == 0x20
            || text.contains { Self.special.contains($0) }
        guard needsQuotes else {
            bytes.append(contentsOf: text)
            return
        }
        bytes.append(UInt8(ascii: "\""))
        for byte in text {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static let special: [UInt8] = Array("\",;\t\r\n".utf8)
}

/// Keeps a spreadsheet program from running a cell as a formula.
///
/// A cell is dangerous when it starts with `=`, `+`, `-`, `@`, their full-width forms, tab, CR or LF, be it
/// behind apostrophes. Rule: a dangerous cell gets one more apostrophe in front when written, and loses one
/// when read; any other cell stays as it is. So every text, also one that starts with an apostrophe of its
/// own, comes back as it was.
public enum SpreadsheetGuard {
    public static func guarded(_ cell: String) -> String {
        isDangerous(cell) ? "'" + cell : cell
    }

    public static func unguarded(_ cell: String) -> String {
        isGuarded(cell) ? String(cell.unicodeScalars.dropFirst()) : cell
    }

    /// The cell was written so on purpose: it is text, whatever it looks like.
    public static func isGuarded(_ cell: String) -> Bool {
        cell.utf8.first == UInt8(ascii: "'") && isDangerous(cell)
    }

    private static func isDangerous(_ cell: String) -> Bool {
        switch cell.unicodeScalars.first(where: { $0 != "'" }) {
        case "=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠": true
        default: false
        }
    }
}
