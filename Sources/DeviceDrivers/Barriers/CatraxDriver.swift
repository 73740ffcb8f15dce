public import SiteModel

/// Turnstile boards Digicon Catrax (Tx1500), as a barrier with pass feedback: UART 115200 8N1.
///
/// Command and answer:
///
///     offset   0    1..2     3                                              last
///              02   length   48 right to left, 41 left to right, 44 both    XOR of all before it
///                            4C and a direction: free for good
///                            43 controlled again
///                            06 understood, 15 not understood
///                            1A passed right to left, 1B left to right
///
/// The length, lowest byte first, counts what follows it.
///
/// - Opening: one command, for one passage; the board ends the right by itself and says nothing then:
///   nobody within `pass_time` is not passed, if the board took the command. `entering` says which way that
///   is: the manual's captions contradict each other, so try it when the gate is put up.
/// - Safety: `controlled` is sent when the port opens and at `.closing`, unless released, and when a release
///   ends.
/// - Answers: a command that is not understood is sent once more; an opening that is not understood then
///   opened nothing, and nobody is waited for. Two in a row without an answer (500 ms) are silence; none is
///   repeated then, for a repeated right would let two through.
/// - Integrity: XOR of 8 bits, STX and length: a random position passes with 2^-28.
/// - Resync: after a bad frame go on with the byte after its first.
/// - Bound: at most 18 bytes wait for more.
/// - Source: manual of the Tx1500, page 31, one source. Captures: `hardware/captures/catrax/`.
public struct CatraxDriver: DeviceDriver {
    static let descriptor = DriverDescriptor(
        name: "catrax", isBarrier: true, link: .serial(SerialSettings(baud: 115_200)),
        summary: "Turnstile boards Digicon Catrax (Tx1500), which report who passed.",
        options: [
            DriverOption(
                "entering", .choice(["right-to-left", "left-to-right"]), default: "right-to-left",
                "The way in, as the board names it."),
            PassageWatch.option,
        ],
        evidenceLevel: 3)

    private let isEnteringRightToLeft: Bool
    private(set) var watch: PassageWatch
    private var pending = PendingBytes()
    private var isReleased = false
    /// The command whose answer is awaited, and whether it was sent twice.
    private var outstanding: (command: [UInt8], isRepeated: Bool)?
    private var dueAt = Uptime(nanoseconds: 0)
    private var unansweredCount = 0
    /// The board answered since somebody was let through.
    private var isRightTaken = false
    private var reported: DriverStatus?

    init(_ options: OptionReader) throws(DriverError) {
        isEnteringRightToLeft = try options.choice("entering") == "right-to-left"
        watch = PassageWatch(patience: try options.duration("pass_time"), gap: nil)
    }

    public var pendingByteCount: Int { pending.count }

    public mutating func handle(_ input: DriverInput, at uptime: Uptime) -> [DriverOutput] {
        var outputs: [DriverOutput] = []
        switch input {
        case .opened(_, let isReleased):
            pending.discard(pending.count, .incomplete, &outputs)
            (unansweredCount, reported) = (0, nil)
            watch.end()
            release(isReleased, at: uptime, &outputs)
        case .open(let direction):
            if !isReleased {
                watch.begin(direction, at: uptime)
                isRightTaken = false
                send([command(for: direction)], at: uptime, &outputs)
            }
        case .release(let isReleased): release(isReleased, at: uptime, &outputs)
        case .woken: ring(at: uptime, &outputs)
        case .bytes(let bytes):
            pending.append(bytes)
            while pending.count > 0, readOne(at: uptime, &outputs) {}
        case .report(let report): outputs.discard(report.count, .unexpected)
        case .closing:
            if !isReleased { outputs.append(.send(Self.frame([Self.controlled]))) }
        default: break
        }
        pending.compact()
        return outputs
    }

    private mutating func release(
        _ isReleased: Bool, at uptime: Uptime, _ outputs: inout [DriverOutput]
    ) {
        self.isReleased = isReleased
        watch.end()
        send(isReleased ? [Self.free, Self.bothWays] : [Self.controlled], at: uptime, &outputs)
    }

    private mutating func send(
        _ command: [UInt8], isRepeated: Bool = false, at uptime: Uptime, _ outputs: inout [DriverOutput]
    ) {
        outstanding = (command, isRepeated)
        dueAt = uptime + Self.replyTimeout
        outputs.append(.send(Self.frame(command)))
        setAlarm(at: uptime, &outputs)
    }

