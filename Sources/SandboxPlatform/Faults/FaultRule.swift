/// A way to misbehave. The raw values are names in options and JSON.
public enum FaultKind: String, Sendable, CaseIterable {
    /// 500, nothing kept.
    case http500 = "http-500"
    /// Never answers, nothing kept.
    case hang
    /// Kept; the answer comes a byte at a time.
    case slow
    /// Kept; the connection closes without an answer.
    case drop
    /// Answers success, keeps nothing; the verdict will say done.
    case lose
    /// Kept; the answer is sent twice on the connection.
    case duplicateAnswer = "duplicate-answer"
    /// Answers with the serial, or the verdict, of another call.
    case foreignVerdict = "foreign-verdict"
    /// The verdict stays pending for three days.
    case lateVerdict = "late-verdict"
    /// Refuses the timestamp (-2), nothing kept.
    case clockRefusal = "clock-refusal"
    /// -5, nothing kept.
    case rateLimit = "rate-limit"
    /// One element of the batch is refused, now and whenever it comes again.
    case badRecord = "bad-record"
    /// 200 with the page of a hotel, nothing kept.
    case captivePortal = "captive-portal"
    /// 200 without a body, nothing kept.
    case empty
    /// Kept; half the answer, then a reset.
    case resetBody = "reset-body"
    /// A reset before any answer, nothing kept.
    case resetHead = "reset-head"
    /// -2, -3, -4, 9999, nothing kept.
    case signatureRefusal = "signature-refusal"
    case permissionRefusal = "permission-refusal"
    case addressRefusal = "address-refusal"
    case systemError = "system-error"

    /// The platform behind never sees the call.
    var reachesNoBook: Bool {
        [.http500, .hang, .captivePortal, .empty, .resetHead].contains(self) || refusal != nil
    }

    /// What it answers in place of the platform; nil when the platform handles the call.
    var refusal: Answer? {
        switch self {
        case .clockRefusal: Answer(.signature, "timestamp超出允许的时间范围")
        case .rateLimit: Answer(.rate, "访问超过限制")
        case .signatureRefusal: Answer(.signature, "签名校验错误")
        case .permissionRefusal: Answer(.permission, "无API访问权限")
        case .addressRefusal: Answer(.address, "IP校验错误")
        case .systemError: Answer(.system, "系统错误")
        default: nil
        }
    }
}

/// When to misbehave how.
public struct FaultRule: Sendable, Equatable {
    public let kind: FaultKind
    /// Of each call, 0 to 1.
    public var probability: Double
    /// So many calls from now; nil for as long as the rule stands.
    public var remaining: Int?
    /// Only calls of this method; nil for all.
    public var method: String?

    public init(_ kind: FaultKind, probability: Double = 1, next remaining: Int? = nil, method: String? = nil)
    {
        self.kind = kind
        self.probability = probability
        self.remaining = remaining
        self.method = method
    }

    /// Reads `drop`, `drop=0.1` (of each call), `http-500:3` (the next three calls), either with `@METHOD`
    /// behind it; nil for anything else.
    public init?(text: String) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let name = parts[0].prefix { $0 != "=" && $0 != ":" }
        guard let kind = FaultKind(rawValue: String(name)) else { return nil }
        self.init(kind, method: parts.count == 2 ? String(parts[1]) : nil)
        let rest = parts[0].dropFirst(name.count)
        if rest.hasPrefix("=") {
            guard let number = Double(rest.dropFirst()), (0...1).contains(number) else { return nil }
            probability = number
        } else if rest.hasPrefix(":") {
            guard let number = Int(rest.dropFirst()), number > 0 else { return nil }
            remaining = number
        }
    }

    /// The form that `init(text:)` reads.
    public var text: String {
        let when = remaining.map { ":\($0)" } ?? (probability < 1 ? "=\(probability)" : "")
        return kind.rawValue + when + (method.map { "@" + $0 } ?? "")
    }
}
