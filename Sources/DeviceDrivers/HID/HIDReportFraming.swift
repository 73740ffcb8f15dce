import SiteModel

/// How a stream of bytes is cut into HID reports, both ways.
///
///     offset   0          then       then                     then
///              id, 0/1    0 to 7     length, 0/1 (`length`)   content, then zeros
///                         (`skip`)
///
/// Makers differ in all of it. Without a length byte the zeros after a frame cannot be told from content by
/// the report alone.
struct HIDReportFraming: Sendable {
    let reportByteCount: Int
    private let id: UInt8?
    private let skippedByteCount: Int
    private let hasLength: Bool

    static let options = [
        DriverOption(
            "report_size", .wholeNumber(8...64, unit: "bytes"), default: "64",
            "Bytes of a report, its id included."),
        DriverOption(
            "report_id", .bytes(upTo: 1, orWords: ["none"]), default: "none",
            "First byte of each report, both ways; none where reports have no id."),
        DriverOption(
            "skip", .wholeNumber(0...7, unit: "bytes"), default: "0",
            "Bytes between id and content, or id and length byte, of any value; sent as zeros."),
        DriverOption(
            "length", .choice(["none", "byte"]), default: "none",
            "byte: one byte before the content says how much of it follows in this report."),
    ]

    init(_ options: OptionReader) throws(DriverError) {
        reportByteCount = try options.wholeNumber("report_size")
        id = try options.bytes("report_id")?.first
        skippedByteCount = try options.wholeNumber("skip")
        hasLength = try options.choice("length") == "byte"
        if contentStart >= reportByteCount {
            throw options.conflict("report_size leaves no room after id, skip and length")
        }
    }

    var hasLengths: Bool { hasLength }
    private var lengthOffset: Int { (id == nil ? 0 : 1) + skippedByteCount }
    private var contentStart: Int { lengthOffset + (hasLength ? 1 : 0) }
    private var room: Int { reportByteCount - contentStart }

    /// Where the content of a report stands; nil when id or length are not what the options say.
    func content(of report: ArraySlice<UInt8>) -> Range<Int>? {
        let base = report.startIndex
        if let id, report[base] != id { return nil }
        guard hasLength else { return (base + contentStart)..<report.endIndex }
        let length = Int(report[base + lengthOffset])
        guard length <= room else { return nil }
        return (base + contentStart)..<(base + contentStart + length)
    }

    /// The reports that carry these bytes to the device. hidraw takes an id first, 0 where there are none.
    func reports(of bytes: [UInt8]) -> [[UInt8]] {
        stride(from: 0, to: bytes.count, by: room).map { start in
            let part = bytes[start..<min(start + room, bytes.count)]
            var report = [UInt8](repeating: 0, count: contentStart)
            if let id { report[0] = id }
            if hasLength { report[lengthOffset] = UInt8(part.count) }
            report += part
            report += [UInt8](repeating: 0, count: reportByteCount - report.count)
            return id == nil ? [0] + report : report
        }
    }
}
