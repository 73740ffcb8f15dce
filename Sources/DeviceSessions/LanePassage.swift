import SiteModel

/// Who is let through a barrier that tells who passed: one person at a time. One who enters may wait; who
/// leaves is never refused, so they all wait.
///
/// A value without a clock. Every order that is admitted leaves once: it passed, did not, or nobody knows.
struct LanePassage: Sendable {
    enum Admission: Sendable {
        /// The lane is free: open it.
        case now
        /// Somebody is in the lane: this one is kept and let through next.
        case next
        /// Somebody waits already, and this one enters; or more wait than ever stand before a gate.
        case full
    }

    /// Whom the barrier was last told to let through and has not spoken of yet.
    private(set) var current: OpenRequest?
    /// When nobody waits for its word any longer.
    private(set) var deadline: Uptime?
    private(set) var waiting: [OpenRequest] = []
    /// Whom the barrier was told to let through last, whether it tells of them or not.
    var lastOpened: OpenRequest?

    mutating func admit(_ request: OpenRequest) -> Admission {
        guard current != nil else { return .now }
        let isTaken = request.direction == .entering ? waiting.isEmpty : waiting.count < Self.waitingLimit
        guard isTaken else { return .full }
        waiting.append(request)
        return .next
    }

    mutating func begin(_ request: OpenRequest, until deadline: Uptime) {
        current = request
        self.deadline = deadline
    }

    /// The one in the lane is through or gone. Whoever waits goes on waiting.
    mutating func leave() { (current, deadline) = (nil, nil) }

    /// The same.
    ///
    /// - Returns: who is next, and waits no more.
    mutating func end() -> OpenRequest? {
        (current, deadline) = (nil, nil)
        return waiting.isEmpty ? nil : waiting.removeFirst()
    }

    /// Everybody who waits, and waits no more.
    mutating func takeWaiting() -> [OpenRequest] {
        defer { waiting = [] }
        return waiting
    }

    /// Orders beyond these come from no person who walks.
    private static let waitingLimit = 16
}
