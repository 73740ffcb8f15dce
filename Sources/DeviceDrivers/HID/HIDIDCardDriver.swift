public import SiteModel

/// Readers of resident ID cards on raw HID: the frames of `resident-id-card`, cut into reports.
///
/// What is asked when, what the answers mean, and how a read is proved are those of `ResidentIDCardDriver`,
/// which does the work; this driver strips the reports (`HIDReportFraming`) and makes them.
///
/// - Options: makers differ in report size, id, and what stands before the content. A reader that stays
///   silent or whose bytes are all noise has other ones.
/// - Zeros that fill a report after the end of a frame are part of the frame where a length byte, or the
///   frame's own length, says so; others are noise.
/// - Bound: that of `resident-id-card`, 2,406 bytes.
/// - Source: HID variants of the modules' readers; the framing is not documented in one place. Captures:
///   `hardware/captures/hid-id-card/`.
public struct HIDIDCardDriver: DeviceDriver {
    static let descriptor = DriverDescriptor(
        name: "hid-id-card", isBarrier: false, link: .hidRaw,
        summary: "Readers of resident ID cards that show themselves as a raw HID device.",
        options: HIDReportFraming.options, evidenceLevel: 1, isPolled: true)

    private let framing: HIDReportFraming
    private var reader = ResidentIDCardDriver()
    /// What the frame under way still lacks, by its own length.
    private var missingByteCount = 0
    /// Ids, lengths and fillings of reports.
    private var strippedByteCount = 0

    init(_ options: OptionReader) throws(DriverError) {
        framing = try HIDReportFraming(options)
    }

    public var pendingByteCount: Int { reader.pendingByteCount }

    public mutating func handle(_ input: DriverInput, at uptime: Uptime) -> [DriverOutput] {
        switch input {
        case .report(let bytes):
            var outputs: [DriverOutput] = []
            let rest = bytes.count % framing.reportByteCount
            for start in stride(from: 0, to: bytes.count - rest, by: framing.reportByteCount) {
                take(bytes[start..<(start + framing.reportByteCount)], at: uptime, &outputs)
            }
            outputs.discard(rest, .malformed)
            return outputs
        case .bytes(let bytes):
            var outputs: [DriverOutput] = []
            outputs.discard(bytes.count, .unexpected)
            return outputs
        case .opened:
            missingByteCount = 0
            return asReports(reader.handle(input, at: uptime))
        default: return asReports(reader.handle(input, at: uptime))
        }
    }

    private mutating func take(
        _ report: ArraySlice<UInt8>, at uptime: Uptime, _ outputs: inout [DriverOutput]
    ) {
        guard let range = framing.content(of: report) else {
            return outputs.discard(report.count, .malformed)
        }
        var content = report[range]
        if !framing.hasLengths { content = withoutFilling(content) }
        strippedByteCount += report.count - content.count
        outputs += asReports(reader.handle(.bytes(Array(content)), at: uptime))
    }

    /// The content up to the end of the frame when only zeros follow it.
    private mutating func withoutFilling(_ content: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        if missingByteCount == 0, content.count >= SAMFrame.headByteCount,
            content.starts(with: SAMFrame.preamble)
        {
            let length = Int(content[content.startIndex + 5]) << 8 | Int(content[content.startIndex + 6])
            if SAMFrame.lengthRange.contains(length) { missingByteCount = SAMFrame.headByteCount + length }
        }
        let frameByteCount = min(missingByteCount, content.count)
        missingByteCount -= frameByteCount
        let filling = content.dropFirst(frameByteCount)
        // A report that goes on is content: the length was spoilt, or reports were lost.
        guard frameByteCount > 0, filling.allSatisfy({ $0 == 0 }) else {
            missingByteCount = 0
            return content
        }
        return content.prefix(frameByteCount)
    }

    private func asReports(_ outputs: [DriverOutput]) -> [DriverOutput] {
        outputs.flatMap { output -> [DriverOutput] in
            guard case .send(let bytes) = output else { return [output] }
            return framing.reports(of: bytes).map(DriverOutput.send)
        }
    }
}

extension HIDIDCardDriver: FrameByteCounting {
    var framedByteCount: Int { reader.framedByteCount + strippedByteCount }
}
