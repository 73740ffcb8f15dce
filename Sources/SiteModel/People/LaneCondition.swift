/// What a site may ask of a worker before the lane opens (保障农民工工资支付条例 Art. 28; 建市〔2022〕59号).
/// Raw values are bit places in stored policies; names stand in the configuration: never renamed.
public enum LaneCondition: Int, Sendable, Hashable, CaseIterable {
    /// A labour contract or work agreement is in force.
    case contract = 0
    /// Work-injury insurance covers the day: 先参保再开工.
    case insurance = 1
    /// Safety training took place.
    case training = 2
    /// The identity document is valid.
    case validIdentity = 3
    /// The newest safety training is at most a year old; who was never trained lacks `training`.
    case retraining = 4

    public var name: String {
        switch self {
        case .contract: "contract"
        case .insurance: "insurance"
        case .training: "training"
        case .validIdentity: "id_valid"
        case .retraining: "retraining_after_a_year"
        }
    }

    /// The fact that stands in a record when it is not met.
    public var lack: WorkerStanding {
        switch self {
        case .contract: .lacksContract
        case .insurance: .lacksInsurance
        case .training: .lacksTraining
        case .validIdentity: .lacksValidIdentity
        case .retraining: .lacksRetraining
        }
    }

    public var reason: DenialReason {
        switch self {
        case .contract: .noContract
        case .insurance: .notInsured
        case .training: .notTrained
        case .validIdentity: .identityExpired
        case .retraining: .trainingExpired
        }
    }
}

/// How much a condition counts. Raw values are stored.
public enum Requirement: Int, Sendable, Hashable, CaseIterable {
    case off = 0
    /// Shown, and let through.
    case warn = 1
    case refuse = 2

    public var name: String {
        switch self {
        case .off: "off"
        case .warn: "warn"
        case .refuse: "refuse"
        }
    }

    public init?(name: String) {
        guard let requirement = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = requirement
    }
}

/// How much each condition counts: two bits each, at twice the place of the condition.
public struct LaneRequirements: Sendable, Hashable {
    private(set) var bits: Int64

    public static let off = LaneRequirements(all: .off)

    public init(all requirement: Requirement) {
        bits = 0
        for condition in LaneCondition.allCases { self[condition] = requirement }
    }

    /// Nil for bits that name no requirement.
    init?(bits: Int64) {
        self.bits = bits
        for place in stride(from: 0, to: 62, by: 2) where Requirement(rawValue: Int(bits >> place & 3)) == nil
        {
            return nil
        }
    }

    public subscript(condition: LaneCondition) -> Requirement {
        get {
            guard let requirement = Requirement(rawValue: Int(bits >> (condition.rawValue * 2) & 3)) else {
                preconditionFailure("the bits were checked when they were read")
            }
            return requirement
        }
        set {
            let place = condition.rawValue * 2
            bits = bits & ~(3 << place) | Int64(newValue.rawValue) << place
        }
    }
}
