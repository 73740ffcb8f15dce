public import SiteModel

/// USB HID relay boards of one to eight channels (16C0:05DF, product `USBRelay1` to `USBRelay8`), as a
/// barrier, through raw HID.
///
/// Feature report, after the id that hidraw wants first:
///
///     offset   0             1    2                     3..8
///              00, no id     FF   channel, from 1 on    00         on
///                            FD   channel               00         off
///
/// and as it is read back:
///
///     offset   0             1..5            6..7    8
///              00            serial, ASCII           relays that are on, the first in bit 0
///
/// - Switching, safety and presence: see `PulsedRelay`; the state is read back after each command. A board
///   that does not give its feature report is not asked again, and nothing proves that its relay moved.
/// - The USB id is one that many makers share: the device is configured by its port, never claimed by id.
/// - Integrity: none but that of USB and five printable characters.
/// - Bound: nothing waits; other reports are unexpected.
/// - Source: public code for the boards. Captures: `hardware/captures/hid-relay/`.
public struct HIDRelayDriver: DeviceDriver {
    static let descriptor = DriverDescriptor(
        name: "hid-relay", isBarrier: true, link: .hidRaw,
        summary: "USB HID relay boards (USBRelay): a contact closed for one pulse lets one person through.",
        options: [
            DriverOption(
                "channel", .wholeNumber(1...8, unit: ""), default: "1",
                "Relay of the board, as numbered on it."),
            PulsedRelay.pulseOption,
        ],
        evidenceLevel: 3)

    private let channel: UInt8
    private var relay: PulsedRelay
    private(set) var framedByteCount = 0

    init(_ options: OptionReader) throws(DriverError) {
        channel = UInt8(try options.wholeNumber("channel"))
        relay = PulsedRelay(pulse: try options.duration("pulse"), isAsked: true)
    }

    public var pendingByteCount: Int { 0 }

    public mutating func handle(_ input: DriverInput, at uptime: Uptime) -> [DriverOutput] {
        var outputs: [DriverOutput] = []
        switch input {
        case .bytes(let bytes): outputs.discard(bytes.count, .unexpected)
        case .report(let report): take(report, at: uptime, &outputs)
        default: relay.handle(input, at: uptime, &outputs, encode: encode)
        }
        return outputs
    }

    private mutating func take(_ report: [UInt8], at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        guard !report.isEmpty else { return relay.giveUpAsking() }
        guard report.count == Self.reportByteCount, report[0] == 0,
            report[1...5].allSatisfy({ (0x20...0x7E).contains($0) })
        else { return outputs.discard(report.count, .unexpected) }
        framedByteCount += report.count
        let isOn = report[8] >> (channel - 1) & 1 == 1
        relay.heard(isOn: isOn, at: uptime, &outputs, encode: encode)
    }

    private var encode: (PulsedRelay.Command) -> DriverOutput {
        { [channel] command in
            switch command {
            case .on: .sendFeature([0, 0xFF, channel, 0, 0, 0, 0, 0, 0])
            case .off: .sendFeature([0, 0xFD, channel, 0, 0, 0, 0, 0, 0])
            case .query: .readFeature(id: 0, byteCount: Self.reportByteCount)
            }
        }
    }

    private static let reportByteCount = 9
}

extension HIDRelayDriver: FrameByteCounting {}
