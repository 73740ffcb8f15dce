/// What an import is measured with.
public struct RosterTerms: Sendable, Hashable {
    public let calendar: SiteCalendar
    /// Without synchronised clock nobody is refused for a birth date in the future.
    public let isClockTrusted: Bool
    /// The file is the whole roster: who is not in it has left.
    public let isFull: Bool
    /// What the file brings starts no clock.
    public let isBaseline: Bool
    /// For warnings only; the policy decides at the lane.
    public let ages: AgeLimits
    /// `import roster.csv`, the beginning of every change's source.
    public let source: String

    public init(
        calendar: SiteCalendar, isClockTrusted: Bool, isFull: Bool = false, isBaseline: Bool = false,
        ages: AgeLimits = AgeLimits(), source: String
    ) {
        self.calendar = calendar
        self.isClockTrusted = isClockTrusted
        self.isFull = isFull
        self.isBaseline = isBaseline
        self.ages = ages
        self.source = source
    }
}