    private mutating func ring(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        if watch.expire(at: uptime), isRightTaken { outputs.append(.notPassed) }
        if outstanding != nil, uptime >= dueAt {
            outstanding = nil
            unansweredCount += 1
            if unansweredCount >= 2 { report(.silent, &outputs) }
        }
        setAlarm(at: uptime, &outputs)
    }

    private func setAlarm(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        let times = [outstanding == nil ? nil : dueAt, watch.endsAt].compactMap { $0 }
        guard let next = times.min() else { return }
        outputs.append(.wake(after: max(.zero, next - uptime)))
    }

    /// Takes or discards something at the front; false when it has to wait for more.
    private mutating func readOne(at uptime: Uptime, _ outputs: inout [DriverOutput]) -> Bool {
        guard pending[0] == Self.startOfText else {
            pending.discard(1, .noise, &outputs)
            return true
        }
        guard pending.count >= Self.headByteCount else { return false }
        let length = Int(pending[1]) | Int(pending[2]) << 8
        guard Self.lengths.contains(length) else {
            pending.discard(1, .malformed, &outputs)
            return true
        }
        let byteCount = Self.headByteCount + length
        guard pending.count >= byteCount else { return false }
        guard pending.exclusiveOr(0..<byteCount) == 0 else {
            pending.discard(1, .integrityCheckFailed, &outputs)
            return true
        }
        take(pending[Self.headByteCount], byteCount, at: uptime, &outputs)
        return true
    }

    private mutating func take(
        _ answer: UInt8, _ byteCount: Int, at uptime: Uptime, _ outputs: inout [DriverOutput]
    ) {
        guard byteCount == Self.headByteCount + 2,
            [Self.understood, Self.notUnderstood, Self.passedRightToLeft, Self.passedLeftToRight]
                .contains(answer)
        else { return pending.discard(byteCount, .unexpected, &outputs) }
        pending.takeFrame(byteCount)
        unansweredCount = 0
        switch answer {
        case Self.understood:
            outstanding = nil
            isRightTaken = true
            report(.answering, &outputs)
        case Self.notUnderstood:
            guard let (command, isRepeated) = outstanding else { return }
            guard isRepeated else {
                return send(command, isRepeated: true, at: uptime, &outputs)
            }
            outstanding = nil
            if Self.openings.contains(command[0]) {
                watch.end()
                outputs.append(.notOpened(barrier: 0))
            }
            report(.fault("the board does not understand command \([command[0]].hexadecimal)"), &outputs)
        default:
            let isEntering = (answer == Self.passedRightToLeft) == isEnteringRightToLeft
            watch.passed(isEntering ? .entering : .leaving)
            outputs.append(.passed(isEntering ? .entering : .leaving))
        }
    }

    private mutating func report(_ status: DriverStatus, _ outputs: inout [DriverOutput]) {
        guard reported != status else { return }
        reported = status
        outputs.append(.status(status))
    }

    private func command(for direction: Direction) -> UInt8 {
        switch direction {
        case .entering: isEnteringRightToLeft ? Self.rightToLeft : Self.leftToRight
        case .leaving: isEnteringRightToLeft ? Self.leftToRight : Self.rightToLeft
        case .unknown: Self.bothWays
        }
    }

    static func frame(_ command: [UInt8]) -> [UInt8] {
        let length = command.count + 1
        let body = [startOfText, UInt8(length & 0xFF), UInt8(length >> 8)] + command
        return body + [body.reduce(0, ^)]
    }

    private static let startOfText: UInt8 = 0x02
    private static let headByteCount = 3
    private static let lengths = 2...16
    private static let rightToLeft: UInt8 = 0x48
    private static let leftToRight: UInt8 = 0x41
    private static let bothWays: UInt8 = 0x44
    private static let openings = [rightToLeft, leftToRight, bothWays]
    private static let free: UInt8 = 0x4C
    private static let controlled: UInt8 = 0x43
    private static let understood: UInt8 = 0x06
    private static let notUnderstood: UInt8 = 0x15
    private static let passedRightToLeft: UInt8 = 0x1A
    private static let passedLeftToRight: UInt8 = 0x1B
    private static let replyTimeout = Duration.milliseconds(500)
}

extension CatraxDriver: FrameByteCounting {
    var framedByteCount: Int { pending.framedByteCount }
}
