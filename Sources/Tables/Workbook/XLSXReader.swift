/// Reads the first visible sheet of an .xlsx file (ECMA-376) row by row, cells as a CSV export of the same
/// sheet would have them.
///
/// - Line: the number of the row as the program shows it. Blank rows are not given.
/// - Text: as it stands, made harmless as `CSVWriter` does (`SpreadsheetGuard.unguarded` undoes it).
/// - Numbers: as a person sees them (`CellStyle`), dates as `2026-11-21`, times behind them.
/// - Formulas: the cell is `=` and the value it last had, which no text cell is: for the caller to refuse.
/// - Rows are filled with empty cells to the width of the first.
/// - Bound: `TableBounds` for the table, `WorkbookBounds` for what it unpacks to, each breach a `TableError`.
///   The sheet is unpacked in pieces of 64 KiB; shared texts are held whole.
public final class XLSXReader {
    private let archive: WorkbookArchive
    private let sheet: SheetReader
    private let stream: XMLStream
    /// Read and not yet given, the next one last.
    private var waiting: [TableRow] = []
    private var isExhausted = false

    public init(
        _ bytes: [UInt8], bounds: TableBounds = TableBounds(), workbook: WorkbookBounds = WorkbookBounds()
    ) throws(TableError) {
        guard bytes.count <= bounds.fileByteCount else {
            throw .fileTooLarge(limitByteCount: bounds.fileByteCount)
        }
        let archive: WorkbookArchive
        do throws(WorkbookFault) {
            archive = try WorkbookArchive(bytes, bounds: workbook)
        } catch {
            throw .workbook(error)
        }
        self.archive = archive
        let (book, part) = try Self.book(of: archive, bounds: bounds, workbook: workbook)
        sheet = SheetReader(book, bounds: bounds)
        stream = XMLStream(sheet)
        do throws(WorkbookFault) {
            guard try archive.open(part) else { throw WorkbookFault.noSheet }
        } catch {
            throw .workbook(error)
        }
    }

    /// - Returns: the next row that is not blank; nil at the end.
    /// - Throws: `TableError`; the reader is then at its end.
    public func nextRow() throws(TableError) -> TableRow? {
        while waiting.isEmpty {
            guard !isExhausted else { return nil }
            do throws(TableError) {
                try readPiece()
            } catch {
                isExhausted = true
                throw error
            }
        }
        return waiting.removeLast()
    }

    private func readPiece() throws(TableError) {
        let piece = try WorkbookParts.nextPiece(of: archive)
        try stream.push(piece, isLast: piece.isEmpty)
        isExhausted = piece.isEmpty
        guard !isExhausted || sheet.isAtEnd else { throw .workbook(.noSheet) }
        waiting = sheet.takeRows().reversed()
    }

    /// Everything that stands before the sheet, and the sheet's part.
    private static func book(
        of archive: WorkbookArchive, bounds: TableBounds, workbook: WorkbookBounds
    ) throws(TableError) -> (SheetReader.Book, sheet: String) {
        let root = RelationshipsReader(folder: "")
        guard try WorkbookParts.read("_rels/.rels", of: archive, with: root),
            let main = root.part(kind: "officeDocument")
        else { throw .workbook(.notAWorkbook) }
        let (folder, name) = split(main)
        let relationships = RelationshipsReader(folder: folder)
        let contents = WorkbookReader()
        guard main.lowercased().hasSuffix(".xml"),
            try WorkbookParts.read(main, of: archive, with: contents),
            try WorkbookParts.read("\(folder)_rels/\(name).rels", of: archive, with: relationships)
        else { throw .workbook(.notAWorkbook) }
        guard let sheet = contents.firstSheet.flatMap(relationships.part(id:)), archive.contains(sheet) else {
            throw .workbook(.noSheet)
        }
        let texts = SharedTextsReader(bounds: workbook, textByteCountLimit: bounds.rowByteCount)
        if let part = relationships.part(kind: "sharedStrings") {
            _ = try WorkbookParts.read(part, of: archive, with: texts)
        }
        let styles = StylesReader()
        if let part = relationships.part(kind: "styles") {
            _ = try WorkbookParts.read(part, of: archive, with: styles)
        }
        return (
            SheetReader.Book(texts: texts.texts, styles: styles.styles, is1904: contents.is1904), sheet
        )
    }

    /// `xl/workbook.xml` as `xl/` and `workbook.xml`.
    private static func split(_ part: String) -> (folder: String, name: String) {
        guard let slash = part.lastIndex(of: "/") else { return ("", part) }
        return (String(part[...slash]), String(part[part.index(after: slash)...]))
    }
}

/// Reads a table whatever kind of file it stands in: told by its first bytes, never by its name.
public struct TableReader {
    public enum Kind: String, Sendable, Hashable {
        case csv = "CSV"
        case xlsx
    }

    private enum Reader {
        case csv(CSVReader)
        case xlsx(XLSXReader)
    }

    private var reader: Reader

    public init(_ bytes: [UInt8], bounds: TableBounds = TableBounds()) throws(TableError) {
        // A ZIP archive without any file says PK\u{5}\u{6}; an OLE container is the old .xls.
        if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) || bytes.starts(with: [0x50, 0x4B, 0x05, 0x06]) {
            reader = .xlsx(try XLSXReader(bytes, bounds: bounds))
        } else if bytes.starts(with: [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) {
            throw .workbook(.oldOrEncrypted)
        } else {
            reader = .csv(try CSVReader(bytes, bounds: bounds))
        }
    }

    public var kind: Kind {
        switch reader {
        case .csv: .csv
        case .xlsx: .xlsx
        }
    }

    /// - Returns: the next row; nil at the end.
    /// - Throws: `TableError`; the reader is then at its end.
    public mutating func nextRow() throws(TableError) -> TableRow? {
        switch reader {
        case .csv(var csv):
            // Taken out first, so that the text is not copied with every row.
            defer { reader = .csv(csv) }
            return try csv.nextRow()
        case .xlsx(let xlsx): return try xlsx.nextRow()
        }
    }
}
