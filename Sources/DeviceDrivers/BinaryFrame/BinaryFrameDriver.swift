public import SiteModel

/// Readers that send a number as raw bytes in a frame of fixed length: UART, mostly 9600 8N1, passive.
///
/// Every part is an option; all but the number may be missing:
///
///     start     before     number    after      check         end
///     0 to 4    0 to 16    3 to 8    0 to 16    0, 1 or 2     0 to 4 bytes
///
/// - Credential: the number, of all its bits or of the low ones that `format` takes; `byte_order` turns it
///   round. Payloads of Wiegand frames without parity are such numbers, of 3 or 4 bytes. Zeros only or ones
///   only are no number.
/// - With a start mark: a frame begins at it. After a bad one go on with the byte after its first. A gap of
///   more than 1 s inside a frame discards what came before.
/// - Without: silence parts frames. What comes between two silences of `gap` must be exactly one frame, and
///   is read when the second has passed.
/// - Integrity: marks, length and check, as far as there are any. With neither, any burst of the right
///   length is a card; with a check of 8 bits one in 256, of 16 bits one in 65,536.
/// - Repeats: a frame of the same card less than 300 ms after its last one gives no second credential.
/// - Bound: at most 50 bytes wait for more.
/// - Source: no single document; forms that are common in readers' manuals. Captures:
///   `hardware/captures/binary-frame/`.
public struct BinaryFrameDriver: DeviceDriver {
    static let descriptor = DriverDescriptor(
        name: "binary-frame", isBarrier: false, link: .serial(SerialSettings(baud: 9_600)),
        summary: "Readers that send a number as raw bytes of a fixed length; marks and check are set.",
        options: [
            DriverOption(
                "start", .bytes(upTo: 4, orWords: ["none"]), default: "none", "Bytes a frame begins with."),
            DriverOption(
                "end", .bytes(upTo: 4, orWords: ["none"]), default: "none", "Bytes a frame ends with."),
            DriverOption(
                "before", .wholeNumber(0...16, unit: "bytes"), default: "0",
                "Bytes between start and number, of any value: length, command, address."),
            DriverOption("length", .wholeNumber(3...8, unit: "bytes"), default: "4", "Bytes of the number."),
            DriverOption(
                "after", .wholeNumber(0...16, unit: "bytes"), default: "0",
                "Bytes between number and check, of any value."),
            DriverOption(
                "checksum", .choice(BinaryFrameFormat.Check.allCases.map(\.rawValue)), default: "none",
                "Check before the end."),
            DriverOption(
                "checksum_from", .choice(["start", "content"]), default: "content",
                "Whether the check counts the start mark or begins after it."),
            DriverOption(
                "credential", .choice(["card", "chip"]), default: "card", "What the number is."),
            DriverOption(
                "format", .choice(["all"] + CardNumberFormat.allCases.map(\.rawValue)), default: "all",
                "How many low bits of a card number count: all, or those of a printed form."),
            CredentialText.byteOrderOption,
            DriverOption(
                "gap", .duration(.milliseconds(10)...(.seconds(1))), default: "50ms",
                "Without a start mark: silence that parts two frames."),
        ],
        evidenceLevel: 1)

    private let format: BinaryFrameFormat
    private let gap: Duration
    private var pending = PendingBytes()
    private var repeats = RepeatMerge()
    private var lastBytesAt = Uptime(nanoseconds: 0)
    /// Without a start mark: more came than a frame; all is discarded up to the next silence.
    private var isSkipping = false

    init(_ options: OptionReader) throws(DriverError) {
        format = try BinaryFrameFormat(options)
        gap = try options.duration("gap")
    }

    public var pendingByteCount: Int { pending.count }

    public mutating func handle(_ input: DriverInput, at uptime: Uptime) -> [DriverOutput] {
        var outputs: [DriverOutput] = []
        switch input {
        case .opened:
            pending.discard(pending.count, .incomplete, &outputs)
            isSkipping = false
            repeats.forget()
        case .bytes(let bytes):
            if format.start.isEmpty {
                addToBurst(bytes, at: uptime, &outputs)
            } else {
                if pending.count > 0, uptime - lastBytesAt > Self.longestGap {
                    pending.discard(pending.count, .incomplete, &outputs)
                }
                pending.append(bytes)
                while pending.count > 0, readMarked(at: uptime, &outputs) {}
            }
            lastBytesAt = uptime
        case .woken: ring(at: uptime, &outputs)
        case .report(let report): outputs.discard(report.count, .unexpected)
        default: break
        }
        pending.compact()
        return outputs
    }

    /// Takes or discards something at the front; false when it has to wait for more.
    private mutating func readMarked(at uptime: Uptime, _ outputs: inout [DriverOutput]) -> Bool {
        let noise = offsetOfStart()
        if noise > 0 {
            pending.discard(noise, .noise, &outputs)
            return true
        }
        guard pending.count >= format.byteCount else { return false }
        finish(discardingIfMarksOrCheckAreBad: 1, at: uptime, &outputs)
        return true
    }

    private mutating func finish(
        discardingIfMarksOrCheckAreBad byteCount: Int, at uptime: Uptime, _ outputs: inout [DriverOutput]
    ) {
        switch format.content(of: pending.copy(0..<format.byteCount)) {
        case .success(let credential):
            pending.takeFrame(format.byteCount)
            if !repeats.isRepeat(credential, at: uptime) {
                outputs.append(.credential(credential, reader: 0))
            }
        case .failure(let refusal):
            let isWhole = refusal.reason == .unreadable
            pending.discard(isWhole ? format.byteCount : byteCount, refusal.reason, &outputs)
        }
    }

    /// Where a start mark begins, whole or cut off by the end of what is there.
    private func offsetOfStart() -> Int {
        for offset in 0..<pending.count where pending[offset] == format.start[0] {
            let there = min(format.start.count, pending.count - offset)
            if (0..<there).allSatisfy({ pending[offset + $0] == format.start[$0] }) { return offset }
        }
        return pending.count
    }

    private mutating func addToBurst(
        _ bytes: [UInt8], at uptime: Uptime, _ outputs: inout [DriverOutput]
    ) {
        if pending.count > 0 || isSkipping, uptime - lastBytesAt >= gap {
            endBurst(at: lastBytesAt, &outputs)
        }
        pending.append(bytes)
        if isSkipping || pending.count > format.byteCount {
            isSkipping = true
            pending.discard(pending.count, .tooLong, &outputs)
        }
        outputs.append(.wake(after: gap))
    }

    private mutating func ring(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        guard format.start.isEmpty, pending.count > 0 || isSkipping else { return }
        let end = lastBytesAt + gap
        guard uptime >= end else { return outputs.append(.wake(after: end - uptime)) }
        endBurst(at: lastBytesAt, &outputs)
    }

    /// - Parameter uptime: of the last byte: that is when the card was read.
    private mutating func endBurst(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        isSkipping = false
        guard pending.count == format.byteCount else {
            return pending.discard(pending.count, .incomplete, &outputs)
        }
        finish(discardingIfMarksOrCheckAreBad: format.byteCount, at: uptime, &outputs)
    }

    private static let longestGap = Duration.seconds(1)
}

extension BinaryFrameDriver: FrameByteCounting {
    var framedByteCount: Int { pending.framedByteCount }
}
