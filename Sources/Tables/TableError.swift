/// Where in a table: both count from 1. The line is that of the text file (a cell may span lines), the column
/// is the number of the cell in its row.
public struct TablePosition: Sendable, Hashable {
    public let line: Int
    public let column: Int

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

/// Why a table cannot be read. Nothing of the table may be used after a throw. No case carries content: cells
/// are personal data.
public enum TableError: Error, Equatable, Sendable {
    /// More bytes than a table may have. Split the file.
    case fileTooLarge(limitByteCount: Int)
    /// The text is neither UTF-8 nor UTF-16 with a byte order mark nor GB18030, or is damaged at this place.
    case invalidText(TablePosition, encoding: TextEncoding)
    /// A zero byte: no table has one. Often UTF-16 without its byte order mark.
    case zeroByte(TablePosition)
    /// A row is longer than a row may be; often a quote that is never closed.
    case rowTooLong(TablePosition, limitByteCount: Int)
    /// More rows than a table may have, the header counted.
    case tooManyRows(TablePosition, limit: Int)
    /// More cells in one row than a table may have.
    case tooManyColumns(TablePosition, limit: Int)
    /// A quote was opened here and the file ended inside it.
    case quoteNotClosed(TablePosition)
    /// A quote in the middle of a cell, or text after a closing quote (RFC 4180, section 2, rules 5 to 7).
    case strayQuote(TablePosition)
    /// The C library has no converter for GB18030. Install its conversion modules, or save as UTF-8.
    case converterMissing(code: Int32)
    /// It is a workbook that cannot or must not be read.
    case workbook(WorkbookFault)

    /// Nil where the whole file is meant.
    public var position: TablePosition? {
        switch self {
        case .fileTooLarge, .converterMissing, .workbook: nil
        case .invalidText(let position, _), .zeroByte(let position), .rowTooLong(let position, _),
            .tooManyRows(let position, _), .tooManyColumns(let position, _), .quoteNotClosed(let position),
            .strayQuote(let position):
            position
        }
    }
}

extension TableError: CustomStringConvertible {
    /// One sentence for the person who made the file, without the place.
    public var description: String {
        switch self {
        case .fileTooLarge(let limit): "the file is larger than \(limit / 1_048_576) MiB; split it"
        case .invalidText(_, let encoding):
            "the text is damaged here, or is not \(encoding.rawValue); save the file as UTF-8"
        case .zeroByte: "a zero byte; if the file is UTF-16, save it with a byte order mark, or as UTF-8"
        case .rowTooLong(_, let limit):
            "the row is longer than \(limit / 1_024) KiB; is a quote not closed?"
        case .tooManyRows(_, let limit): "more than \(limit) rows; split the file"
        case .tooManyColumns(_, let limit): "more than \(limit) columns"
        case .quoteNotClosed: "a quote is opened here and never closed"
        case .strayQuote: "a quote inside a cell: quote the whole cell and double the quotes inside it"
        case .converterMissing(let code):
            "this system cannot convert GB18030 (system error \(code)); save the file as UTF-8"
        case .workbook(let fault): fault.description
        }
    }
}

/// How much a table may hold. A file over a bound is refused whole.
public struct TableBounds: Sendable, Hashable {
    public var fileByteCount: Int
    /// Of one row as UTF-8, quotes, embedded line ends and its own line end included.
    public var rowByteCount: Int
    /// The header included.
    public var rowCount: Int
    public var columnCount: Int

    public init(
        fileByteCount: Int = 64 << 20, rowByteCount: Int = 64 << 10, rowCount: Int = 200_000,
        columnCount: Int = 64
    ) {
        self.fileByteCount = fileByteCount
        self.rowByteCount = rowByteCount
        self.rowCount = rowCount
        self.columnCount = columnCount
    }
}
