public import SiteModel

/// A pass that counts, of one worker.
public struct CountedPass: Sendable, Hashable {
    /// Corrected time.
    public let at: UTCInstant
    public let direction: Direction

    public init(at: UTCInstant, direction: Direction) {
        self.at = at
        self.direction = direction
    }
}

/// When a day counts as a day of work. Local rules differ; the default is the one of several provinces: two
/// passes at least, four hours from the first to the last (rules.md, row 27).
public struct DayRule: Sendable, Hashable {
    public var leastPassCount = 2
    public var leastMinutes = 240

    public init() {}
}
