/// The parts of a workbook that are read whole before its sheet.
enum WorkbookParts {
    /// Reads a part to its end; false when there is none of that name.
    static func read(
        _ name: String, of archive: WorkbookArchive, with reader: any XMLPartReader
    ) throws(TableError) -> Bool {
        let stream = XMLStream(reader)
        do throws(WorkbookFault) {
            guard try archive.open(name) else { return false }
        } catch {
            throw .workbook(error)
        }
        while true {
            let piece = try nextPiece(of: archive)
            try stream.push(piece, isLast: piece.isEmpty)
            if piece.isEmpty { return true }
        }
    }

    static func nextPiece(of archive: WorkbookArchive) throws(TableError) -> ArraySlice<UInt8> {
        do throws(WorkbookFault) { return try archive.nextPiece() } catch { throw .workbook(error) }
    }
}

/// Which part is which: `_rels/.rels` and `xl/_rels/workbook.xml.rels` (ECMA-376 part 2, clause 9).
final class RelationshipsReader: XMLPartReader {
    /// More than any workbook has.
    private static let limit = 4_096

    private let folder: [Substring]
    private var targets: [(id: String, kind: String, part: String)] = []

    /// - Parameter folder: of the part whose relationships these are: relative targets begin there.
    init(folder: String) {
        self.folder = folder.split(separator: "/")
    }

    func start(_ name: String, _ attributes: XMLAttributes) throws(TableError) {
        guard name == "Relationship", attributes["TargetMode"] != "External", let id = attributes["Id"],
            let kind = attributes["Type"], let target = attributes["Target"]
        else { return }
        guard targets.count < Self.limit else { throw .workbook(.oddXML) }
        guard let part = resolved(target) else { return }
        targets.append((id, String(kind.split(separator: "/").last ?? ""), part))
    }

    func text(_ bytes: UnsafeBufferPointer<UInt8>) {}
    func end(_ name: String) {}

    /// `officeDocument`, `sharedStrings`, `styles`: the last part of the type, which differs between the two
    /// namespaces of the standard.
    func part(kind: String) -> String? { targets.first { $0.kind == kind }?.part }
    func part(id: String) -> String? { targets.first { $0.id == id && $0.kind == "worksheet" }?.part }

    /// Nil for what leads out of the archive.
    private func resolved(_ target: String) -> String? {
        var path = target.hasPrefix("/") ? [] : folder
        for segment in target.split(separator: "/") where segment != "." {
            guard segment == ".." else {
                path.append(segment)
                continue
            }
            guard path.popLast() != nil else { return nil }
        }
        return path.joined(separator: "/")
    }
}

/// `xl/workbook.xml`: the first sheet that can be seen, and where days are counted from.
final class WorkbookReader: XMLPartReader {
    private(set) var firstSheet: String?
    private(set) var is1904 = false

    func start(_ name: String, _ attributes: XMLAttributes) {
        switch name {
        case "workbookPr": is1904 = ["1", "true"].contains(attributes["date1904"] ?? "0")
        case "sheet" where firstSheet == nil && (attributes["state"] ?? "visible") == "visible":
            firstSheet = attributes["id"]
        default: break
        }
    }

    func text(_ bytes: UnsafeBufferPointer<UInt8>) {}
    func end(_ name: String) {}
}

/// `xl/sharedStrings.xml`: the texts that cells name by number. Phonetic readings are left out.
final class SharedTextsReader: XMLPartReader {
    private(set) var texts: [String] = []
    private let bounds: WorkbookBounds
    private let textByteCountLimit: Int
    private var collector = TextCollector()
    private var byteCount = 0

    init(bounds: WorkbookBounds, textByteCountLimit: Int) {
        self.bounds = bounds
        self.textByteCountLimit = textByteCountLimit
    }

    func start(_ name: String, _ attributes: XMLAttributes) throws(TableError) {
        if name == "si" {
            guard texts.count < bounds.textCount else {
                throw .workbook(.tooManyTexts(limit: bounds.textCount))
            }
            collector = TextCollector()
        }
        collector.start(name)
    }

    func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(TableError) {
        guard collector.take(bytes) else { return }
        byteCount += bytes.count
        guard collector.byteCount <= textByteCountLimit, byteCount <= bounds.textByteCount else {
            throw .workbook(.unpacksTooLarge(limitByteCount: bounds.textByteCount))
        }
    }

    func end(_ name: String) {
        collector.end(name)
        if name == "si" { texts.append(collector.text) }
    }
}

/// Collects what stands in `<t>`, runs of rich text joined, without phonetic readings (`<rPh>`).
struct TextCollector {
    private var bytes: [UInt8] = []
    private var isWithinText = false
    private var isWithinReading = false

    var byteCount: Int { bytes.count }

    mutating func start(_ name: String) {
        if name == "t" { isWithinText = true }
        if name == "rPh" { isWithinReading = true }
    }

    mutating func end(_ name: String) {
        if name == "t" { isWithinText = false }
        if name == "rPh" { isWithinReading = false }
    }

    /// Whether the bytes belong to the text.
    mutating func take(_ added: UnsafeBufferPointer<UInt8>) -> Bool {
        guard isWithinText, !isWithinReading else { return false }
        bytes.append(contentsOf: added)
        return true
    }

    /// `_x000D_` is how the format writes characters that XML does not have (ECMA-376 part 1, 22.9.2.19).
    var text: String {
        guard bytes.contains(UInt8(ascii: "_")) else { return String(decoding: bytes, as: UTF8.self) }
        var decoded = String.UnicodeScalarView()
        var rest = String(decoding: bytes, as: UTF8.self).unicodeScalars[...]
        while let first = rest.popFirst() {
            if first == "_", let code = Self.escape(rest), let scalar = UnicodeScalar(code) {
                decoded.append(scalar)
                rest = rest.dropFirst(6)
            } else {
                decoded.append(first)
            }
        }
        return String(decoded)
    }

    /// Of the six characters after the underscore: `x000D_`.
    private static func escape(_ text: Substring.UnicodeScalarView) -> UInt32? {
        let six = Array(text.prefix(6))
        guard six.count == 6, six[0] == "x", six[5] == "_" else { return nil }
        let digits = six[1..<5]
        guard digits.allSatisfy({ $0.isASCII && $0.properties.isASCIIHexDigit }) else { return nil }
        return UInt32(String(String.UnicodeScalarView(digits)), radix: 16)
    }
}
