import SiteModel

/// Why a cell has no value for its column; the sentence goes on after the column's name, in either language.
struct CellError: Error {
    let chinese: String
    let message: String

    init(_ chinese: String, _ english: String) {
        self.chinese = chinese
        message = english
    }
}

/// Reads trimmed cells into values, one function a kind of column.
enum RosterCell {
    /// Free text: at most `limit` characters, all visible.
    static func text(_ cell: String, limit: Int) throws(CellError) -> String {
        guard cell.utf8.count <= limit || cell.count <= limit else {
            throw CellError("超过 \(limit) 个字符", "is longer than \(limit) characters")
        }
        guard !CellText.hasInvisibleCharacter(cell) else {
            throw CellError(
                "含有换行、制表符或不可见字符，请重新输入",
                "holds a line break, tab or invisible character; type it again")
        }
        return cell
    }

    static func idNumber(_ cell: String) throws(CellError) -> IDNumber {
        let text = CellText.digits(cell)
        guard !CellText.isScientific(text) else { throw scientific }
        do throws(IDNumberError) {
            return try IDNumber(reading: text)
        } catch {
            throw fault(for: error, text: text)
        }
    }

    /// GA-style codes `01` to `17` of the national dictionary (证件类型), or their names; `1` is `01` after a
    /// spreadsheet.
    static func idType(_ cell: String) throws(CellError) -> String {
        let text = CellText.digits(cell)
        let code = text.count == 1 ? "0" + text : text
        if idTypeNames[code] != nil { return code }
        if text == "身份证" { return "01" }
        guard let named = idTypeNames.first(where: { $0.value == text }) else {
            throw CellError(
                "不是国家标准字典中的证件类型代码（01 至 17）或名称",
                "is none of the codes 01 to 17 of the national dictionary, nor one of their names")
        }
        return named.key
    }

    static func role(_ cell: String) throws(CellError) -> WorkRole {
        switch CellText.halfWidth(cell).lowercased() {
        case "10", "管理人员", "manager": return .manager
        case "20", "建筑工人", "worker": return .worker
        default:
            throw CellError(
                "应为建筑工人（20）或管理人员（10）", "is neither 建筑工人 (worker, 20) nor 管理人员 (manager, 10)")
        }
    }

    /// `2026-11-21`, `2026/11/21` (both also without leading zeros, as spreadsheets write) and `20261121`.
    static func date(_ cell: String) throws(CellError) -> CivilDate {
        let text = CellText.digits(cell)
        let separator: Character = text.contains("/") ? "/" : "-"
        var parts = text.split(separator: separator, omittingEmptySubsequences: false)
        if parts.count == 1, text.utf8.count == 8 {
            parts = [text.prefix(4), text.dropFirst(4).prefix(2), text.suffix(2)]
        }
        let numbers = parts.compactMap { part in
            part.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(part) : nil
        }
        guard parts.count == 3, numbers.count == 3, parts[0].utf8.count == 4,
            parts[1].utf8.count <= 2, parts[2].utf8.count <= 2
        else {
            throw CellError(
                "不是日期，应如 2026-11-21", "is no date like 2026-11-21, 2026/11/21 or 20261121")
        }
        guard let date = CivilDate(year: numbers[0], month: numbers[1], day: numbers[2]) else {
            throw CellError("的日期不存在", "is a day that does not exist")
        }
        return date
    }

    /// 5 to 20 digits, `+`, `-` and brackets allowed; kept as written but for blanks and full width.
    static func phone(_ cell: String) throws(CellError) -> String {
        let text = CellText.digits(cell)
        guard !CellText.isScientific(text) else { throw scientific }
        let digitCount = text.utf8.count { (0x30...0x39).contains($0) }
        guard (5...20).contains(digitCount), text.utf8.count <= 30,
            text.allSatisfy({ "0123456789+-()".contains($0) })
        else {
            throw CellError(
                "不是电话号码：5 至 20 位数字，可含 + - 和括号",
                "is no phone number: 5 to 20 digits, with + - and brackets at the most")
        }
        return text
    }

    static let scientific = CellError(
        "被表格软件变成了近似数值，请把该列设为文本",
        "was turned into a rounded quantity by a spreadsheet program; format the column as text")

    private static func fault(for error: IDNumberError, text: String) -> CellError {
        switch error {
        case .wrongLength(let count):
            CellError(
                "有 \(count) 个字符，应为 18 位（旧证件或外国人证件 15 位）",
                "has \(count) characters; 18 are needed (15 of an old or foreign card)")
        case .wrongCharacter(let position):
            CellError(
                "第 \(position) 位的字符不对", "has a character at place \(position) that does not belong there")
        case .wrongCheckCharacter where text.hasSuffix("000"):
            CellError(
                "校验码错误且以零结尾：被表格软件取整了，请把该列设为文本后重新输入",
                "has a wrong check digit and ends in zeros: a spreadsheet program rounded it; format the"
                    + " column as text and type it again")
        case .wrongCheckCharacter:
            CellError("校验码错误：有数字输错了", "has a wrong check digit: a digit was mistyped")
        case .unknownRegion: CellError("开头的地区代码不存在", "begins with a region that does not exist")
        case .impossibleBirthDate: CellError("中的出生日期不存在", "has a birth date that does not exist")
        }
    }

    /// Those that a site meets, to choose from.
    static let idTypeChoices = ["01", "08", "10", "12", "17"].compactMap { idTypeNames[$0] }

    /// 证件类型, section 4.4 of the national dictionary.
    private static let idTypeNames: [String: String] = [
        "01": "居民身份证", "02": "军官证", "03": "武警警官证", "04": "士兵证", "05": "军队离退休干部证",
        "06": "残疾人证", "07": "残疾军人证", "08": "护照", "09": "港澳同胞回乡证",
        "10": "港澳居民来往内地通行证", "11": "往来港澳通行证", "12": "台湾居民来往大陆通行证",
        "13": "大陆居民往来台湾通行证", "14": "外交官证", "15": "领事馆证", "16": "海员证", "17": "香港身份证",
    ]
}
