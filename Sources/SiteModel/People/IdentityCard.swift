/// What the chip of an identity document says, for enrolment. Personal data throughout: it goes into no log
/// and no message, and for a gate passage only `idNumber` is kept.
public struct IdentityCard: Sendable, Hashable {
    /// The four documents a resident-ID reader reads. GA/T card layouts.
    public enum Kind: Sendable, Hashable {
        /// 居民身份证
        case resident
        /// 港澳台居民居住证, type `J`
        case residencePermit
        /// 外国人永久居留身份证, 2017 edition, type `I`
        case foreigner2017
        /// 外国人永久居留身份证, 2023 edition, type `Y`
        case foreigner2023
    }

    /// When the document ends.
    public enum Expiry: Sendable, Hashable {
        case on(CivilDate)
        /// 长期
        case never
        /// The field holds neither a date nor 长期.
        case unreadable
    }

    public var kind: Kind
    public var idNumber: IDNumber
    /// The Chinese name; empty where a foreigner's card carries none.
    public var name: String
    /// The UTF-16 code units of the name as on the chip: rare characters (生僻字) may be private-use code
    /// points that only the issuer's font shows.
    public var nameCodeUnits: [UInt16]
    /// Empty on resident cards.
    public var englishName = ""
    /// GB/T 2261.1: 0, 1, 2 or 9; nil when the field holds something else.
    public var sexCode: Int?
    /// GB/T 3304, two digits as on the chip; empty where the document has none.
    public var ethnicGroupCode = ""
    public var birthDate: CivilDate?
    public var address = ""
    /// 签发机关 in words, or the four-digit code of a 2017 foreigner's card.
    public var authority = ""
    public var validFrom: CivilDate?
    public var expiry = Expiry.unreadable
    /// 通行证号码, type `J` only.
    public var passNumber = ""
    /// 签发次数 of type `J`, 换证次数 of type `Y`, card version of type `I`; as on the chip.
    public var issueText = ""
    /// Three letters of ISO 3166; foreigners only.
    public var nationality = ""
    /// The photo as the chip holds it (WLT, up to `photoByteLimit`), not decoded; empty when it was not read.
    public var photo: [UInt8] = []

    /// GA 467 layout: the photo field of the chip.
    public static let photoByteLimit = 1_024

    public init(kind: Kind, idNumber: IDNumber, name: String, nameCodeUnits: [UInt16]) {
        self.kind = kind
        self.idNumber = idNumber
        self.name = name
        self.nameCodeUnits = nameCodeUnits
    }

    /// The birth date and sex fields say the same as the number does. False is worth a look at enrolment, it
    /// is no reason to refuse a read: fields that the number does not say, or unreadable ones, agree.
    public var agreesWithItsNumber: Bool {
        if let birthDate, let told = idNumber.birthDate, birthDate != told { return false }
        guard let isMale = idNumber.isMale, let sexCode, sexCode == 1 || sexCode == 2 else { return true }
        return isMale == (sexCode == 1)
    }

    /// False from the day after the last valid day on, and before the first. Unreadable dates do not decide.
    public func isValid(on day: CivilDate) -> Bool {
        if let validFrom, day < validFrom { return false }
        if case .on(let last) = expiry, last < day { return false }
        return true
    }
}

extension IdentityCard: CustomStringConvertible, CustomDebugStringConvertible {
    /// `张* 110101********0014`
    public var description: String { "\(name.prefix(1))* \(idNumber.masked)" }
    public var debugDescription: String { description }
}
