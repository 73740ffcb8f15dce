public import SiteModel

/// Card, QR and ID readers that type what they read, as a USB HID keyboard, for hosts of one layout
/// (`KeyboardLayout`).
///
/// One report is n records of 8 bytes, the tails of the kernel's `struct input_event`:
///
///     offset   0..1           2..3                4..7
///              type           code                value                       all little-endian
///              1 = key        key code            1 press, 0 release, 2 repeat (not heeded)
///              0 = syn        3 = SYN_DROPPED
///              other types carry nothing (scan codes, lamps)
///
/// - Text: what the pressed keys give; Shift and CapsLock count as the reader sends them, not the host's
///   lamp. CapsLock holds for one text only. A key without a character (Ctrl, Alt, F1 …) spoils the text:
///   readers use such keys to type what this layout cannot say.
/// - End of a text: the terminator. ENTER, of the main block or the keypad, always ends it; TAB only if
///   configured; with terminator `none` the configured silence. Empty texts are dropped (CR LF types two
///   ENTERs).
/// - Integrity: none but the shape of the text (see `format`) and a check digit where it has one.
/// - Resync: a gap of more than 300 ms inside a text discards what came before; a spoilt, too long or
///   incompletely delivered (SYN_DROPPED) text is discarded up to its end.
/// - `scanner_only`: a text typed at 40 ms a key or slower on average is refused. Readers need 1 to 20 ms, a
///   human 60 ms and more.
/// - Bound: at most 4,096 characters wait for the end; each stands for its record of 8 bytes.
/// - Source: Linux `input-event-codes.h` and input documentation. Captures:
///   `hardware/captures/keyboard-wedge/`.
public struct KeyboardWedgeDriver: DeviceDriver {
    static let descriptor = DriverDescriptor(
        name: "keyboard-wedge", isBarrier: false, link: .keyboard,
        summary: "Card, QR and ID readers that type what they read, like a keyboard.",
        options: [
            DriverOption(
                "terminator", .choice(["enter", "tab", "none"]), default: "enter",
                "Key that ends a text; with none, silence ends it."),
            DriverOption(
                "silence", .duration(.milliseconds(20)...(.milliseconds(300))), default: "100ms",
                "With terminator none: a text ends when no key came for this long."),
        ] + CredentialText.detectionOptions + [
            DriverOption(
                "scanner_only", .choice(["yes", "no"]), default: "no",
                "Refuse what is typed at human speed."),
            KeyboardLayout.option,
        ],
        evidenceLevel: 3)

    private enum Terminator: String {
        case enter
        case tab
        case none
    }

    private let terminator: Terminator
    private let silence: Duration
    private let isScannerOnly: Bool
    private let layout: KeyboardLayout
    private let meaning: CredentialText

    private var text: [UInt8] = []
    /// Why the rest of the present text is discarded as it comes.
    private var spoiltBy: DiscardReason?
    /// Keys of the present text so far, its terminator included.
    private var keyCount = 0
    private var firstKeyAt = Uptime(nanoseconds: 0)
    private var lastKeyAt = Uptime(nanoseconds: 0)
    private var isLeftShiftDown = false
    private var isRightShiftDown = false
    private var isCapsLocked = false
    /// After SYN_DROPPED the kernel's records mean nothing up to the next SYN_REPORT.
    private var isWaitingForReport = false
    private(set) var framedByteCount = 0

    init(_ options: OptionReader) throws(DriverError) {
        terminator = Terminator(rawValue: try options.choice("terminator")) ?? .enter
        silence = try options.duration("silence")
        isScannerOnly = try options.choice("scanner_only") == "yes"
        layout = KeyboardLayout(rawValue: try options.choice("layout")) ?? .unitedStates
        meaning = try CredentialText(detecting: options)
    }

    public var pendingByteCount: Int { text.count * Self.recordByteCount }

    public mutating func handle(_ input: DriverInput, at uptime: Uptime) -> [DriverOutput] {
        var outputs: [DriverOutput] = []
        switch input {
        case .opened:
            discardText(.incomplete, &outputs)
            endText()
            (isLeftShiftDown, isRightShiftDown, isCapsLocked) = (false, false, false)
            isWaitingForReport = false
        case .report(let report): read(report, at: uptime, &outputs)
        case .woken: checkSilence(at: uptime, &outputs)
        case .bytes(let bytes): outputs.discard(bytes.count, .unexpected)
        case .show, .open, .openBarrier, .release, .commission, .moveReader, .closing: break
        }
        return outputs
    }

    private mutating func read(_ report: [UInt8], at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        let end = report.count - report.count % Self.recordByteCount
        for offset in stride(from: 0, to: end, by: Self.recordByteCount) {
            let type = UInt16(report[offset]) | UInt16(report[offset + 1]) << 8
            let code = UInt16(report[offset + 2]) | UInt16(report[offset + 3]) << 8
            switch (type, code) {
            case (Self.typeSynchronisation, Self.codeDropped):
                discardText(.inputLost, &outputs)
                outputs.discard(Self.recordByteCount, .inputLost)
                spoil(by: .inputLost, at: uptime)
                (isLeftShiftDown, isRightShiftDown, isCapsLocked) = (false, false, false)
                isWaitingForReport = true
            case (Self.typeSynchronisation, _) where isWaitingForReport:
                outputs.discard(Self.recordByteCount, .inputLost)
                isWaitingForReport = false
            case _ where isWaitingForReport: outputs.discard(Self.recordByteCount, .inputLost)
            case (Self.typeKey, _):
                // The value is 0, 1 or 2; its lowest byte says it all.
                take(code, value: report[offset + 4], at: uptime, &outputs)
            default: framedByteCount += Self.recordByteCount
            }
        }
        outputs.discard(report.count - end, .malformed)
        if isInsideText {
            outputs.append(.wake(after: terminator == .none ? silence : Self.longestGap + .milliseconds(1)))
        }
    }

