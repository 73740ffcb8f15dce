/// When something happened, as far as it can be known: an instant, how wrong it may be, and what it rests on.
public struct CorrectedTime: Sendable, Hashable {
    public let instant: UTCInstant
    /// The true time lies within `instant` plus or minus this. Nil when nothing bounds it.
    public let errorBound: Duration?
    public let basis: TimeBasis

    public init(instant: UTCInstant, errorBound: Duration?, basis: TimeBasis) {
        self.instant = instant
        self.errorBound = errorBound
        self.basis = basis
    }

    /// False while nobody can say how wrong the instant may be.
    public var isKnown: Bool { errorBound != nil }
}

/// What a corrected time rests on. Names are exported: never renamed.
public enum TimeBasis: Sendable, Hashable, CaseIterable {
    /// The clock was vouched for when it was read: the instant is the wall clock's.
    case synchronised
    /// The nearest moment of the same boot at which the clock was vouched for, and the uptime between.
    case anchored
    /// Nobody ever vouched for the clock of that boot: the middle between the end of the boots before and
    /// the beginning of those after.
    case bounded
    /// Nothing bounds it from both sides. The instant is the best guess and no more.
    case unknown

    public var name: String {
        switch self {
        case .synchronised: "synchronised"
        case .anchored: "anchored"
        case .bounded: "bounded"
        case .unknown: "unknown"
        }
    }
}

extension ClockSynchronisation {
    /// As exported.
    public var name: String {
        switch self {
        case .none: "none"
        case .kernel: "kernel"
        case .chrony: "chrony"
        case .operator: "operator"
        }
    }

    /// Something disciplines the clock all the time; a person vouches for one moment.
    public var isDisciplined: Bool { self == .kernel || self == .chrony }
}
