public import SiteModel

/// Swing gate boards of the TPW-321ASP kind, as a barrier with pass feedback: RS-232 or RS-485, 9600 8N1.
///
///     offset   0    1      2        3..n                                                 last
///              02   type   length   content                                              04
///              FF connect, both ways          44 done          F4 failed
///              41 mode: 31 closed at rest, 32 entry open, 33 exit open
///              14 entry and exit: 30 30 controlled, 31 31 free
///              28 counter: 30 entry, 31 exit, as a question; the answer has decimal digits behind it
///
/// - Opening: the board has no "let one through" over this line: its mode is set to open, and back to closed
///   one pulse after the last grant. Released, entry and exit are set free until the release is over.
/// - Safety: when the port opens and at `.closing` the mode is set to closed, and at the start entry and exit
///   to controlled; released, `.closing` sends nothing. While nobody is let through both are said again every
///   3 s, for a lost frame must not leave the gate open.
/// - Passing: both counters are asked for in turn every 500 ms; each step up is somebody who passed. The
///   first answer after the start is where counting begins, as is one that is lower than that before.
///   Nobody within `pass_time` is not passed; when the counters were not
///   answered for 1.5 s of it, nothing is said.
/// - Connecting: the board asks back with FF once and then sends its settings, each of which is acknowledged
///   and not read.
/// - Presence: a question without answer for 2 s; two in a row are silence. Asking goes on.
/// - Integrity: STX, length and end mark; the protocol has no check.
/// - Resync: after a bad frame go on with the byte after its first.
/// - Bound: at most 35 bytes wait for more.
/// - Source: operating manual of the TPW-321ASP, appendix C, one source; the form of the counter's answer is
///   our reading of it. Captures: `hardware/captures/tpw-321/`.
public struct TPW321Driver: DeviceDriver {
    static let descriptor = DriverDescriptor(
        name: "tpw-321", isBarrier: true, link: .serial(SerialSettings(baud: 9_600)),
        summary: "Swing gate boards of the TPW-321ASP kind, whose counters tell who passed.",
        options: [
            DriverOption(
                "entering", .choice(["entry", "exit"]), default: "entry",
                "The way in, as the board names it."),
            DriverOption(
                "pulse", .duration(.milliseconds(500)...(.seconds(10))), default: "3s",
                "How long the gate stays open after the last grant."),
            PassageWatch.option,
        ],
        evidenceLevel: 2)

    private let isEnteringEntry: Bool
    private let pulse: Duration
    private(set) var watch: PassageWatch
    private var pending = PendingBytes()
    private var isReleased = false
    private var isConnecting = false
    private var pulseEndsAt: Uptime?
    private var askAt: Uptime?
    /// When the next question is asked if this one is answered.
    private var nextQuestionAt = Uptime(nanoseconds: 0)
    /// When the board is told again how it is at rest.
    private var restAt = Uptime(nanoseconds: 0)
    private var isAwaitingCounter = false
    private var isExitNext = false
    private var unansweredCount = 0
    /// Of entry and exit; nil until the first answer.
    private var counters: [Int?] = [nil, nil]
    private var reported: DriverStatus?

    init(_ options: OptionReader) throws(DriverError) {
        isEnteringEntry = try options.choice("entering") == "entry"
        pulse = try options.duration("pulse")
        watch = PassageWatch(patience: try options.duration("pass_time"), gap: Self.longestGap)
    }

    public var pendingByteCount: Int { pending.count }

    public mutating func handle(_ input: DriverInput, at uptime: Uptime) -> [DriverOutput] {
        var outputs: [DriverOutput] = []
        switch input {
        case .opened(_, let isReleased): start(isReleased, at: uptime, &outputs)
        case .open(let direction):
            guard !isReleased else { break }
            watch.begin(direction, at: uptime)
            pulseEndsAt = uptime + pulse
            let isEntry = (direction == .leaving) != isEnteringEntry
            outputs.append(.send(Self.frame(Self.mode, [isEntry ? Self.entryOpen : Self.exitOpen])))
        case .release(let isReleased): release(isReleased, &outputs)
        case .woken: ring(at: uptime, &outputs)
        case .bytes(let bytes):
            pending.append(bytes)
            while pending.count > 0, readOne(at: uptime, &outputs) {}
        case .report(let report): outputs.discard(report.count, .unexpected)
        case .closing:
            if !isReleased { outputs.append(.send(Self.frame(Self.mode, [Self.closed]))) }
            return outputs
        default: break
        }
        setAlarm(at: uptime, &outputs)
        pending.compact()
        return outputs
    }

    private mutating func release(_ isReleased: Bool, _ outputs: inout [DriverOutput]) {
        if isReleased != self.isReleased { watch.end() }
        self.isReleased = isReleased
        outputs.append(.send(Self.frame(Self.ways, isReleased ? [0x31, 0x31] : [0x30, 0x30])))
    }

    private mutating func start(
        _ isReleased: Bool, at uptime: Uptime, _ outputs: inout [DriverOutput]
    ) {
        pending.discard(pending.count, .incomplete, &outputs)
        (isConnecting, pulseEndsAt) = (true, nil)
        (counters, isAwaitingCounter, isExitNext) = ([nil, nil], false, false)
        (unansweredCount, reported) = (0, nil)
        watch.end()
        outputs.append(.send(Self.frame(Self.connect)))
        outputs.append(.send(Self.frame(Self.mode, [Self.closed])))
        release(isReleased, &outputs)
        askAt = uptime + Self.replyTimeout
        restAt = uptime + Self.restInterval
    }

