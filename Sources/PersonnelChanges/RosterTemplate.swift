import SiteModel
import Tables

/// The kinds of file that a roster is written as; both are read back.
public enum RosterFileFormat: String, Sendable, Hashable, CaseIterable {
    case csv
    case xlsx

    /// By the end of a file's name; nil for any other end.
    public init?(fileName: String) {
        guard let dot = fileName.lastIndex(of: ".") else { return nil }
        self.init(rawValue: fileName[fileName.index(after: dot)...].lowercased())
    }
}

/// An empty roster file to fill in: Chinese headers, the required ones with an asterisk.
///
/// As a workbook it brings lists to choose from, columns in which numbers stay text, and a second sheet that
/// explains every column in Chinese and English; import reads the first sheet alone.
public enum RosterTemplate {
    public static func file(_ format: RosterFileFormat) throws(PersonnelError) -> [UInt8] {
        switch format {
        case .csv: return csv
        case .xlsx:
            do throws(SheetWritingError) { return try xlsx() } catch { throw .workbook("\(error)") }
        }
    }

    private static var csv: [UInt8] {
        var writer = CSVWriter()
        writer.append(RosterColumn.allCases.map(\.templateHeader))
        return writer.bytes
    }

    private static func xlsx() throws(SheetWritingError) -> [UInt8] {
        let writer = try XLSXWriter()
        try writer.beginSheet(
            "花名册",
            columns: RosterColumn.allCases.map { column in
                var sheetColumn = column.sheetColumn(.chinese)
                sheetColumn.header = column.templateHeader
                sheetColumn.isRequired = RosterColumn.required.contains(column)
                sheetColumn.choices = column.choices
                return sheetColumn
            })
        try writer.beginSheet(
            "填写说明 Instructions",
            columns: [
                SheetColumn("列 Column", width: 24), SheetColumn("必填 Required", width: 14),
                SheetColumn("说明", width: 56), SheetColumn("In English", width: 70),
            ])
        for column in RosterColumn.allCases {
            let isRequired = RosterColumn.required.contains(column)
            let (chinese, english) = column.guide
            try writer.append([
                .text(column.bothNames), .text(isRequired ? "是 yes" : "否 no"), .text(chinese), .text(english),
            ])
        }
        for (chinese, english) in rules {
            try writer.append([.text("规则 Rule"), .blank, .text(chinese), .text(english)])
        }
        return try writer.finish()
    }

    private static let rules = [
        ("空白单元格表示不改；可清除的列填 - 表示清除。", "A blank cell changes nothing; - takes a value away where it may be."),
        (
            "同一证件号码只能出现一行；任何一行有错，整个文件不导入。",
            "A number stands in one row only; one faulty row and nothing is imported."
        ),
        ("不读公式，只读值。", "Formulas are refused; only values are read."),
        ("文件里没有的人不变（--full 时视为退场）。", "Who is not in the file stays as they are (with --full: has left)."),
    ]
}

extension RosterColumn {
    /// `姓名*`.
    var templateHeader: String { chineseName + (Self.required.contains(self) ? "*" : "") }

    func sheetColumn(_ headers: RosterListing.HeaderLanguage) -> SheetColumn {
        SheetColumn(
            headers == .english ? rawValue : chineseName, content: isDate ? .date : .text, width: width)
    }

    /// A day as a date where it is one, so that a spreadsheet program sorts by it.
    func sheetCell(_ text: String) -> SheetCell {
        // A spreadsheet counts its days from 1900.
        guard isDate, let date = CivilDate(iso8601: text), date.year > 1_900 else {
            return text.isEmpty ? .blank : .text(text)
        }
        return .date(year: date.year, month: date.month, day: date.day)
    }

    private var isDate: Bool { self == .joinedOn || self == .leftOn }

    private var width: Double {
        switch self {
        case .idNumber: 22
        case .employer, .team: 20
        case .idType: 18
        default: 14
        }
    }

    /// What a cell of the template may hold besides nothing.
    fileprivate var choices: [String] {
        switch self {
        case .idType: RosterCell.idTypeChoices
        case .cardFormat: CardNumberFormat.allCases.map(\.rawValue)
        case .role: ["建筑工人", "管理人员"]
        default: []
        }
    }

    /// In Chinese and in English.
    fileprivate var guide: (String, String) {
        switch self {
        case .name: ("与证件一致，最多 50 字。", "As on the document, at most 50 characters.")
        case .idNumber:
            ("18 位（旧证 15 位），单元格须为文本格式。", "18 characters (15 on old cards); keep the cell as text.")
        case .idType: ("默认居民身份证。", "Resident identity card unless said otherwise.")
        case .team: ("班组名称，最多 100 字。", "The crew, at most 100 characters.")
        case .employer: ("班组所属参建单位，可清除。", "The company of the crew; may be taken away.")
        case .workType: ("工种名称或代码，可清除。", "Name or code of the trade; may be taken away.")
        case .phone: ("5 至 20 位数字，文本格式，可清除。", "5 to 20 digits, as text; may be taken away.")
        case .cardNumber: ("卡面印刷的号码，文本格式，可清除。", "As printed on the card, as text; may be taken away.")
        case .cardFormat:
            ("卡号的印刷格式；8 位或 10 位十进制可不填。", "How the card is printed; may stay empty for 8 or 10 digits.")
        case .joinedOn: ("日期，如 2026-11-21；新工人默认当天。", "A date like 2026-11-21; today for a new worker.")
        case .leftOn: ("最后一个在场日；- 表示撤销退场。", "The last day on the project; - takes a leaving back.")
        case .role: ("建筑工人或管理人员，默认建筑工人。", "Worker or manager; worker unless said otherwise.")
        }
    }
}
