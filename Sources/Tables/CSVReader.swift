/// One row as it stands in the file.
public struct TableRow: Sendable, Hashable {
    /// The line on which the row begins, from 1.
    public let line: Int
    /// At least one; a blank line is one empty cell.
    public let cells: [String]

    public init(line: Int, cells: [String]) {
        self.line = line
        self.cells = cells
    }
}

/// Reads a table of comma-separated values row by row (RFC 4180), from any of our encodings.
///
/// - Line ends: CR LF, LF and CR, also mixed; inside quotes they belong to the cell. The last row needs none.
/// - Separator: the comma; when the first row has none outside quotes, the tab (Excel's "Unicode text") or
///   else the semicolon, if the first row has one.
/// - Quotes: only around a whole cell, doubled inside. Anything else is an error, never a guess.
/// - Nothing is dropped: spaces, blank lines and empty cells are given as they stand; rows may differ in
///   length.
/// - Bound: `TableBounds`, each breach a `TableError` with its place.
public struct CSVReader: Sendable {
    public let encoding: TextEncoding
    /// ASCII.
    public let separator: UInt8

    private let text: [UInt8]
    private let bounds: TableBounds
    private var offset: Int
    private var line = 1
    private var rowCount = 0

    public init(_ bytes: [UInt8], bounds: TableBounds = TableBounds()) throws(TableError) {
        guard bytes.count <= bounds.fileByteCount else {
            throw .fileTooLarge(limitByteCount: bounds.fileByteCount)
        }
        let decoded = try DecodedText(bytes)
        text = decoded.bytes
        offset = decoded.start
        encoding = decoded.encoding
        separator = Self.separator(in: decoded.bytes[decoded.start...], rowByteCount: bounds.rowByteCount)
        self.bounds = bounds
    }

    /// - Returns: the next row; nil at the end.
    /// - Throws: `TableError`; the reader is then at its end.
    public mutating func nextRow() throws(TableError) -> TableRow? {
        guard offset < text.count else { return nil }
        do throws(TableError) {
            rowCount += 1
            guard rowCount <= bounds.rowCount else {
                throw .tooManyRows(TablePosition(line: line, column: 1), limit: bounds.rowCount)
            }
            return try row()
        } catch {
            offset = text.count
            throw error
        }
    }

    private mutating func row() throws(TableError) -> TableRow {
        let firstLine = line
        let end = offset + bounds.rowByteCount
        var cells: [String] = []
        repeat {
            if !cells.isEmpty { offset += 1 }  // the separator that the cell before ended at
            let start = TablePosition(line: line, column: cells.count + 1)
            guard cells.count < bounds.columnCount else {
                throw .tooManyColumns(start, limit: bounds.columnCount)
            }
            let isQuoted = offset < text.count && text[offset] == Self.quote
            cells.append(try isQuoted ? quotedCell(at: start, end: end) : plainCell(at: start, end: end))
        } while offset < text.count && text[offset] == separator
        if offset < text.count { passLineEnd() }
        guard offset <= end else {
            throw .rowTooLong(
                TablePosition(line: firstLine, column: cells.count), limitByteCount: bounds.rowByteCount)
        }
        return TableRow(line: firstLine, cells: cells)
    }

    /// Stops at the separator, the line end or the end of the text.
    private mutating func plainCell(at start: TablePosition, end: Int) throws(TableError) -> String {
        let first = offset
        scan: while offset < text.count {
            switch text[offset] {
            case separator, Self.lineFeed, Self.carriageReturn: break scan
            case Self.quote: throw .strayQuote(start)
            case 0: throw .zeroByte(start)
            default: offset += 1
            }
            guard offset <= end else { throw .rowTooLong(start, limitByteCount: bounds.rowByteCount) }
        }
        return String(decoding: text[first..<offset], as: UTF8.self)
    }

    private mutating func quotedCell(at start: TablePosition, end: Int) throws(TableError) -> String {
        var content: [UInt8] = []
        offset += 1
        while offset < text.count {
            guard offset <= end else { throw .rowTooLong(start, limitByteCount: bounds.rowByteCount) }
            let byte = text[offset]
            switch byte {
            case Self.quote where offset + 1 < text.count && text[offset + 1] == Self.quote:
                content.append(byte)
                offset += 2
            case Self.quote:
                offset += 1
                guard isAtCellEnd else { throw .strayQuote(start) }
                return String(decoding: content, as: UTF8.self)
            case Self.lineFeed, Self.carriageReturn:
                let lineEnd = offset
                passLineEnd()
                content.append(contentsOf: text[lineEnd..<offset])
            case 0: throw .zeroByte(start)
            default:
                content.append(byte)
                offset += 1
            }
        }
        throw .quoteNotClosed(start)
    }

    private var isAtCellEnd: Bool {
        guard offset < text.count else { return true }
        return [separator, Self.lineFeed, Self.carriageReturn].contains(text[offset])
    }

    private mutating func passLineEnd() {
        let isPair =
            text[offset] == Self.carriageReturn && offset + 1 < text.count
            && text[offset + 1] == Self.lineFeed
        offset += isPair ? 2 : 1
        line += 1
    }

    private static func separator(in text: ArraySlice<UInt8>, rowByteCount: Int) -> UInt8 {
        var isQuoted = false
        var found: Set<UInt8> = []
        for byte in text.prefix(rowByteCount) {
            if byte == quote {
                isQuoted.toggle()
            } else if !isQuoted {
                if byte == lineFeed || byte == carriageReturn { break }
                found.insert(byte)
            }
        }
        let candidates = [UInt8(ascii: ","), UInt8(ascii: "\t"), UInt8(ascii: ";")]
        return candidates.first(where: found.contains) ?? candidates[0]
    }

    private static let quote = UInt8(ascii: "\"")
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")
}
