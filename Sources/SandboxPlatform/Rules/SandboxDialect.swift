/// Whose variant of the protocol the sandbox speaks.
public enum SandboxDialect: String, Sendable, CaseIterable {
    case national
    /// Jinhua: the app stands for the project, every document is an identity card, and workers carry their
    /// sex, the suffix of their picture and two dates more. Source: public clients of that platform; which of
    /// the further fields it demands is not documented, so those that every worker has are.
    case jinhua

    private static let unknown: Set = [
        "projectCode", "idCardType", "responsiblePersonIDCardType", "pmIDCardType",
    ]
    private static let ofWorkers: [FieldRule] = [
        .must("gender", .code(.flag)), .must("headImageSuffix", .text(10)), .must("inDate", .day),
        .may("cardDate", .day),
    ]

    /// The fields of a national method as this platform wants them.
    func adapted(_ rules: [FieldRule]) -> [FieldRule] {
        guard self == .jinhua else { return rules }
        let kept = rules.filter { !Self.unknown.contains($0.name) }
        return rules.contains { $0.name == "headImage" } ? kept + Self.ofWorkers : kept
    }
}