    private mutating func ring(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        if watch.expire(at: uptime) { outputs.append(.notPassed) }
        if let end = pulseEndsAt, uptime >= end {
            pulseEndsAt = nil
            outputs.append(.send(Self.frame(Self.mode, [Self.closed])))
            restAt = uptime + Self.restInterval
        }
        if pulseEndsAt == nil, uptime >= restAt {
            restAt = uptime + Self.restInterval
            outputs.append(.send(Self.frame(Self.mode, [Self.closed])))
            release(isReleased, &outputs)
        }
        guard let ask = askAt, uptime >= ask else { return }
        if isAwaitingCounter {
            unansweredCount += 1
            if unansweredCount >= 2 { report(.silent, &outputs) }
        }
        isAwaitingCounter = true
        askAt = uptime + Self.replyTimeout
        nextQuestionAt = uptime + Self.questionInterval
        outputs.append(.send(Self.frame(Self.counter, [isExitNext ? 0x31 : 0x30])))
        isExitNext.toggle()
    }

    private func setAlarm(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        let restAt = pulseEndsAt == nil ? self.restAt : nil
        guard let next = [pulseEndsAt, askAt, watch.endsAt, restAt].compactMap({ $0 }).min() else { return }
        outputs.append(.wake(after: max(.zero, next - uptime)))
    }

    /// Takes or discards something at the front; false when it has to wait for more.
    private mutating func readOne(at uptime: Uptime, _ outputs: inout [DriverOutput]) -> Bool {
        guard pending[0] == Self.startOfText else {
            pending.discard(1, .noise, &outputs)
            return true
        }
        guard pending.count >= 3 else { return false }
        guard Int(pending[2]) <= Self.longestContent else {
            pending.discard(1, .malformed, &outputs)
            return true
        }
        let byteCount = Self.overheadByteCount + Int(pending[2])
        guard pending.count >= byteCount else { return false }
        guard pending[byteCount - 1] == Self.endMark else {
            pending.discard(1, .malformed, &outputs)
            return true
        }
        let (type, content) = (pending[1], pending.copy(3..<(byteCount - 1)))
        pending.takeFrame(byteCount)
        take(type, content, at: uptime, &outputs)
        return true
    }

    private mutating func take(
        _ type: UInt8, _ content: [UInt8], at uptime: Uptime, _ outputs: inout [DriverOutput]
    ) {
        switch type {
        case Self.connect:
            guard isConnecting else { break }
            isConnecting = false
            outputs.append(.send(Self.frame(Self.connect)))
        case Self.failed:
            report(.fault("the board says that a command failed"), &outputs)
            return
        case Self.counter where content.count >= 2 && isAwaitingCounter:
            takeCounter(content, at: uptime, &outputs)
        case Self.done: break
        default: outputs.append(.send(Self.frame(Self.connect)))  // a setting: acknowledged
        }
        report(.answering, &outputs)
    }

    private mutating func takeCounter(
        _ content: [UInt8], at uptime: Uptime, _ outputs: inout [DriverOutput]
    ) {
        guard content[0] == 0x30 || content[0] == 0x31, content.count <= 10,
            content.dropFirst().allSatisfy({ (0x30...0x39).contains($0) })
        else { return }
        isAwaitingCounter = false
        unansweredCount = 0
        watch.looked(at: uptime)
        askAt = nextQuestionAt
        outputs.append(.send(Self.frame(Self.done)))
        let index = Int(content[0] - 0x30)
        let count = content.dropFirst().reduce(0) { $0 * 10 + Int($1 - 0x30) }
        if let before = counters[index], count > before {
            let direction: Direction = (index == 0) == isEnteringEntry ? .entering : .leaving
            watch.passed(direction)
            outputs += [DriverOutput](
                repeating: .passed(direction), count: min(count - before, Self.mostAtOnce))
        }
        counters[index] = count
    }

    private mutating func report(_ status: DriverStatus, _ outputs: inout [DriverOutput]) {
        guard reported != status else { return }
        reported = status
        outputs.append(.status(status))
    }

    static func frame(_ type: UInt8, _ content: [UInt8] = []) -> [UInt8] {
        [startOfText, type, UInt8(content.count)] + content + [endMark]
    }

    private static let startOfText: UInt8 = 0x02
    private static let endMark: UInt8 = 0x04
    private static let connect: UInt8 = 0xFF
    private static let done: UInt8 = 0x44
    private static let failed: UInt8 = 0xF4
    private static let mode: UInt8 = 0x41
    private static let ways: UInt8 = 0x14
    private static let counter: UInt8 = 0x28
    private static let closed: UInt8 = 0x31
    private static let entryOpen: UInt8 = 0x32
    private static let exitOpen: UInt8 = 0x33
    private static let overheadByteCount = 4
    private static let longestContent = 32
    /// More steps than people can take in half a second are a counter that was set, not a crowd.
    private static let mostAtOnce = 4
    private static let replyTimeout = Duration.seconds(2)
    /// A question that is lost is one look too few.
    private static let longestGap = Duration.milliseconds(1_500)
    private static let questionInterval = Duration.milliseconds(500)
    private static let restInterval = Duration.seconds(3)
}

extension TPW321Driver: FrameByteCounting {
    var framedByteCount: Int { pending.framedByteCount }
}
