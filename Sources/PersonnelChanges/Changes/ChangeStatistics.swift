public import SiteModel

/// How well the 24 hours were kept, for some changes.
public struct ChangeStatistics: Sendable, Hashable {
    public private(set) var totalCount = 0
    public private(set) var confirmedInTimeCount = 0
    public private(set) var confirmedLateCount = 0
    /// Not confirmed, and the 24 hours are over.
    public private(set) var overdueCount = 0
    /// From the change to its confirmation, milliseconds; nil when none is confirmed.
    public private(set) var medianDelayMilliseconds: Int64?

    public init(of changes: [TrackedChange], at instant: UTCInstant, _ corrected: TimeCorrection) {
        totalCount = changes.count
        var delays: [Int64] = []
        for change in changes {
            let isLate = change.stage(at: instant, corrected) == .late
            guard let confirmedAt = change.confirmedAt(corrected) else {
                if isLate { overdueCount += 1 }
                continue
            }
            if isLate { confirmedLateCount += 1 } else { confirmedInTimeCount += 1 }
            // What is dated today happens at its end, and may be confirmed before.
            delays.append(max(0, confirmedAt.milliseconds - change.occurredAt(corrected).milliseconds))
        }
        delays.sort()
        medianDelayMilliseconds =
            delays.isEmpty ? nil : (delays[(delays.count - 1) / 2] + delays[delays.count / 2]) / 2
    }

    /// Of those whose time is over or who are confirmed; nil when there is none.
    public var inTimeShare: Double? {
        let settledCount = confirmedInTimeCount + confirmedLateCount + overdueCount
        return settledCount == 0 ? nil : Double(confirmedInTimeCount) / Double(settledCount)
    }
}

/// A month of site time, or a team or the managers within it.
public struct ChangePeriod: Sendable, Hashable, Comparable {
    public let year: Int
    public let month: Int
    /// Nil: all teams.
    public let team: Team?
    /// 管理人员: they stand in the figures of no team.
    public let isOfManagers: Bool

    public static func < (left: ChangePeriod, right: ChangePeriod) -> Bool {
        let (first, second) = (left.isOfManagers ? 0 : 1, right.isOfManagers ? 0 : 1)
        return (left.year, left.month, first, left.team?.employer ?? "", left.team?.name ?? "")
            < (right.year, right.month, second, right.team?.employer ?? "", right.team?.name ?? "")
    }
}

extension ChangeBook {
    /// By month in which the changes happened and, when asked, by team, the managers before the teams; oldest
    /// first.
    public func statistics(
        byTeam: Bool, at instant: UTCInstant, offsetMilliseconds: Int64, _ corrected: TimeCorrection
    ) -> [(period: ChangePeriod, statistics: ChangeStatistics)] {
        let grouped = Dictionary(grouping: changes) { change in
            let day = change.occurredAt(corrected).day(offsetMilliseconds: offsetMilliseconds)
            let isOfManagers = byTeam && change.isOfManager
            return ChangePeriod(
                year: day.year, month: day.month, team: byTeam && !isOfManagers ? change.team : nil,
                isOfManagers: isOfManagers)
        }
        return grouped.sorted { $0.key < $1.key }.map {
            ($0.key, ChangeStatistics(of: $0.value, at: instant, corrected))
        }
    }
}
