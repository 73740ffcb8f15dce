public import SiteModel

/// How far a clock has run: a personnel change has 24 hours until the platform must have confirmed it, an
/// enrolment ten days. Raw values order by urgency; names are exported.
public enum DeadlineStage: Int, Sendable, Hashable, Comparable, CaseIterable {
    case inTime = 0
    /// 12 of 24 hours, 7 of 10 days.
    case warning = 1
    /// 20 of 24 hours, 9 of 10 days.
    case urgent = 2
    /// All of it. The record of it stays.
    case late = 3

    public var name: String {
        switch self {
        case .inTime: "in_time"
        case .warning: "warning"
        case .urgent: "urgent"
        case .late: "late"
        }
    }

    public static func < (left: DeadlineStage, right: DeadlineStage) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// A clock of a fixed length that runs from one instant.
public struct Deadline: Sendable, Hashable {
    public let start: UTCInstant
    public let kind: Kind

    /// Raw values count hours: when to warn, when it is urgent, when it is late.
    public enum Kind: Sendable, Hashable {
        /// 24 h for a change of personnel (rule 12 of the county plans).
        case change
        /// 10 days for an enrolment or a subcontractor (rules 3 and 4).
        case enrolment

        var hours: (warning: Int64, urgent: Int64, late: Int64) {
            switch self {
            case .change: (12, 20, 24)
            case .enrolment: (7 * 24, 9 * 24, 10 * 24)
            }
        }
    }

    public init(_ kind: Kind, from start: UTCInstant) {
        self.kind = kind
        self.start = start
    }

    public var dueAt: UTCInstant { after(kind.hours.late) }

    /// Each stage begins with its first millisecond: what is confirmed at 24 h and not before is late.
    public func stage(at instant: UTCInstant) -> DeadlineStage {
        if instant >= dueAt { return .late }
        if instant >= after(kind.hours.urgent) { return .urgent }
        return instant >= after(kind.hours.warning) ? .warning : .inTime
    }

    /// Negative once it is late.
    public func remainingMilliseconds(at instant: UTCInstant) -> Int64 {
        dueAt.milliseconds &- instant.milliseconds
    }

    private func after(_ hours: Int64) -> UTCInstant { start.advanced(byMilliseconds: hours * 3_600_000) }
}
