import SiteModel

/// Who has been let through and not yet seen to pass; at most one. A board that cancels its right to pass
/// without a word is believed to have done so when the time is over.
struct PassageWatch: Sendable {
    let patience: Duration
    private(set) var direction: Direction?
    private(set) var endsAt: Uptime?
    /// Between two looks at what tells who passes; after more nobody knows.
    private let gap: Duration
    private var lookedAt = Uptime(nanoseconds: 0)
    private var wasBlind = false

    /// - Parameter gap: nil for a board that speaks by itself and is not looked at.
    init(patience: Duration, gap: Duration? = .seconds(1)) {
        self.patience = patience
        self.gap = gap ?? patience
    }

    static let option = DriverOption(
        "pass_time", .duration(.seconds(1)...(.seconds(60))), default: "6s",
        "How long after a grant somebody may pass; a little more than the board's own setting.")

    mutating func begin(_ direction: Direction, at uptime: Uptime) {
        self.direction = direction
        endsAt = uptime + patience
        (lookedAt, wasBlind) = (uptime, false)
    }

    /// The sensor or the counter was read.
    mutating func looked(at uptime: Uptime) {
        if uptime - lookedAt > gap { wasBlind = true }
        lookedAt = uptime
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

    /// Whether the time is over and nobody passed; says so once. Where nobody looked for longer than the gap
    /// it is over as well, and nothing is said: somebody may have passed.
    mutating func expire(at uptime: Uptime) -> Bool {
        guard let endsAt, uptime >= endsAt else { return false }
        end()
        return !wasBlind && endsAt - lookedAt <= gap
    }
}
