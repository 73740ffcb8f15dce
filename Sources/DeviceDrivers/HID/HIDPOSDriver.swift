public import SiteModel

/// Bar code and QR scanners in HID-POS mode (usage page 8C, usage 02), through raw HID.
///
/// One report has 64 bytes; long codes come in several, of which all but the last say that more follow:
///
///     offset   0    1        2..4     5..60   61          63
///              02   length   AIM id   text    the maker   0 = last, else more follow
///
/// Some scanners have the AIM id, and the text behind it, one byte later: it is known by its `]`. The maker's
/// own symbology code differs from maker to maker and is not read.
///
/// - Credential: what `format` says of the text of all reports; line ends and zeros at its end are not part
///   of it. `symbology` may refuse all but QR codes (AIM ids `]Q`).
/// - Integrity: that of USB, the AIM id, and its being the same in all reports of a code.
/// - Resync: a report of another AIM id, or more than 1 s later, begins a new code; the begun one is
///   discarded. A code that gets too long is discarded up to its last report.
/// - Start: Honeywell and Youjie scanners need a feature report, `FE01`, to leave their keyboard's role: see
///   `switch_report`.
/// - Repeats: the same code less than 300 ms after its last read gives no second credential.
/// - Bound: at most 10 reports of 64 bytes wait for the last.
/// - Source: HID Point of Sale usage tables 1.02 and public code for scanners of four makers. Captures:
///   `hardware/captures/hid-pos/`.
public struct HIDPOSDriver: DeviceDriver {
    static let descriptor = DriverDescriptor(
        name: "hid-pos", isBarrier: false, link: .hidRaw,
        summary: "Bar code and QR scanners in HID-POS mode.",
        options: CredentialText.detectionOptions + [
            DriverOption(
                "symbology", .choice(["any", "qr"]), default: "any",
                "Which codes count; qr refuses all others."
            ),
            DriverOption(
                "switch_report", .bytes(upTo: 8, orWords: ["none"]), default: "none",
                "Feature report sent at the start, its id first: FE01 for Honeywell and Youjie."),
        ],
        evidenceLevel: 3)

    private let meaning: CredentialText
    private let isOnlyQR: Bool
    private let switchReport: [UInt8]?

    /// Of the code whose last report has not come.
    private var text: [UInt8] = []
    private var symbology: [UInt8] = []
    private var reportCount = 0
    /// The code is too long: its reports are discarded as they come.
    private var isSkipping = false
    private var lastReportAt = Uptime(nanoseconds: 0)
    private var repeats = RepeatMerge()
    private(set) var framedByteCount = 0

    init(_ options: OptionReader) throws(DriverError) {
        meaning = try CredentialText(detecting: options)
        isOnlyQR = try options.choice("symbology") == "qr"
        switchReport = try options.bytes("switch_report")
    }

    public var pendingByteCount: Int { reportCount * Self.reportByteCount }

    public mutating func handle(_ input: DriverInput, at uptime: Uptime) -> [DriverOutput] {
        var outputs: [DriverOutput] = []
        switch input {
        case .opened:
            discardBegun(.incomplete, &outputs)
            isSkipping = false
            repeats.forget()
            if let switchReport { outputs.append(.sendFeature(switchReport)) }
        case .report(let bytes):
            let rest = bytes.count % Self.reportByteCount
            for start in stride(from: 0, to: bytes.count - rest, by: Self.reportByteCount) {
                take(bytes[start..<(start + Self.reportByteCount)], at: uptime, &outputs)
            }
            outputs.discard(rest, .malformed)
        case .bytes(let bytes): outputs.discard(bytes.count, .unexpected)
        default: break
        }
        return outputs
    }

    private mutating func take(
        _ slice: ArraySlice<UInt8>, at uptime: Uptime, _ outputs: inout [DriverOutput]
    ) {
        let report = Array(slice)
        if uptime - lastReportAt > Self.longestGap {
            discardBegun(.incomplete, &outputs)
            isSkipping = false
        }
        lastReportAt = uptime
        guard report[0] == Self.reportID else { return outputs.discard(report.count, .unexpected) }
        guard let part = Part(report) else {
            discardBegun(.incomplete, &outputs)
            return outputs.discard(report.count, .malformed)
        }
        if isSkipping {
            isSkipping = part.isMoreToCome
            return outputs.discard(report.count, .tooLong)
        }
        if reportCount > 0, part.symbology != symbology { discardBegun(.incomplete, &outputs) }
        symbology = part.symbology
        text += part.text
        reportCount += 1
        if text.count > CredentialText.longestTokenByteCount + Self.longestLineEnd
            || (part.isMoreToCome && reportCount >= Self.reportLimit)
        {
            isSkipping = part.isMoreToCome
            return discardBegun(.tooLong, &outputs)
        }
        if !part.isMoreToCome { finish(at: uptime, &outputs) }
    }

    private mutating func finish(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        guard !isOnlyQR || symbology[1] == UInt8(ascii: "Q") else {
            return discardBegun(.unexpected, &outputs)
        }
        guard let credential = meaning.credential(reading: CredentialText.withoutLineEnd(text)) else {
            return discardBegun(.unreadable, &outputs)
        }
        framedByteCount += pendingByteCount
        forgetBegun()
        if !repeats.isRepeat(credential, at: uptime) {
            outputs.append(.credential(credential, reader: 0))
        }
    }

    private mutating func discardBegun(_ reason: DiscardReason, _ outputs: inout [DriverOutput]) {
        outputs.discard(pendingByteCount, reason)
        forgetBegun()
    }

    private mutating func forgetBegun() {
        for index in text.indices { text[index] = 0 }
        text = []
        symbology = []
        reportCount = 0
    }

    /// What one report carries.
    private struct Part {
        let symbology: [UInt8]
        let text: ArraySlice<UInt8>
        let isMoreToCome: Bool

        /// Nil: no AIM id where one may stand, or more text than there is room for.
        init?(_ report: [UInt8]) {
            let bracket = UInt8(ascii: "]")
            guard let idStart = [2, 3].first(where: { report[$0] == bracket }) else { return nil }
            let id = report[idStart..<(idStart + 3)]
            let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(report[idStart + 1] | 0x20)
            let textEnd = idStart + 3 + Int(report[1])
            guard isLetter, textEnd <= HIDPOSDriver.textLimit else { return nil }
            symbology = Array(id)
            text = report[(idStart + 3)..<textEnd]
            isMoreToCome = report[HIDPOSDriver.reportByteCount - 1] != 0
        }
    }

    static let reportByteCount = 64
    private static let reportID: UInt8 = 0x02
    /// Where the maker's own bytes begin.
    private static let textLimit = 61
    /// Ten reports of 55 bytes and more hold the longest code.
    private static let reportLimit = 10
    private static let longestLineEnd = 2
    private static let longestGap = Duration.seconds(1)
}

extension HIDPOSDriver: FrameByteCounting {}
