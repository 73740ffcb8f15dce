public import SiteModel

/// What an import is measured with.
public struct RosterTerms: Sendable, Hashable {
    public let calendar: SiteCalendar
    /// What the machine's own clock says now. What happens as it is recorded is stated by it, and moves with
    /// what is learnt of that clock (`TrackedChange.occurredAt`).
    public let recordedAt: UTCInstant
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

    /// - Parameter recordedAt: nil: the clock is right.
    public init(
        calendar: SiteCalendar, recordedAt: UTCInstant? = nil, isClockTrusted: Bool, isFull: Bool = false,
        isBaseline: Bool = false, ages: AgeLimits = AgeLimits(), source: String
    ) {
        self.calendar = calendar
        self.recordedAt = recordedAt ?? calendar.instant
        self.isClockTrusted = isClockTrusted
        self.isFull = isFull
        self.isBaseline = isBaseline
        self.ages = ages
        self.source = source
    }
}
