import SiteModel

/// A value as people read it, in both languages.
public struct CodeWords: Sendable, Hashable {
    public let chinese: String
    public let english: String

    public init(chinese: String, english: String) {
        self.chinese = chinese
        self.english = english
    }

    /// What is the same in both: a name, a number, a date.
    public init(_ text: String) {
        self.init(chinese: text, english: text)
    }

    /// `女 Female`; once, where both say the same.
    var both: String { chinese == english ? chinese : "\(chinese) \(english)" }

    /// Of an identity document that never expires.
    public static let forEver = CodeWords(chinese: "长期", english: "No expiry")
}

extension CodeWords {
    /// GB/T 2261.1.
    public init(sexCode code: Int) {
        let english =
            switch code {
            case 1: "Male"
            case 2: "Female"
            case 9: "Not stated"
            default: "Unknown"
            }
        self.init(chinese: CodeTables.sex(code: code), english: english)
    }

    /// GB/T 3304, with the spelling in Roman letters of that standard.
    public init(ethnicGroupCode code: Int) {
        let english =
            switch code {
            case 1...Self.ethnicGroups.count: Self.ethnicGroups[code - 1]
            case 98: "Chinese citizen of foreign descent"
            default: "Other"
            }
        self.init(chinese: CodeTables.ethnicGroup(code: code), english: english)
    }

    private static let ethnicGroups = [
        "Han", "Mongol", "Hui", "Zang", "Uygur", "Miao", "Yi", "Zhuang", "Buyei", "Chosen", "Man", "Dong",
        "Yao", "Bai", "Tujia", "Hani", "Kazak", "Dai", "Li", "Lisu", "Va", "She", "Gaoshan", "Lahu", "Sui",
        "Dongxiang", "Naxi", "Jingpo", "Kirgiz", "Tu", "Daur", "Mulao", "Qiang", "Blang", "Salar", "Maonan",
        "Gelao", "Xibe", "Achang", "Pumi", "Tajik", "Nu", "Uzbek", "Russ", "Ewenki", "Deang", "Bonan",
        "Yugur", "Gin", "Tatar", "Derung", "Oroqen", "Hezhen", "Monba", "Lhoba", "Jino",
    ]
}
