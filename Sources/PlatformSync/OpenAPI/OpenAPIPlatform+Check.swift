extension PlatformConfiguration {
    /// Names that `dialect` may have.
    public static var dialects: [String] { OpenAPIDialect.names }
}

/// What a platform says to a call that changes nothing.
public enum PlatformCheck: Sendable, Hashable {
    /// Signature, appid and rights are right.
    case good
    /// It answered and refuses; words are the platform's.
    case refused(PlatformRefusal)
    /// There was no usable answer; no personal data.
    case notReached(reason: String)
}

extension OpenAPIPlatform {
    /// Asks whether signature and rights are right (`CheckSign.Query`).
    public func check() async -> PlatformCheck {
        switch await ask(.check, PayloadFacts()) {
        case .accepted, .takenBefore: .good
        case .refused(let refusal), .stopped(let refusal): .refused(refusal)
        case .later(let delay): .notReached(reason: delay.reason)
        case .open(let reason): .notReached(reason: reason)
        }
    }
}
