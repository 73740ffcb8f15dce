public import SiteModel

/// A worker whom a search text found, and by what.
public struct WorkerHit: Sendable, Hashable {
    public let id: WorkerID
    /// The best reason, when there are several.
    public let reason: Reason
    /// Whether the worker no longer belongs to the project.
    public let hasLeft: Bool

    public init(id: WorkerID, reason: Reason, hasLeft: Bool) {
        self.id = id
        self.reason = reason
        self.hasLeft = hasLeft
    }

    /// How the text fits a worker; the better first. Teams stand last, because one team brings a hundred
    /// workers and would hide the one whose name is meant.
    public enum Reason: UInt8, Sendable, Hashable, CaseIterable {
        /// The whole identity number.
        case number
        case card
        /// Every character of the name.
        case name
        case nameBeginning
        /// The last four or more characters of the identity number.
        case numberEnd
        case phone
        case namePart
        case team

        /// The column of a roster file that fits.
        public var column: RosterColumn {
            switch self {
            case .number, .numberEnd: .idNumber
            case .card: .cardNumber
            case .phone: .phone
            case .name, .nameBeginning, .namePart: .name
            case .team: .team
            }
        }

        /// Somebody asks for this worker and no other: they come first, also when they have left.
        var isExact: Bool { self == .number || self == .card }
    }
}

/// What a search found.
public struct WorkerHits: Sendable, Hashable {
    /// The best, at most as many as were asked for.
    public internal(set) var hits: [WorkerHit] = []
    /// All that the text fits.
    public internal(set) var totalCount = 0
}
