import SiteModel

/// How the way to the platform stands. Gone with the process.
struct DeliveryHealth {
    /// Nothing is sent before.
    private(set) var pausedUntil: Uptime?
    /// The platform refuses everything until somebody mends it.
    private(set) var stop: PlatformRefusal?
    /// The last thing that went wrong, without personal data; nil after a success.
    private(set) var lastTrouble: String?
    /// Why nothing can be concluded from what the platform shows, though it answers; nil when all was read.
    var unreadable: String?
    /// `Date` of a platform that refuses our time.
    private(set) var platformTime: UTCInstant?
    /// When it last said of something that it is of tomorrow.
    private var refusedAsOfTomorrow: Uptime?
    private var failureCount = 0
    private var lastSuccess: Uptime?

    /// Since this delivery began.
    var wasReached: Bool { lastSuccess != nil }

    func isPaused(at uptime: Uptime) -> Bool { pausedUntil.map { uptime < $0 } ?? false }

    /// - Returns: whether the platform is back after an outage.
    mutating func succeeded(at uptime: Uptime, outage: Duration) -> Bool {
        defer { lastSuccess = uptime }
        (pausedUntil, stop, lastTrouble, failureCount) = (nil, nil, nil, 0)
        if refusedAsOfTomorrow.map({ uptime - $0 >= Self.clockMemory }) ?? true { platformTime = nil }
        return lastSuccess.map { uptime - $0 >= outage } ?? true
    }

    mutating func failed(_ reason: String, atLeast: Duration, at uptime: Uptime, policy: DeliveryPolicy) {
        failureCount += 1
        lastTrouble = reason
        pausedUntil = uptime + max(atLeast, policy.pause(afterFailures: failureCount))
    }

    mutating func stopped(_ refusal: PlatformRefusal, at uptime: Uptime, policy: DeliveryPolicy) {
        stop = refusal
        if case .clock(let time) = refusal.cause { platformTime = time }
        pausedUntil = uptime + policy.stopPause
    }

    /// It takes calls, and finds this one to be of tomorrow.
    mutating func foundOfTomorrow(_ time: UTCInstant?, at uptime: Uptime) {
        refusedAsOfTomorrow = uptime
        platformTime = time ?? platformTime
    }

    /// How long its time is shown afterwards.
    private static let clockMemory = Duration.seconds(600)

    /// Tries again now.
    mutating func resume() { pausedUntil = nil }
}
