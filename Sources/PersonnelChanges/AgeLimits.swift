/// At which ages a site enrols people, and of whom an officer is told (rule 7 of the domain's rules: child
/// labour is forbidden; who is under 18 is specially protected; many places take nobody over some age for
/// construction work).
public struct AgeLimits: Sendable, Hashable {
    /// Completed years below which nobody is enrolled.
    public let minimumYears: Int
    /// Completed years above which joining is warned of; nil: none.
    public let maximumYears: Int?

    /// 未成年工 are those of 16 and 17 years (labour law, Article 58).
    private static let protectedBelowYears = 18

    public init(minimumYears: Int = 16, maximumYears: Int? = nil) {
        self.minimumYears = minimumYears
        self.maximumYears = maximumYears
    }

    /// What to look at when somebody of `years` joins, as the end of a sentence about the worker; nil for
    /// most. Nobody is refused for it. Below the minimum there is none: that is a refusal.
    func warning(atAge years: Int) -> Refusal? {
        guard years >= minimumYears else { return nil }
        if years < Self.protectedBelowYears {
            return Refusal(
                "未满 18 周岁，属未成年工：须特殊保护，不得从事有害或繁重劳动",
                "is under 18: specially protected, not for harmful or very heavy work")
        }
        guard let maximumYears, years > maximumYears else { return nil }
        return Refusal(
            "超过本工地的最高年龄 \(maximumYears) 周岁",
            "is over \(maximumYears), the maximum age of this site")
    }
}
