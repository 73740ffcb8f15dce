public import SiteModel

/// QR and card reading heads of Vbar (微光) and compatible ones: UART, RS-485 or USB serial, 57600 8N1.
///
/// Frames, lengths lowest byte first and of the data only, check the XOR of all before it:
///
///     query    55 AA   command           length   data   check
///     report   55 AA   command   status  length   data   check
///              2       1         1       2        n      1
///
/// - Reading: the head reports by itself: command 30, status 00, the text of the code or card.
/// - Credential: what `format` says of the text; line ends and zeros at its end are not part of it.
/// - Presence: command 01 is sent at the start and every 10 s. Heads that have answered it since the port
///   was opened and then leave two queries in a row unanswered are silent. Of those that never answer nothing
///   is said: some makes do not know the command.
/// - Integrity: XOR of 8 bits and the length. A random position passes for a report with about 2^-47, a
///   report whose bytes were exchanged for others with 2^-8; texts of a form with a check digit are safer.
/// - Resync: after a bad frame go on with the byte after its 55.
/// - Time: after a gap of 1 s inside a frame its first byte is given up and what it swallowed is read. The
///   same text less than 300 ms after its last report gives no second credential.
/// - Bound: at most 518 bytes wait for more.
/// - Source: protocol description of the heads (doc 160); other documents name 115200. Captures:
///   `hardware/captures/vbar/`.
public struct VbarDriver: DeviceDriver {
    static let descriptor = DriverDescriptor(
        name: "vbar", isBarrier: false, link: .serial(SerialSettings(baud: 57_600)),
        summary: "QR and card heads with 55 AA frames, such as those of Vbar (微光).",
        options: CredentialText.detectionOptions + [
            DriverOption(
                "query", .choice(["yes", "no"]), default: "yes",
                "Ask every 10 s whether the head is there.")
        ],
        evidenceLevel: 3)

    private let meaning: CredentialText
    private let asks: Bool
    private var pending = PendingBytes(erases: true)
    private var repeats = RepeatMerge()
    private var lastBytesAt = Uptime(nanoseconds: 0)
    private var nextQueryAt: Uptime?
    private var unansweredCount = 0
    private var knowsQuery = false
    private var reported: DriverStatus?

    init(_ options: OptionReader) throws(DriverError) {
        meaning = try CredentialText(detecting: options)
        asks = try options.choice("query") == "yes"
    }

    public var pendingByteCount: Int { pending.count }

    public mutating func handle(_ input: DriverInput, at uptime: Uptime) -> [DriverOutput] {
        var outputs: [DriverOutput] = []
        switch input {
        case .opened:
            pending.discard(pending.count, .incomplete, &outputs)
            repeats.forget()
            (unansweredCount, knowsQuery, reported) = (0, false, nil)
            if asks { query(at: uptime, &outputs) }
        case .bytes(let bytes):
            giveUpUnfinishedFrames(at: uptime, &outputs)
            lastBytesAt = uptime
            pending.append(bytes)
            readFrames(at: uptime, &outputs)
            if pending.count > 0 { setAlarm(at: uptime, &outputs) }
        case .woken: ring(at: uptime, &outputs)
        case .report(let report): outputs.discard(report.count, .unexpected)
        default: break
        }
        pending.compact()
        return outputs
    }

    private mutating func query(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        unansweredCount += 1
        nextQueryAt = uptime + Self.queryInterval
        outputs.append(.send(Self.presenceQuery))
        setAlarm(at: uptime, &outputs)
    }

    private mutating func ring(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        giveUpUnfinishedFrames(at: uptime, &outputs)
        guard let next = nextQueryAt, uptime >= next else { return setAlarm(at: uptime, &outputs) }
        if unansweredCount >= 2, knowsQuery { report(.silent, &outputs) }
        query(at: uptime, &outputs)
    }

    /// The next question, or the end of patience with an unfinished frame.
    private func setAlarm(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        let gapEnd = pending.count > 0 ? lastBytesAt + Self.longestGap : nil
        guard let next = [gapEnd, nextQueryAt].compactMap({ $0 }).min() else { return }
        outputs.append(.wake(after: max(.zero, next - uptime)))
    }

    /// After a gap the rest of the frame at the front will not come. It may have swallowed whole ones: a
    /// length spoilt by noise reaches over the reports that follow.
    private mutating func giveUpUnfinishedFrames(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        guard uptime - lastBytesAt >= Self.longestGap else { return }
        while pending.count > 0 {
            pending.discard(1, .incomplete, &outputs)
            readFrames(at: uptime, &outputs)
        }
    }

    private mutating func readFrames(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        while pending.count > 0, readOne(at: uptime, &outputs) {}
    }

    private mutating func report(_ status: DriverStatus, _ outputs: inout [DriverOutput]) {
        guard reported != status else { return }
        reported = status
        outputs.append(.status(status))
    }

    /// Takes or discards something at the front; false when it has to wait for more.
    private mutating func readOne(at uptime: Uptime, _ outputs: inout [DriverOutput]) -> Bool {
        guard pending[0] == Self.mark[0] else {
            pending.discard(1, .noise, &outputs)
            return true
        }
        guard pending.count >= 2 else { return false }
        guard pending[1] == Self.mark[1] else {
            pending.discard(1, .noise, &outputs)
            return true
        }
        guard pending.count >= Self.headByteCount else { return false }
        let length = Int(pending[4]) | Int(pending[5]) << 8
        guard length <= CredentialText.longestTokenByteCount else {
            pending.discard(1, .malformed, &outputs)
            return true
        }
        let frameByteCount = Self.headByteCount + length + 1
        guard pending.count >= frameByteCount else { return false }
        // The check included, all bytes give zero.
        guard pending.exclusiveOr(0..<frameByteCount) == 0 else {
            pending.discard(1, .integrityCheckFailed, &outputs)
            return true
        }
        take(frameByteCount, at: uptime, &outputs)
        return true
    }

    private mutating func take(
        _ frameByteCount: Int, at uptime: Uptime, _ outputs: inout [DriverOutput]
    ) {
        let (command, status) = (pending[2], pending[3])
        unansweredCount = 0
        if command == Self.presenceCommand { knowsQuery = true }
        if knowsQuery { report(.answering, &outputs) }
        if command == Self.presenceCommand { return pending.takeFrame(frameByteCount) }
        guard command == Self.scanReport, status == 0 else {
            return pending.discard(frameByteCount, .unexpected, &outputs)
        }
        let text = CredentialText.withoutLineEnd(
            pending.copy(Self.headByteCount..<(frameByteCount - 1)))
        guard let credential = meaning.credential(reading: text) else {
            return pending.discard(frameByteCount, .unreadable, &outputs)
        }
        pending.takeFrame(frameByteCount)
        if !repeats.isRepeat(credential, at: uptime) {
            outputs.append(.credential(credential, reader: 0))
        }
    }

    private static let mark: [UInt8] = [0x55, 0xAA]
    private static let presenceCommand: UInt8 = 0x01
    static let presenceQuery: [UInt8] = [0x55, 0xAA, presenceCommand, 0x00, 0x00, 0xFE]
    private static let scanReport: UInt8 = 0x30
    /// Mark, command, status, length.
    private static let headByteCount = 6
    private static let queryInterval = Duration.seconds(10)
    private static let longestGap = Duration.seconds(1)
}

extension VbarDriver: FrameByteCounting {
    var framedByteCount: Int { pending.framedByteCount }
}
