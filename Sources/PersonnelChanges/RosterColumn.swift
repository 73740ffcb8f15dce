import SiteModel

/// The columns of a roster file, in the order of our own exports. Both names are a promise to those who keep
/// such files: never renamed.
public enum RosterColumn: String, Sendable, Hashable, CaseIterable {
    case name
    case idNumber = "id_number"
    case idType = "id_type"
    case team
    case employer
    case workType = "work_type"
    case phone
    case cardNumber = "card_number"
    case cardFormat = "card_format"
    case joinedOn = "joined_on"
    case leftOn = "left_on"
    case role

    public var chineseName: String {
        switch self {
        case .name: "姓名"
        case .idNumber: "证件号码"
        case .idType: "证件类型"
        case .team: "班组"
        case .employer: "参建单位"
        case .workType: "工种"
        case .phone: "手机"
        case .cardNumber: "考勤卡号"
        case .cardFormat: "卡号格式"
        case .joinedOn: "进场日期"
        case .leftOn: "退场日期"
        case .role: "人员类别"
        }
    }

    /// A number or a date: read in half-width digits without blanks.
    var isOfDigits: Bool {
        switch self {
        case .idNumber, .phone, .cardNumber, .joinedOn, .leftOn: true
        case .name, .idType, .team, .employer, .workType, .cardFormat, .role: false
        }
    }

    /// `证件号码 (id_number)`, for messages.
    public var bothNames: String { "\(chineseName) (\(rawValue))" }

    public static let required: [RosterColumn] = [.name, .idNumber, .team]

    /// Reads a header cell: upper or lower case, full-width letters, blanks or hyphens for the underscore and
    /// asterisks at the ends (templates mark required columns so) make no difference. Nil for anything else.
    public init?(header: String) {
        let wanted = Self.normalised(header)
        guard let column = Self.allCases.first(where: { $0.rawValue == wanted || $0.chineseName == wanted })
        else { return nil }
        self = column
    }

    /// The column whose name shares most characters with a header that is none.
    static func nearest(toHeader header: String) -> RosterColumn? {
        let wanted = normalised(header)
        let scored = allCases.map { column in
            (column, max(likeness(wanted, column.rawValue), likeness(wanted, column.chineseName)))
        }
        return scored.max { $0.1 < $1.1 }.flatMap { $0.1 >= 0.4 ? $0.0 : nil }
    }

    private static func normalised(_ header: String) -> String {
        var text = CellText.halfWidth(CellText.trimmed(header)).lowercased()
        while text.hasPrefix("*") { text.removeFirst() }
        while text.hasSuffix("*") { text.removeLast() }
        return String(text.map { $0 == " " || $0 == "-" ? "_" : $0 })
    }

    /// Dice's coefficient over characters: 1 for an anagram, 0 for nothing in common.
    private static func likeness(_ left: String, _ right: String) -> Double {
        var rest = Array(right)
        var common = 0
        for character in left {
            guard let index = rest.firstIndex(of: character) else { continue }
            rest.remove(at: index)
            common += 1
        }
        return 2 * Double(common) / Double(left.count + right.count)
    }
}
