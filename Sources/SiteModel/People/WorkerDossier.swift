/// What a site must hold of a worker beyond their place: identity as the card tells it, contract, wage card,
/// insurance, training. Every part may be missing: enrolment is the work of filling it within ten days.
///
/// Personal data throughout. Part of `ProjectWorker`, so every `personnelChange` entry carries it whole.
public struct WorkerDossier: Sendable, Hashable {
    public var identity: IdentityRead?
    public var contract: WorkContract?
    public var wageCard: WageCard?
    public var insurance: InjuryInsurance?
    /// Last day of safety training (安全教育); training again moves it.
    public var trainedOn: CivilDate?
    public var photo: PhotoReference?
    public var emergencyContact: EmergencyContact?
    /// 班组长
    public var isTeamLeader = false
    public var notice: NoticeShown?

    public init() {}

    /// Nothing is known: entries then carry no dossier at all.
    public var isEmpty: Bool { self == WorkerDossier() }
}

/// What a reader read from the identity document; the number and the name stand in `ProjectWorker`.
public struct IdentityRead: Sendable, Hashable {
    /// GB/T 2261.1: 0, 1, 2 or 9; nil when the document does not say.
    public var sexCode: Int?
    /// GB/T 3304, two digits as on the chip; empty where the document has none.
    public var ethnicGroupCode: String
    public var birthDate: CivilDate?
    public var address: String
    /// 签发机关
    public var authority: String
    public var validFrom: CivilDate?
    /// Last valid day; nil with `isValidForEver` false: the document does not say.
    public var validUntil: CivilDate?
    /// 长期
    public var isValidForEver: Bool
    /// When it was read; nil when somebody typed it from the document.
    public var readAt: UTCInstant?

    public init(
        sexCode: Int? = nil, ethnicGroupCode: String = "", birthDate: CivilDate? = nil, address: String = "",
        authority: String = "", validFrom: CivilDate? = nil, validUntil: CivilDate? = nil,
        isValidForEver: Bool = false, readAt: UTCInstant? = nil
    ) {
        self.sexCode = sexCode
        self.ethnicGroupCode = ethnicGroupCode
        self.birthDate = birthDate
        self.address = address
        self.authority = authority
        self.validFrom = validFrom
        self.validUntil = validUntil
        self.isValidForEver = isValidForEver
        self.readAt = readAt
    }

    public init(_ card: IdentityCard, readAt: UTCInstant) {
        self.init(
            sexCode: card.sexCode, ethnicGroupCode: card.ethnicGroupCode, birthDate: card.birthDate,
            address: card.address, authority: card.authority, validFrom: card.validFrom, readAt: readAt)
        switch card.expiry {
        case .on(let day): validUntil = day
        case .never: isValidForEver = true
        case .unreadable: break
        }
    }

    public var isReadByReader: Bool { readAt != nil }
}

/// 劳动合同 or, where no labour relation exists, 用工书面协议 (建市〔2022〕59号).
public struct WorkContract: Sendable, Hashable {
    /// Raw values are stored, names are exported.
    public enum Kind: Int, Sendable, Hashable, CaseIterable {
        case labourContract = 1
        case workAgreement = 2

        public var name: String { self == .labourContract ? "labour_contract" : "work_agreement" }
        public var words: (chinese: String, english: String) {
            self == .labourContract ? ("劳动合同", "Labour contract") : ("用工书面协议", "Work agreement")
        }
    }

    /// 计薪方式. Raw values are stored, names are exported.
    public enum PayBasis: Int, Sendable, Hashable, CaseIterable {
        case day = 1
        case month = 2
        case piece = 3
        case hour = 4

        public var name: String {
            switch self {
            case .day: "day"
            case .month: "month"
            case .piece: "piece"
            case .hour: "hour"
            }
        }

        public var words: (chinese: String, english: String) {
            switch self {
            case .day: ("按日", "By the day")
            case .month: ("按月", "By the month")
            case .piece: ("按量", "By the piece")
            case .hour: ("按小时", "By the hour")
            }
        }
    }

    public var kind: Kind
    public var signedOn: CivilDate
    public var startsOn: CivilDate
    /// Last day; nil for one without fixed end (以完成一定工作为期限 or 无固定期限).
    public var endsOn: CivilDate?
    public var payBasis: PayBasis?

    public init(
        kind: Kind, signedOn: CivilDate, startsOn: CivilDate, endsOn: CivilDate? = nil,
        payBasis: PayBasis? = nil
    ) {
        self.kind = kind
        self.signedOn = signedOn
        self.startsOn = startsOn
        self.endsOn = endsOn
        self.payBasis = payBasis
    }

    public func isInForce(on day: CivilDate) -> Bool {
        startsOn <= day && endsOn.map { day <= $0 } ?? true
    }
}

/// 工资卡. A number belongs to one worker.
public struct WageCard: Sendable, Hashable {
    /// Digits alone, 12 to 19 of them.
    public var number: String
    public var bank: String

    public init(number: String, bank: String) {
        self.number = number
        self.bank = bank
    }

    /// `**** 1234`
    public var masked: String { "**** " + number.suffix(4) }
}

/// 工伤保险 of a worker on this project; 先参保再开工.
public struct InjuryInsurance: Sendable, Hashable {
    public var insurer: String
    public var from: CivilDate
    /// Last insured day; nil: until the project ends.
    public var until: CivilDate?

    public init(insurer: String, from: CivilDate, until: CivilDate? = nil) {
        self.insurer = insurer
        self.from = from
        self.until = until
    }

    public func covers(_ day: CivilDate) -> Bool { from <= day && until.map { day <= $0 } ?? true }
}

/// A photo whose bytes stand in an entry of their own, sealed like everything of the worker.
public struct PhotoReference: Sendable, Hashable {
    /// SHA-256 of the JPEG file, 32 bytes.
    public var digest: [UInt8]
    public var byteCount: Int

    /// What platforms take (36 KB).
    public static let byteCountLimit = 36 * 1_024

    public init(digest: [UInt8], byteCount: Int) {
        self.digest = digest
        self.byteCount = byteCount
    }
}

public struct EmergencyContact: Sendable, Hashable {
    public var name: String
    public var phone: String

    public init(name: String, phone: String) {
        self.name = name
        self.phone = phone
    }
}

/// The privacy notice that the worker was shown (个人信息保护法 Art. 17).
public struct NoticeShown: Sendable, Hashable {
    public var version: String
    public var shownAt: UTCInstant

    public init(version: String, shownAt: UTCInstant) {
        self.version = version
        self.shownAt = shownAt
    }
}
