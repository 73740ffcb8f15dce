/// Why an .xlsx file cannot be read. Numbers count the parts of the file from 1; names are not repeated: they
/// may be made to harm a terminal.
public enum WorkbookFault: Error, Equatable, Sendable {
    /// An OLE container: the old .xls, or an .xlsx behind a password.
    case oldOrEncrypted
    /// A ZIP archive that is no .xlsx: another office format, or anything at all.
    case notAWorkbook
    /// The archive is cut off or damaged; `code` is minizip's.
    case damagedArchive(code: Int32)
    /// A part is encrypted or packed by a method other than *stored* and *deflated*.
    case methodUnknown(part: Int)
    /// A part's name leads out of the archive, holds what no name holds, or stands there twice.
    case nameRefused(part: Int)
    case tooManyParts(limit: Int)
    /// All that is read of it unpacks to more than this.
    case unpacksTooLarge(limitByteCount: Int)
    /// A part unpacks to so many times its packed size that it was made to harm.
    case packedTooDensely(limitRatio: Int)
    case tooManyTexts(limit: Int)
    /// A part is no well-formed XML; `code` is expat's.
    case damagedPart(code: Int32)
    /// A part brings its own grammar (DOCTYPE), which no workbook has: entities that expand without end.
    case doctype
    /// One tag, comment or nesting beyond what any workbook has.
    case oddXML
    /// The workbook has no sheet that can be seen.
    case noSheet
    /// Rows or cells do not stand in order, or a cell names a text or place that does not exist.
    case damagedSheet
}

extension WorkbookFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .oldOrEncrypted:
            "the workbook is an old .xls or has a password; save it as .xlsx without a password"
        case .notAWorkbook: "the file is a ZIP archive but no .xlsx workbook; save it as .xlsx or CSV"
        case .damagedArchive: "the workbook is cut off or damaged; save it again"
        case .methodUnknown(let part):
            "part \(part) of the workbook is encrypted, or packed in a way that is not read here"
        case .nameRefused(let part): "the name of part \(part) of the workbook is not allowed there"
        case .tooManyParts(let limit): "the workbook has more than \(limit) parts"
        case .unpacksTooLarge(let limit): "the workbook unpacks to more than \(limit >> 20) MiB; split it"
        case .packedTooDensely(let limit):
            "the workbook unpacks to more than \(limit) times its size, as only one made to harm does"
        case .tooManyTexts(let limit): "the workbook holds more than \(limit) texts; split it"
        case .damagedPart(let code): "the workbook is damaged (XML error \(code)); save it again"
        case .doctype: "the workbook declares entities of its own, as only one made to harm does"
        case .oddXML: "the workbook holds XML that no spreadsheet program writes"
        case .noSheet: "the workbook has no visible sheet"
        case .damagedSheet: "the first sheet is damaged at this place; save the workbook again"
        }
    }
}

/// How much an .xlsx file may hold beside the bounds of its table.
public struct WorkbookBounds: Sendable, Hashable {
    public var partCount: Int
    /// Of all parts that are read.
    public var unpackedByteCount: Int
    /// Looked at beyond 4 MiB: a sheet of equal rows may pack 1 to 100, zeros pack 1 to 1,000.
    public var packingRatio: Int
    /// Of shared texts.
    public var textCount: Int
    public var textByteCount: Int

    public init(
        partCount: Int = 1_024, unpackedByteCount: Int = 512 << 20, packingRatio: Int = 300,
        textCount: Int = 2_000_000, textByteCount: Int = 128 << 20
    ) {
        self.partCount = partCount
        self.unpackedByteCount = unpackedByteCount
        self.packingRatio = packingRatio
        self.textCount = textCount
        self.textByteCount = textByteCount
    }
}
