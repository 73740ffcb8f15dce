/// How patient a delivery is.
public struct DeliveryPolicy: Sendable {
    /// Until a receipt is asked about: after each pending answer the next of them, then the last for ever.
    public var polls: [Duration] = [
        .seconds(2), .seconds(3), .seconds(10), .seconds(15), .seconds(30), .seconds(60), .seconds(300),
    ]
    /// A receipt that stays pending so long is given up and the platform's stock looked at.
    public var pendingLimit: Duration = .seconds(86_400)
    /// When a call of unknown effect is looked for; sent once more when it is not there at the last.
    public var looks: [Duration] = [.seconds(5), .seconds(60)]
    /// First and longest pause after a call that failed on the way; doubled in between, with jitter.
    public var firstPause: Duration = .seconds(5)
    public var longestPause: Duration = .seconds(300)
    /// Pause after the platform refused everything (signature, rights, address, clock).
    public var stopPause: Duration = .seconds(300)
    /// Until something is sent again of which the platform says that it is of tomorrow.
    public var clockPause: Duration = .seconds(120)
    /// Until it is looked at again whether a moment is known by now that nobody could tell.
    public var clockLook: Duration = .seconds(60)
    /// Without a success for so long, the next one counts as a reconnect: today's goes first from there.
    public var outage: Duration = .seconds(60)
    /// Single records that are refused one after the other with one code: then the deliveries pause. Long
    /// enough that no handful of bad records makes it, and short enough to be looked through.
    public var refusalsUntilPause = 64
    /// At least so long between two checkpoints behind confirmations.
    public var checkpointPause: Duration = .seconds(60)
    /// Which end of a backlog goes up first.
    public var isNewestFirst = false

    public init() {}

    /// For a sandbox on the same machine: milliseconds in place of seconds.
    public static var brisk: DeliveryPolicy {
        var policy = DeliveryPolicy()
        policy.polls = [.milliseconds(20), .milliseconds(50), .milliseconds(200)]
        policy.pendingLimit = .seconds(2)
        policy.looks = [.milliseconds(100), .milliseconds(500)]
        policy.firstPause = .milliseconds(50)
        policy.longestPause = .milliseconds(500)
        policy.stopPause = .milliseconds(500)
        policy.clockPause = .milliseconds(500)
        policy.clockLook = .milliseconds(500)
        return policy
    }

    /// Of a later attempt than the last the same as of the last.
    func poll(_ attempt: Int) -> Duration { polls[min(attempt, polls.count - 1)] }

    /// Half to all of the doubled pause.
    func pause(afterFailures count: Int) -> Duration {
        let doubled = firstPause * (1 << min(count - 1, 16))
        return min(doubled, longestPause) * Double.random(in: 0.5...1)
    }
}
