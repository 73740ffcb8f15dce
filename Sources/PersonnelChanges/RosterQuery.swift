public import SiteModel

/// Which part of the roster a list shows. Every condition that is set must hold.
public struct RosterQuery: Sendable, Hashable {
    /// The exact name of a team.
    public var team: String?
    /// Also those who have left by then.
    public var includesLeft: Bool

    public init(team: String? = nil, includesLeft: Bool = true) {
        self.team = team
        self.includesLeft = includesLeft
    }
}

extension Roster {
    /// In roster order.
    public func members(matching query: RosterQuery, now: UTCInstant) -> [RosterMember] {
        members.filter { member in
            (query.includesLeft || !member.worker.hasLeft(at: now))
                && (query.team == nil || query.team == member.worker.team.name)
        }
    }
}
