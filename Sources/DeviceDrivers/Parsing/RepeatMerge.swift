import SiteModel

/// Merges the frames that a reader repeats while one card lies before it.
///
/// A frame repeats the one before it when it shows the same credential less than `window` later; each repeat
/// moves the window. Another credential between the two ends the repetition: it means that the card was
/// taken away.
struct RepeatMerge: Sendable {
    let window: Duration
    private var last: Credential?
    private var lastSeenAt = Uptime(nanoseconds: 0)

    init(window: Duration = .milliseconds(300)) {
        self.window = window
    }

    mutating func isRepeat(_ credential: Credential, at uptime: Uptime) -> Bool {
        let isRepeat = last == credential && uptime - lastSeenAt < window
        last = credential
        lastSeenAt = uptime
        return isRepeat
    }

    /// The card is known to be gone, or the line was opened anew: the next frame is a new presentation.
    mutating func forget() { last = nil }
}
