/// What is known of one boot. All numbers are milliseconds. They come from a file that anybody may have
/// written into, so arithmetic wraps and never traps.
struct BootClock: Sendable {
    /// A moment at which somebody vouched for the wall clock.
    private struct Anchor: Sendable {
        let uptime: Int64
        /// Wall time at uptime 0.
        let epoch: Int64
    }

    /// A time by an anchor.
    struct Anchored {
        let milliseconds: Int64
        let bound: Int64
        let isDisciplined: Bool
    }

    private let first: ClockReading
    /// The boot began no earlier.
    let earliestStart: Int64?
    /// The last moment known of the boot was no later.
    var latestEnd: Int64?
    private var lastUptime: Int64 = 0
    /// In order of uptime.
    private var disciplined: [Anchor] = []
    private var confirmed: [Anchor] = []
    private(set) var confirmation: ClockReading?

    init(first: ClockReading, earliestStart: Int64?) {
        self.first = first
        self.earliestStart = earliestStart
    }

    var isAnchored: Bool { !disciplined.isEmpty || !confirmed.isEmpty }

    mutating func reach(_ uptime: Int64) { lastUptime = max(lastUptime, uptime) }

    /// - Parameter isConfirmation: what a person vouches for is the moment of their confirmation; an entry
    ///   that only says so later vouches for nothing new.
    /// - Returns: whether the beginning of the boot is known for the first time, or better.
    mutating func anchor(_ reading: ClockReading, isConfirmation: Bool) -> Bool {
        let uptime = reading.uptime.milliseconds
        let anchor = Anchor(uptime: uptime, epoch: reading.wall.milliseconds &- uptime)
        let before = latestStart
        switch reading.synchronisation {
        case .none: return false
        case .kernel, .chrony: Self.insert(anchor, into: &disciplined)
        case .operator:
            guard isConfirmation else { return false }
            Self.insert(anchor, into: &confirmed)
            confirmation = reading
        }
        return before != latestStart
    }

    /// Entries come in the order of their uptimes, or nearly so.
    private static func insert(_ anchor: Anchor, into anchors: inout [Anchor]) {
        let index = (anchors.lastIndex { $0.uptime <= anchor.uptime } ?? -1) + 1
        anchors.insert(anchor, at: index)
    }

    /// The time at an uptime by the anchor that bounds it best; nil without one.
    func anchored(_ uptime: Int64) -> Anchored? {
        let byDiscipline = Self.nearest(
            disciplined, uptime, bound: ClockHistory.disciplinedBound, isDisciplined: true)
        let byPerson = Self.nearest(
            confirmed, uptime, bound: ClockHistory.operatorBound, isDisciplined: false)
        guard let byDiscipline, let byPerson else { return byDiscipline ?? byPerson }
        return byDiscipline.bound <= byPerson.bound ? byDiscipline : byPerson
    }

    private static func nearest(
        _ anchors: [Anchor], _ uptime: Int64, bound: Duration, isDisciplined: Bool
    ) -> Anchored? {
        var low = 0
        var high = anchors.count
        while low < high {
            let middle = (low + high) / 2
            if anchors[middle].uptime <= uptime { low = middle + 1 } else { high = middle }
        }
        let neighbours = anchors[max(0, low - 1)..<min(anchors.count, low + 1)]
        guard let anchor = neighbours.min(by: { abs(uptime - $0.uptime) < abs(uptime - $1.uptime) }) else {
            return nil
        }
        return Anchored(
            milliseconds: anchor.epoch &+ uptime,
            bound: bound.wholeMilliseconds + drift(over: abs(uptime - anchor.uptime)),
            isDisciplined: isDisciplined)
    }

    /// The last moment known of the boot was no earlier: the next boot begins after it.
    var earliestEnd: Int64? {
        if let end = anchored(lastUptime) { return end.milliseconds &- end.bound }
        return earliestStart.map { $0 &+ Self.least(lastUptime) }
    }

    /// The boot began no later: the boot before ended before it.
    var latestStart: Int64? {
        if let start = anchored(0) { return start.milliseconds &+ start.bound }
        return latestEnd.map { $0 &- Self.least(lastUptime) }
    }

    /// Between which the moment lies, without anchor; nil when one side is open, or when the sides contradict
    /// each other: then somebody vouched for a wrong clock.
    func limits(at uptime: Int64) -> (low: Int64, high: Int64)? {
        guard let earliestStart, let latestEnd else { return nil }
        let low = earliestStart &+ Self.least(uptime)
        let high = latestEnd &- Self.least(max(0, lastUptime - uptime))
        return low <= high ? (low, high) : nil
    }

    /// What the clock of the board said at the first look, carried on by uptime: whatever was set later
    /// changes nothing. Not before what stands before.
    func guess(at uptime: Int64) -> UTCInstant? {
        let carried = UTCInstant(
            milliseconds: first.wall.milliseconds &+ (uptime - first.uptime.milliseconds))
        let earliest = earliestStart.map { UTCInstant(milliseconds: $0 &+ Self.least(uptime)) }
        guard ClockHistory.plausible.contains(carried) else { return earliest }
        return earliest.map { max($0, carried) } ?? carried
    }

    /// Rounded up.
    private static func drift(over uptime: Int64) -> Int64 {
        // Multiplied in parts: an uptime can be any number that fits in nanoseconds.
        uptime / 1_000_000 * ClockHistory.driftMillionths
            + (uptime % 1_000_000 * ClockHistory.driftMillionths + 999_999) / 1_000_000
    }

    /// The least true time in which an uptime can pass.
    private static func least(_ uptime: Int64) -> Int64 { uptime - drift(over: uptime) }
}
