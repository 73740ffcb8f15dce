import CMinizip
import Glibc

/// A workbook put together by hand, so that it can be as wrong as a test needs it.
public struct MadeWorkbook {
    public var parts: [(name: String, text: String)]

    /// - Parameter sheet: what stands in `<sheetData>`.
    public init(sheet: String, texts: [String] = [], styles: String = "", properties: String = "") {
        let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        let items = texts.map { "<si><t xml:space=\"preserve\">\($0)</t></si>" }.joined()
        parts = [
            (
                "_rels/.rels",
                """
                <Relationships><Relationship Id="r1" Type="\(kind)/officeDocument" Target="xl/workbook.xml"/>\
                </Relationships>
                """
            ),
            (
                "xl/workbook.xml",
                """
                <workbook xmlns:r="\(kind)">\(properties)<sheets><sheet name="甲" sheetId="1" r:id="r1"/>\
                </sheets></workbook>
                """
            ),
            (
                "xl/_rels/workbook.xml.rels",
                """
                <Relationships>\
                <Relationship Id="r1" Type="\(kind)/worksheet" Target="worksheets/sheet1.xml"/>\
                <Relationship Id="r2" Type="\(kind)/sharedStrings" Target="/xl/sharedStrings.xml"/>\
                <Relationship Id="r3" Type="\(kind)/styles" Target="styles.xml"/></Relationships>
                """
            ),
            ("xl/sharedStrings.xml", "<sst>\(items)</sst>"),
            ("xl/styles.xml", "<styleSheet>\(styles)</styleSheet>"),
            ("xl/worksheets/sheet1.xml", "<worksheet><sheetData>\(sheet)</sheetData></worksheet>"),
        ]
    }

    public subscript(name: String) -> String {
        get { parts.first { $0.name == name }?.text ?? "" }
        set {
            guard let index = parts.firstIndex(where: { $0.name == name }) else {
                parts.append((name, newValue))
                return
            }
            parts[index].text = newValue
        }
    }

    public var bytes: [UInt8] { Self.archive(parts.map { ($0.name, Array($0.text.utf8)) }) }

    /// Any names, in any order, also twice.
    public static func archive(_ files: [(String, [UInt8])]) -> [UInt8] {
        var path = Array("\(P_tmpdir)/muster-workbook-\(String(repeating: "X", count: 6))".utf8CString)
        let descriptor = mkstemp(&path)
        precondition(descriptor >= 0, "no temporary file")
        defer { close(descriptor) }
        let archive = zipOpen(path, APPEND_STATUS_CREATE)
        unlink(path)
        for (name, bytes) in files {
            zipOpenNewFileInZip(archive, name, nil, nil, 0, nil, 0, nil, Z_DEFLATED, 9)
            zipWriteInFileInZip(archive, bytes, UInt32(bytes.count))
            zipCloseFileInZip(archive)
        }
        zipClose(archive, nil)
        return read(descriptor)
    }

    private static func read(_ descriptor: Int32) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Int(lseek(descriptor, 0, SEEK_END)))
        let taken = pread(descriptor, &bytes, bytes.count, 0)
        precondition(taken == bytes.count, "the archive was cut")
        return bytes
    }
}
