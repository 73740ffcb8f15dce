public import SiteModel

/// Converters that pass the bits of a Wiegand reader on over a serial line: UART, mostly 9600 8N1, passive.
///
/// Products differ in all but the bits, so each part is an option:
///
///     framing    one presentation
///     hex-line   the bits as hexadecimal digits, CR and/or LF
///     dec-line   the bits as a decimal number, or facility,card; CR and/or LF
///     bit-line   a character 0 or 1 for each bit, CR and/or LF
///     a5         A5   length   bit count   bits        check
///                1    1        1           1 to 6      1        length counts bit count and bits
///
/// - `content`: the whole frame with its parities, which are checked, or the payload between them, whose
///   parities the converter has checked or not. `bits` is the length of the frame in either case.
/// - `align`: where the bits stand in digits or bytes that are more; the others must be zero.
/// - Credential: the payload as `WiegandFormat` reads it. `byte_order` turns payloads of whole bytes (26, 34
///   and 35) round. A number of fewer bits is another card than the same with more: see `CardForms.collide`.
/// - Integrity: the number of bits and the parities; a5 also a check of 8 bits over all before it. So one
///   wrong 26-bit line in four passes, of a5 one in 1,024.
/// - Keys of a keypad (4 or 8 bits) are no credential: counted as unexpected.
/// - Resync: a bad line is discarded with its end; after a bad a5 frame go on with the byte after its A5.
/// - Time: a gap of more than 1 s inside a frame discards what came before. Frames of the same card less than
///   300 ms after its last one give no second credential.
/// - Bound: at most 64 bytes wait for more.
/// - Source: no single document; the forms of common converters. Captures:
///   `hardware/captures/wiegand-serial/`.
public struct WiegandSerialDriver: DeviceDriver {
    static let descriptor = DriverDescriptor(
        name: "wiegand-serial", isBarrier: false, link: .serial(SerialSettings(baud: 9_600)),
        summary: "Converters from Wiegand (26, 33, 34, 35 or 37 bits) to a serial line.",
        options: [
            DriverOption(
                "framing", .choice(WiegandText.Framing.allCases.map(\.rawValue)), default: "hex-line",
                "How the bits are written."),
            DriverOption(
                "bits", .choice(["any"] + WiegandFormat.all.map { "\($0.bitCount)" }), default: "26",
                "Bits of a frame with its parities; any where each frame tells its own number."),
            DriverOption(
                "content", .choice(["frame", "payload"]), default: "frame",
                "With the parity bits, which are then checked, or without."),
            DriverOption(
                "align", .choice(["left", "right"]), default: "left",
                "Where the bits stand in digits or bytes that have room for more."),
            DriverOption(
                "checksum", .choice(["xor", "sum"]), default: "xor",
                "Check of an a5 frame, over all before it."),
            CredentialText.byteOrderOption,
        ],
        evidenceLevel: 1)

    private let text: WiegandText
    private let hasSumCheck: Bool
    private var pending = PendingBytes()
    private var lines = LineCutter(limit: Self.longestLine)
    private var repeats = RepeatMerge()
    private var lastBytesAt = Uptime(nanoseconds: 0)

    init(_ options: OptionReader) throws(DriverError) {
        text = try WiegandText(options)
        hasSumCheck = try options.choice("checksum") == "sum"
    }

    public var pendingByteCount: Int { pending.count }

    public mutating func handle(_ input: DriverInput, at uptime: Uptime) -> [DriverOutput] {
        var outputs: [DriverOutput] = []
        switch input {
        case .opened:
            lines.giveUp(&pending, &outputs)
            repeats.forget()
        case .bytes(let bytes):
            if lines.isWithin(pending), uptime - lastBytesAt > Self.longestGap {
                lines.giveUp(&pending, &outputs)
            }
            lastBytesAt = uptime
            pending.append(bytes)
            if text.framing == .a5 {
                while pending.count > 0, readA5(at: uptime, &outputs) {}
            } else {
                while let count = lines.next(&pending, &outputs) {
                    let meaning = text.meaning(ofLine: pending.copy(0..<count))
                    finish(meaning, byteCount: count + 1, at: uptime, &outputs)
                }
            }
        case .report(let report): outputs.discard(report.count, .unexpected)
        default: break
        }
        pending.compact()
        return outputs
    }

    private mutating func finish(
        _ meaning: WiegandText.Meaning, byteCount: Int, at uptime: Uptime, _ outputs: inout [DriverOutput]
    ) {
        switch meaning {
        case .card(let card):
            pending.takeFrame(byteCount)
            let credential = Credential.cardNumber(card)
            if !repeats.isRepeat(credential, at: uptime) {
                outputs.append(.credential(credential, reader: 0))
            }
        case .refused(let reason): pending.discard(byteCount, reason, &outputs)
        }
    }

    /// Takes or discards something at the front; false when it has to wait for more.
    private mutating func readA5(at uptime: Uptime, _ outputs: inout [DriverOutput]) -> Bool {
        guard pending[0] == Self.startMark else {
            pending.discard(1, .noise, &outputs)
            return true
        }
        guard pending.count >= 2 else { return false }
        guard Self.a5Lengths.contains(Int(pending[1])) else {
            pending.discard(1, .malformed, &outputs)
            return true
        }
        let checkOffset = 2 + Int(pending[1])
        guard pending.count > checkOffset else { return false }
        let body = pending.copy(0..<checkOffset)
        let check = hasSumCheck ? body.reduce(0, &+) : body.reduce(0, ^)
        guard check == pending[checkOffset] else {
            pending.discard(1, .integrityCheckFailed, &outputs)
            return true
        }
        let meaning = text.meaning(ofPacked: Array(body[3...]), bitCount: Int(body[2]))
        finish(meaning, byteCount: checkOffset + 1, at: uptime, &outputs)
        return true
    }

    private static let startMark: UInt8 = 0xA5
    /// Bit count and 1 to 6 bytes.
    private static let a5Lengths = 2...7
    private static let longestLine = 64
    private static let longestGap = Duration.seconds(1)
}

extension WiegandSerialDriver: FrameByteCounting {
    var framedByteCount: Int { pending.framedByteCount }
}
