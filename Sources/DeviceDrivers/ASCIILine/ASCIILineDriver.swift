public import SiteModel

/// Readers that print a number as text over a serial line: UART, mostly 9600 8N1, passive.
///
/// One frame per presentation, every part configurable:
///
///     start mark      text            check              end mark
///     0 to 4 bytes    1 to 512        none, 1 raw byte   CR and/or LF, 1 to 4 bytes,
///                     characters      or 2 hex digits    or none (then start and length are needed)
///
/// - Credential: `credential` says what the text is. A decimal card number is read in the printed form that
///   `format` names, a hexadecimal one as the bytes themselves, of which `format` takes the low ones (10H
///   and 10H12D five, 8H10D and 4H4H four, 6H8D and 2H4H three); `byte_order` turns them round.
/// - Integrity: marks, characters, length, and the check if there is one; of an ID number its check digit.
///   Without a check nothing tells a wrong digit from a right one.
/// - Resync: with a start mark, after a bad frame go on with the byte after its first. Without one a bad
///   byte discards the text up to it if the length is known, else the whole line.
/// - Time: a gap of more than 1 s inside a frame discards what came before. Frames of the same text less than
///   300 ms after its last one give no second credential.
/// - Bound: at most 521 bytes wait for more.
/// - Source: no single document; forms that are common in readers' manuals. Captures:
///   `hardware/captures/ascii-line/`.
public struct ASCIILineDriver: DeviceDriver {
    static let descriptor = DriverDescriptor(
        name: "ascii-line", isBarrier: false, link: .serial(SerialSettings(baud: 9_600)),
        summary: "Readers that print a line of digits or hexadecimal text; marks, check and form are set.",
        options: [
            DriverOption(
                "start", .bytes(upTo: 4, orWords: ["none"]), default: "none", "Bytes before the text."),
            DriverOption(
                "end", .bytes(upTo: 4, orWords: ["line", "none"]), default: "line",
                "Bytes after text and check; line is CR, LF or both."),
            DriverOption(
                "charset", .choice(["dec", "hex"]), default: "dec",
                "Digits of card and chip numbers."),
            DriverOption(
                "length", .wholeNumber(0...512, unit: "characters"), default: "0",
                "Characters of the text, without marks and check; 0 for any number."),
            DriverOption(
                "checksum", .choice(["none", "xor", "sum"]), default: "none",
                "Check of 8 bits between text and end."),
            DriverOption(
                "checksum_form", .choice(["byte", "hex"]), default: "byte",
                "byte: one raw byte over the characters; hex: two digits over the bytes that the text's pairs"
                    + " stand for."),
            DriverOption(
                "credential", .choice(["card", "id-number", "chip", "qr"]), default: "card",
                "What the text is."),
            DriverOption(
                "format", .choice(CardNumberFormat.allCases.map(\.rawValue)), default: "8H10D",
                "Printed form of a decimal card number; of a hexadecimal one, how many low bytes count."),
            CredentialText.byteOrderOption,
        ],
        evidenceLevel: 2)

    private let format: ASCIILineFormat
    private var pending = PendingBytes(erases: true)
    private var repeats = RepeatMerge()
    /// Characters of the text at the front already found good: no byte is looked at twice while a frame
    /// grows.
    private var goodCharacterCount = 0
    /// A bad byte was met and there is no start mark: all up to the next end mark is discarded for this
    /// reason.
    private var skipReason: DiscardReason?
    private var lastBytesAt = Uptime(nanoseconds: 0)

    init(_ options: OptionReader) throws(DriverError) {
        format = try ASCIILineFormat(options)
    }

    public var pendingByteCount: Int { pending.count }

    public mutating func handle(_ input: DriverInput, at uptime: Uptime) -> [DriverOutput] {
        var outputs: [DriverOutput] = []
        switch input {
        case .opened:
            discard(pending.count, .incomplete, &outputs)
            skipReason = nil
            repeats.forget()
        case .bytes(let bytes):
            if pending.count > 0 || skipReason != nil, uptime - lastBytesAt > Self.longestGap {
                discard(pending.count, .incomplete, &outputs)
                skipReason = nil
            }
            lastBytesAt = uptime
            pending.append(bytes)
            while pending.count > 0, readOne(at: uptime, &outputs) {}
        case .report(let report): outputs.discard(report.count, .unexpected)
        case .woken, .show, .open, .openBarrier, .release, .commission, .moveReader, .closing: break
        }
        pending.compact()
        return outputs
    }

    /// Takes or discards something at the front; false when it has to wait for more.
    private mutating func readOne(at uptime: Uptime, _ outputs: inout [DriverOutput]) -> Bool {
        if let skipReason { return skip(skipReason, &outputs) }
        if goodCharacterCount == 0 {
            let noise = offsetOfStart()
            if noise > 0 {
                discard(noise, .noise, &outputs)
                return true
            }
            guard pending.count >= format.start.count else { return false }
        }
        let textStart = format.start.count
        let limit = (format.length ?? Self.longestText) + format.checkDigitCount
        var count = goodCharacterCount
        while count < limit, textStart + count < pending.count,
            format.isCharacter[Int(pending[textStart + count])]
        {
            count += 1
        }
        goodCharacterCount = count
        guard count == limit || textStart + count < pending.count else { return false }
        return readEnd(textStart + count, at: uptime, &outputs)
    }

