import CMinizip

@testable import Tables

/// A workbook put together by hand, so that it can be as wrong as a test needs it.
struct MadeWorkbook {
    var parts: [(name: String, text: String)]

    /// - Parameter sheet: what stands in `<sheetData>`.
    init(sheet: String, texts: [String] = [], styles: String = "", properties: String = "") {
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

    subscript(name: String) -> String {
        get { parts.first { $0.name == name }?.text ?? "" }
        set {
            guard let index = parts.firstIndex(where: { $0.name == name }) else {
                parts.append((name, newValue))
                return
            }
            parts[index].text = newValue
        }
    }

    var bytes: [UInt8] { Self.archive(parts.map { ($0.name, Array($0.text.utf8)) }) }

    /// Any names, in any order, also twice.
    static func archive(_ files: [(String, [UInt8])]) -> [UInt8] {
        let file = MemoryFile()
        var functions = file.functions
        let archive = zipOpen2_64("memory", APPEND_STATUS_CREATE, nil, &functions)
        for (name, bytes) in files {
            zipOpenNewFileInZip(archive, name, nil, nil, 0, nil, 0, nil, Z_DEFLATED, 9)
            zipWriteInFileInZip(archive, bytes, UInt32(bytes.count))
            zipCloseFileInZip(archive)
        }
        zipClose(archive, nil)
        return file.bytes
    }

    static func rows(of bytes: [UInt8], bounds: TableBounds = TableBounds()) throws(TableError) -> [TableRow]
    {
        var reader = try TableReader(bytes, bounds: bounds)
        var rows: [TableRow] = []
        while let row = try reader.nextRow() { rows.append(row) }
        return rows
    }
}
