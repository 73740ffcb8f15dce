import SiteModel

/// Compares successive looks at the clocks: finds jumps of the wall clock and the moment it becomes
/// synchronised or is so no longer. Pure.
struct ClockObserver: Sendable {
    /// Below this a difference is drift or slewing between two looks, not a jump.
    static let stepMilliseconds: Int64 = 500

    private var last: ClockReading

    init(first: ClockReading) {
        last = first
    }

    /// The entries that the new reading calls for, in order.
    mutating func observe(_ reading: ClockReading) -> [EntryDraft] {
        defer { last = reading }
        var drafts: [EntryDraft] = []
        let expected = last.at(reading.uptime).wall
        if abs(reading.wall.milliseconds - expected.milliseconds) >= Self.stepMilliseconds {
            drafts.append(
                EntryDraft(ClockStep(before: expected, after: reading.wall), kind: .clockStep, clock: reading)
            )
        }
        // A person's word has an entry of its own, made when it was given.
        switch (last.synchronisation.isDisciplined, reading.synchronisation.isDisciplined) {
        case (false, true): drafts.append(Self.anchor(at: reading))
        // The last moment that is vouched for: uptime is counted from there.
        case (true, false): drafts.insert(Self.anchor(at: last), at: 0)
        default: break
        }
        return drafts
    }

    static func anchor(at reading: ClockReading) -> EntryDraft {
        EntryDraft(
            ServiceMark(words: "synchronised"), kind: .clockAnchor, clock: reading)
    }
}