    /// The text, with its check digits, ends at `textEnd`: by a byte that is no character, or by its length.
    private mutating func readEnd(
        _ textEnd: Int, at uptime: Uptime, _ outputs: inout [DriverOutput]
    ) -> Bool {
        let characterCount = textEnd - format.start.count
        if let length = format.length, characterCount < length + format.checkDigitCount {
            let isEmptyLine = characterCount == 0 && isLineEnd(pending[textEnd]) && format.start.isEmpty
            if isEmptyLine { return takeEmptyLine(1) }
            return refuse(textEnd, .malformed, &outputs)
        }
        let checkEnd = textEnd + format.checkByteCount
        guard checkEnd <= pending.count else { return false }
        switch matchEnd(at: checkEnd) {
        case .incomplete: return false
        case .missing:
            let isTooLong = format.length == nil && characterCount >= Self.longestText
            return refuse(textEnd, isTooLong ? .tooLong : .malformed, &outputs)
        case .byteCount(let endByteCount):
            if characterCount == 0, format.start.isEmpty { return takeEmptyLine(endByteCount) }
            finish(textEnd: textEnd, frameEnd: checkEnd + endByteCount, at: uptime, &outputs)
            return true
        }
    }

    private mutating func finish(
        textEnd: Int, frameEnd: Int, at uptime: Uptime, _ outputs: inout [DriverOutput]
    ) {
        let text = pending.copy(
            format.start.count..<max(format.start.count, textEnd - format.checkDigitCount))
        guard isCheckRight(text, textEnd) else {
            return discard(format.start.isEmpty ? frameEnd : 1, .integrityCheckFailed, &outputs)
        }
        guard let credential = format.meaning.credential(reading: text) else {
            return discard(frameEnd, .unreadable, &outputs)
        }
        pending.takeFrame(frameEnd)
        goodCharacterCount = 0
        if !repeats.isRepeat(credential, at: uptime) {
            outputs.append(.credential(credential, reader: 0))
        }
    }

    private func isCheckRight(_ text: [UInt8], _ textEnd: Int) -> Bool {
        guard format.check != .none else { return true }
        guard let check = format.checkValue(of: text) else { return false }
        if format.checkForm == .byte { return pending[textEnd] == check }
        guard text.count + format.checkDigitCount == textEnd - format.start.count,
            let high = hexadecimalValue(of: pending[textEnd - 2]),
            let low = hexadecimalValue(of: pending[textEnd - 1])
        else { return false }
        return high << 4 | low == check
    }

    private enum EndMark {
        case byteCount(Int)
        case missing
        case incomplete
    }

    private func matchEnd(at offset: Int) -> EndMark {
        switch format.end {
        case .none: return .byteCount(0)
        case .line:
            guard offset < pending.count else { return .incomplete }
            return isLineEnd(pending[offset]) ? .byteCount(1) : .missing
        case .bytes(let mark):
            for (index, byte) in mark.enumerated() {
                guard offset + index < pending.count else { return .incomplete }
                guard pending[offset + index] == byte else { return .missing }
            }
            return .byteCount(mark.count)
        }
    }

    /// Where a start mark begins, whole or cut off by the end of what is there; 0 when frames have none.
    private func offsetOfStart() -> Int {
        guard let first = format.start.first else { return 0 }
        for offset in 0..<pending.count where pending[offset] == first {
            let there = min(format.start.count, pending.count - offset)
            if (0..<there).allSatisfy({ pending[offset + $0] == format.start[$0] }) { return offset }
        }
        return pending.count
    }

    /// The frame at the front is bad; the byte at `offset` shows it.
    private mutating func refuse(
        _ offset: Int, _ reason: DiscardReason, _ outputs: inout [DriverOutput]
    ) -> Bool {
        if !format.start.isEmpty {
            discard(1, reason, &outputs)
        } else if format.hasFixedLength, !format.isCharacter[Int(pending[offset])] {
            discard(offset + 1, reason, &outputs)
        } else {
            discard(offset, reason, &outputs)
            skipReason = reason
        }
        return true
    }

    /// Discards up to and with the next end mark; keeps a mark that is cut off by the end of what is there.
    private mutating func skip(_ reason: DiscardReason, _ outputs: inout [DriverOutput]) -> Bool {
        for offset in 0..<pending.count {
            switch matchEnd(at: offset) {
            case .missing: continue
            case .incomplete:
                discard(offset, reason, &outputs)
                return false
            case .byteCount(let byteCount):
                discard(offset + byteCount, reason, &outputs)
                skipReason = nil
                return true
            }
        }
        discard(pending.count, reason, &outputs)
        return false
    }

    private mutating func takeEmptyLine(_ byteCount: Int) -> Bool {
        pending.takeFrame(byteCount)
        goodCharacterCount = 0
        return true
    }

    private mutating func discard(
        _ byteCount: Int, _ reason: DiscardReason, _ outputs: inout [DriverOutput]
    ) {
        pending.discard(byteCount, reason, &outputs)
        goodCharacterCount = 0
    }

    private func isLineEnd(_ byte: UInt8) -> Bool {
        if case .line = format.end { byte == 0x0D || byte == 0x0A } else { false }
    }

    private static let longestText = 512
    private static let longestGap = Duration.seconds(1)
}

extension ASCIILineDriver: FrameByteCounting {
    var framedByteCount: Int { pending.framedByteCount }
}