    private mutating func take(
        _ code: UInt16, value: UInt8, at uptime: Uptime, _ outputs: inout [DriverOutput]
    ) {
        let key = layout.key(code: code)
        switch key {
        case .leftShift: isLeftShiftDown = value != 0
        case .rightShift: isRightShiftDown = value != 0
        default: break
        }
        guard value == 1 else {
            framedByteCount += Self.recordByteCount
            return
        }
        beginKey(at: uptime, &outputs)
        switch key {
        case .character(let plain, let shifted):
            let character = character(plain, shifted)
            guard character != KeyboardLayout.none else { return takeStrangeKey(at: uptime, &outputs) }
            append(character, at: uptime, &outputs)
        case .enter: takeTerminator(at: uptime, &outputs)
        case .tab where terminator == .tab: takeTerminator(at: uptime, &outputs)
        case .tab, .other: takeStrangeKey(at: uptime, &outputs)
        case .capsLock:
            isCapsLocked.toggle()
            framedByteCount += Self.recordByteCount
        case .leftShift, .rightShift, .numLock: framedByteCount += Self.recordByteCount
        }
    }

    private mutating func takeStrangeKey(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        discardText(.malformed, &outputs)
        outputs.discard(Self.recordByteCount, .malformed)
        spoil(by: .malformed, at: uptime)
    }

    /// Ends the present text when this key comes too late to belong to it.
    private mutating func beginKey(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        let gap = uptime - lastKeyAt
        if isInsideText {
            if terminator == .none, gap >= silence {
                finishText(&outputs)
            } else if gap > Self.longestGap {
                discardText(.incomplete, &outputs)
                endText()
            }
        }
        if gap > Self.longestGap { isCapsLocked = false }
        lastKeyAt = uptime
    }

    private mutating func append(
        _ character: UInt8, at uptime: Uptime, _ outputs: inout [DriverOutput]
    ) {
        if let spoiltBy {
            outputs.discard(Self.recordByteCount, spoiltBy)
        } else if text.count == Self.longestText {
            discardText(.tooLong, &outputs)
            outputs.discard(Self.recordByteCount, .tooLong)
            spoil(by: .tooLong, at: uptime)
        } else {
            text.append(character)
        }
        countKey(at: uptime)
    }

    private mutating func takeTerminator(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        framedByteCount += Self.recordByteCount
        if isInsideText { countKey(at: uptime) }
        finishText(&outputs)
    }

    private mutating func countKey(at uptime: Uptime) {
        if keyCount == 0 { firstKeyAt = uptime }
        keyCount += 1
    }

    private mutating func checkSilence(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        guard isInsideText else { return }
        let gap = uptime - lastKeyAt
        let limit = terminator == .none ? silence : Self.longestGap + .milliseconds(1)
        if gap < limit {
            outputs.append(.wake(after: limit - gap))
        } else if terminator == .none {
            finishText(&outputs)
        } else {
            discardText(.incomplete, &outputs)
            endText()
        }
    }

    /// The text is whole: it is a credential, or it is discarded.
    private mutating func finishText(_ outputs: inout [DriverOutput]) {
        defer { endText() }
        guard !text.isEmpty else { return }
        guard !isScannerOnly || !isTypedByHand else {
            return discardText(.typedByHand, &outputs)
        }
        guard let credential = meaning.credential(reading: text) else {
            return discardText(.unreadable, &outputs)
        }
        framedByteCount += pendingByteCount
        forgetText()
        outputs.append(.credential(credential, reader: 0))
    }

    /// A single key has no speed; no reader types one.
    private var isTypedByHand: Bool {
        keyCount < 2 || (lastKeyAt - firstKeyAt) / (keyCount - 1) >= Self.slowestScanner
    }

    private var isInsideText: Bool { !text.isEmpty || spoiltBy != nil }

    private mutating func spoil(by reason: DiscardReason, at uptime: Uptime) {
        spoiltBy = reason
        lastKeyAt = uptime
    }

    private mutating func discardText(_ reason: DiscardReason, _ outputs: inout [DriverOutput]) {
        outputs.discard(pendingByteCount, reason)
        forgetText()
    }

    private mutating func endText() {
        spoiltBy = nil
        keyCount = 0
    }

    /// It may be an ID number: overwritten, not only dropped.
    private mutating func forgetText() {
        for index in text.indices { text[index] = 0 }
        text.removeAll(keepingCapacity: true)
    }

    private func character(_ plain: UInt8, _ shifted: UInt8) -> UInt8 {
        let isLetter = (0x61...0x7A).contains(plain)
        let isShifted = (isLeftShiftDown || isRightShiftDown) != (isLetter && isCapsLocked)
        return isShifted ? shifted : plain
    }

    private static let recordByteCount = 8
    private static let typeSynchronisation: UInt16 = 0
    private static let typeKey: UInt16 = 1
    private static let codeDropped: UInt16 = 3
    private static let longestText = 4_096
    private static let longestGap = Duration.milliseconds(300)
    private static let slowestScanner = Duration.milliseconds(40)
}

extension KeyboardWedgeDriver: FrameByteCounting {}
