import SiteModel

/// Who has been let through and not yet seen to pass; at most one. A board that cancels its right to pass
/// without a word is believed to have done so when the time is over.
struct PassageWatch: Sendable {
    let patience: Duration
    private(set) var direction: Direction?
    private(set) var endsAt: Uptime?

    init(patience: Duration) {
        self.patience = patience
    }

    static let option = DriverOption(
        "pass_time", .duration(.seconds(1)...(.seconds(60))), default: "6s",
        "How long after a grant somebody may pass; a little more than the board's own setting.")

    mutating func begin(_ direction: Direction, at uptime: Uptime) {
        self.direction = direction
        endsAt = uptime + patience
    }

    /// Somebody passed, or nobody will.
    mutating func end() {
        direction = nil
        endsAt = nil
    }

    /// Somebody passed. Who went the other way leaves the right of the one who was let through as it is.
    mutating func passed(_ direction: Direction) {
        let isOpposite = direction != .unknown && self.direction != .unknown && direction != self.direction
        if !isOpposite { end() }
    }

    /// Says once that the time is over.
    mutating func expire(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        guard let endsAt, uptime >= endsAt else { return }
        end()
        outputs.append(.notPassed)
    }
}
