public import SiteModel

/// Prints changes with their clocks, a line each. No personal data: the platform's words, which may name
/// people, are shown as the reader may see them.
public struct ChangeListing {
    /// The platform's words about a change, as the reader may see them.
    public typealias ShownWords = (_ words: String, _ worker: WorkerID) -> String

    private let instant: UTCInstant
    private let offsetMilliseconds: Int64
    private let corrected: TimeCorrection

    private let shown: ShownWords

    public init(
        at instant: UTCInstant, offsetMilliseconds: Int64, corrected: @escaping TimeCorrection,
        shown: @escaping ShownWords
    ) {
        self.shown = shown
        self.instant = instant
        self.offsetMilliseconds = offsetMilliseconds
        self.corrected = corrected
    }

    /// `{"worker", "kind", "occurred_at", "recorded_at", "due_at", "state", "remaining_s", "confirmed_at",
    /// "change", "stage", "team", "by_hand"}`. `state` is open, sent, confirmed, rejected, or late: open or
    /// sent, and past its time. `stage` of a confirmed one says how it stood when it was confirmed.
    public func json(_ change: TrackedChange) -> String {
        let deadline = change.deadline(corrected)
        let confirmedAt = change.confirmedAt(corrected)
        var json = JSONText()
        json.beginObject()
        json.member("worker", change.worker.description)
        json.member("kind", change.kind.name)
        json.member("occurred_at", deadline.start.rfc3339)
        json.member("recorded_at", corrected(change.recorded).instant.rfc3339)
        json.member("due_at", deadline.dueAt.rfc3339)
        json.member("state", stateName(of: change))
        json.member(
            "remaining_s",
            confirmedAt == nil ? deadline.remainingMilliseconds(at: instant).flooredQuotient(by: 1_000) : nil)
        json.member("confirmed_at", confirmedAt?.rfc3339)
        json.member("change", change.sequence.rawValue)
        json.member("stage", change.stage(at: instant, corrected).name)
        json.member("team", change.team.name)
        if change.kind == .left { json.member("leaver_confirmed", change.isConfirmedByLeaver) }
        if case .confirmed(_, let isByHand) = change.state { json.member("by_hand", isByHand) }
        if case .rejected(_, let words) = change.state { json.member("words", shown(words, change.worker)) }
        json.endObject()
        return json.text
    }

    public func line(_ change: TrackedChange) -> String {
        let deadline = change.deadline(corrected)
        let left: String
        if let confirmedAt = change.confirmedAt(corrected) {
            left = "confirmed " + confirmedAt.localText(offsetMilliseconds: offsetMilliseconds).prefix(16)
        } else {
            left = Self.remaining(deadline.remainingMilliseconds(at: instant))
        }
        let occurred = deadline.start.localText(offsetMilliseconds: offsetMilliseconds).prefix(16)
        return [
            "\(change.sequence)", change.worker.description, change.kind.words.chinese, change.kind.name,
            String(occurred), stateName(of: change), left,
            change.kind == .left ? (change.isConfirmedByLeaver ? "离场已确认" : "离场未确认") : "",
        ].filter { !$0.isEmpty }.joined(separator: "  ")
    }

    /// `5h 12min left`, `3h 04min late`.
    public static func remaining(_ milliseconds: Int64) -> String {
        let minutes = abs(milliseconds) / 60_000
        let rest = minutes % 60
        return "\(minutes / 60)h \(rest < 10 ? "0" : "")\(rest)min \(milliseconds < 0 ? "late" : "left")"
    }

    private func stateName(of change: TrackedChange) -> String {
        guard !change.state.isConfirmed, change.stage(at: instant, corrected) == .late else {
            return change.state.name
        }
        if case .rejected = change.state { return change.state.name }
        return "late"
    }
}
