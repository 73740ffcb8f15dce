/// Whether a record counts as a pass: for presence, day figures, deliveries and evidence alike.
public enum PassCount: Sendable, Hashable {
    case counts
    /// The lane's barrier has yet to tell.
    case waits
    case never
}

extension AttendanceRecord {
    /// Somebody of the roster was let through: in, or out although something was wrong. A code that was used
    /// before names nobody: whoever has a photograph of it must not end a worker's day.
    public var isPass: Bool {
        reason == nil
            ? !standing.contains(.isVisitor)
            : isOpened && direction == .leaving && standing.contains(.known)
                && !standing.contains(.isBadgeUsed)
    }

    /// The one rule. Where the barrier tells, a pass counts once it was made or nobody can say; where it does
    /// not, on the grant. What the barrier says was not made never counts, nor does that of somebody who came
    /// too late or to a full lane and was not let through.
    ///
    /// - Parameter passage: what the `passage` entry about this record says; nil while there is none.
    public func count(after passage: Passage?) -> PassCount {
        guard isPass else { return .never }
        switch passage {
        case .notPassed: return .never
        case .passed, .unknown: return .counts
        case nil: return awaitsPassage ? .waits : .counts
        }
    }
}

/// What the barrier reported after a grant.
///
/// `unknown` is what no barrier told: it was unplugged, refused, said nothing in time, stood open for a fire,
/// or the power went. The worker must not pay for that, so it counts as if the lane could not tell.
public enum Passage: Int, Sendable, Hashable, CaseIterable {
    case unknown = 0
    case passed = 1
    case notPassed = 2

    public var name: String {
        switch self {
        case .unknown: "unknown"
        case .passed: "passed"
        case .notPassed: "not_passed"
        }
    }
}

/// Body of `passage`: `[lane, direction, passage, attendance sequence or 0]`.
public struct PassageRecord: EntryBody {
    public let lane: String
    public let direction: Direction
    public let passage: Passage
    /// The attendance entry that opened the lane; 0 when nobody was waited for.
    public let attendance: LedgerSequence

    public init(lane: String, direction: Direction, passage: Passage, attendance: LedgerSequence) {
        self.lane = lane
        self.direction = direction
        self.passage = passage
        self.attendance = attendance
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 4)
        encoder.append(lane)
        encoder.append(direction.rawValue)
        encoder.append(passage.rawValue)
        encoder.append(attendance.rawValue)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 4 else { throw decoder.failure }
        lane = try decoder.text()
        guard let direction = Direction(rawValue: Int(try decoder.integer())),
            let passage = Passage(rawValue: Int(try decoder.integer()))
        else { throw decoder.failure }
        self.direction = direction
        self.passage = passage
        attendance = LedgerSequence(try decoder.integer())
    }
}
