/// What the policy said of a swipe.
public enum AccessDecision: Sendable, Hashable {
    case granted(WorkerID)
    /// A visitor with a day pass: nobody's attendance.
    case grantedVisitor
    /// `worker` is nil when nobody on the roster has the credential.
    case denied(DenialReason, worker: WorkerID?)

    public var worker: WorkerID? {
        switch self {
        case .granted(let worker): worker
        case .grantedVisitor: nil
        case .denied(_, let worker): worker
        }
    }

    public var reason: DenialReason? {
        if case .denied(let reason, _) = self { reason } else { nil }
    }

    public var isGranted: Bool { reason == nil }
}

/// Why somebody was refused. Raw values are stored, names are exported and counted: never renamed, never
/// reused.
public enum DenialReason: Int, Sendable, Hashable, CaseIterable {
    /// Nobody on the roster has this credential.
    case unknown = 1
    /// The worker has left the project (退场).
    case leftProject = 2
    /// Below the minimum age (禁止使用童工规定: 16).
    case underAge = 3
    /// Hard anti-passback: already inside, or already outside.
    case antiPassback = 4
    /// 未签合同: no contract or work agreement in force.
    case noContract = 5
    /// 未参保
    case notInsured = 6
    /// 未培训
    case notTrained = 7
    /// 证件过期
    case identityExpired = 8
    /// 培训超期: the newest training is more than a year old.
    case trainingExpired = 9
    /// 通道占用: one person is in the lane and one waits; whom the roster lets in tries again in a moment.
    case laneBusy = 10
    /// 二维码失效: the QR badge is over, or was taken back.
    case badgeEnded = 11
    /// 二维码已使用: it let somebody through in this direction before.
    case badgeUsed = 12
    /// 时钟未校准: nobody knows what time it is, so no QR badge can be judged.
    case clockUnknown = 13

    public var name: String {
        switch self {
        case .unknown: "unknown"
        case .leftProject: "left_project"
        case .underAge: "under_age"
        case .antiPassback: "anti_passback"
        case .noContract: "no_contract"
        case .notInsured: "not_insured"
        case .notTrained: "not_trained"
        case .identityExpired: "id_expired"
        case .trainingExpired: "training_expired"
        case .laneBusy: "lane_busy"
        case .badgeEnded: "badge_ended"
        case .badgeUsed: "badge_used"
        case .clockUnknown: "clock_unknown"
        }
    }

    /// For the page and the demo; Chinese first.
    public var words: (chinese: String, english: String) {
        switch self {
        case .unknown: ("未登记", "Not on the roster")
        case .leftProject: ("已退场", "Left the project")
        case .underAge: ("未满最低年龄", "Under age")
        case .antiPassback: ("重复进出", "Passed already")
        case .noContract: ("未签合同", "No contract")
        case .notInsured: ("未参保", "Not insured")
        case .notTrained: ("未培训", "Not trained")
        case .identityExpired: ("证件过期", "ID expired")
        case .trainingExpired: ("培训超期", "Training expired")
        case .laneBusy: ("通道占用", "Lane is busy")
        case .badgeEnded: ("二维码失效", "QR badge is over")
        case .badgeUsed: ("二维码已使用", "QR badge used before")
        case .clockUnknown: ("时钟未校准", "Clock not set")
        }
    }
}
