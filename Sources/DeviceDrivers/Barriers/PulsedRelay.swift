import SiteModel

/// When a relay without a timer of its own is switched, and whether its board still answers.
///
/// - Opening: ON at once at each grant, also while a pulse runs; OFF one pulse after the last. So no grant
///   waits for another one's pulse, and somebody let in late in a pulse still gets a whole one.
/// - Safety: OFF when the port opens and at shutdown; after a crash the contact may still be closed.
///   Released, it is ON when the port opens and stays closed until the release is over, also after the
///   shutdown.
/// - Presence: the board's state is asked for 100 ms after each command and every 10 s. A board that has
///   once answered and then leaves two questions in a row unanswered is silent; of one that never answers
///   nothing is said. An answer that contradicts the last command repeats it and is reported as a fault.
struct PulsedRelay: Sendable {
    enum Command: Sendable {
        case on
        case off
        case query
    }

    private let pulse: Duration
    /// False: the device cannot be asked.
    private var isAsked: Bool
    private var pulseEndsAt: Uptime?
    private var isReleased = false
    private var queryAt: Uptime?
    private var unansweredCount = 0
    /// The query under way was sent after the last command, so its answer can be compared.
    private var isAnswerCurrent = false
    private var reported: DriverStatus?

    init(pulse: Duration, isAsked: Bool) {
        self.pulse = pulse
        self.isAsked = isAsked
    }

    static let pulseOption = DriverOption(
        "pulse", .duration(.milliseconds(100)...(.seconds(10))), default: "500ms",
        "How long the contact stays closed after the last grant.")

    private var isOn: Bool { isReleased || pulseEndsAt != nil }

    /// Takes what concerns the relay; `encode` makes the bytes.
    mutating func handle(
        _ input: DriverInput, at uptime: Uptime, _ outputs: inout [DriverOutput],
        encode: (Command) -> DriverOutput
    ) {
        switch input {
        case .opened(_, let isReleased):
            (unansweredCount, reported, pulseEndsAt) = (0, nil, nil)
            self.isReleased = isReleased
            command(isReleased ? .on : .off, at: uptime, &outputs, encode)
        case .open:
            guard !isReleased else { return }
            pulseEndsAt = uptime + pulse
            command(.on, at: uptime, &outputs, encode)
        case .release(let isReleased):
            self.isReleased = isReleased
            pulseEndsAt = nil
            command(isReleased ? .on : .off, at: uptime, &outputs, encode)
        case .woken: ring(at: uptime, &outputs, encode)
        case .closing:
            pulseEndsAt = nil
            queryAt = nil
            if !isReleased { outputs.append(encode(.off)) }
            return
        default: return
        }
        setAlarm(at: uptime, &outputs)
    }

    /// The board cannot tell its state after all: it is not asked again.
    mutating func giveUpAsking() { (isAsked, queryAt) = (false, nil) }

    /// The board said something; `isOn` when it was its state.
    mutating func heard(
        isOn: Bool?, at uptime: Uptime, _ outputs: inout [DriverOutput], encode: (Command) -> DriverOutput
    ) {
        unansweredCount = 0
        // An echo, or an answer to a question before the last command, does not say that a fault is over.
        guard let isOn, isAnswerCurrent else {
            if reported == nil || reported == .silent { report(.answering, &outputs) }
            return
        }
        guard isOn != self.isOn else { return report(.answering, &outputs) }
        report(
            .fault(isOn ? "the relay is on and should be off" : "the relay is off and should be on"), &outputs
        )
        command(self.isOn ? .on : .off, at: uptime, &outputs, encode)
        queryAt = uptime + Self.faultInterval
        setAlarm(at: uptime, &outputs)
    }

    private mutating func command(
        _ command: Command, at uptime: Uptime, _ outputs: inout [DriverOutput],
        _ encode: (Command) -> DriverOutput
    ) {
        outputs.append(encode(command))
        isAnswerCurrent = false
        if isAsked { queryAt = uptime + Self.settlingTime }
    }

    private mutating func ring(
        at uptime: Uptime, _ outputs: inout [DriverOutput], _ encode: (Command) -> DriverOutput
    ) {
        if let end = pulseEndsAt, uptime >= end {
            pulseEndsAt = nil
            command(.off, at: uptime, &outputs, encode)
        } else if let query = queryAt, uptime >= query {
            if unansweredCount >= 2, reported != nil { report(.silent, &outputs) }
            unansweredCount += 1
            isAnswerCurrent = true
            queryAt = uptime + Self.queryInterval
            outputs.append(encode(.query))
        }
    }

    private func setAlarm(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        guard let next = [pulseEndsAt, queryAt].compactMap({ $0 }).min() else { return }
        outputs.append(.wake(after: max(.zero, next - uptime)))
    }

    private mutating func report(_ status: DriverStatus, _ outputs: inout [DriverOutput]) {
        guard reported != status else { return }
        reported = status
        outputs.append(.status(status))
    }

    private static let settlingTime = Duration.milliseconds(100)
    /// Between two attempts to move a relay that does not follow.
    private static let faultInterval = Duration.seconds(1)
    private static let queryInterval = Duration.seconds(10)
}
