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
/// - Switching and safety: see `PulsedRelay`. The board's state stands in a feature report that this driver
///   does not read, so nothing proves that the relay moved.
/// - The USB id is one that many makers share: the device is configured by its port, never claimed by id.
/// - Bound: nothing waits; input reports, of which the board sends none, are unexpected.
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

    init(_ options: OptionReader) throws(DriverError) {
        channel = UInt8(try options.wholeNumber("channel"))
        relay = PulsedRelay(pulse: try options.duration("pulse"), isAsked: false)
    }

    public var pendingByteCount: Int { 0 }

    public mutating func handle(_ input: DriverInput, at uptime: Uptime) -> [DriverOutput] {
        var outputs: [DriverOutput] = []
        switch input {
        case .bytes(let bytes), .report(let bytes): outputs.discard(bytes.count, .unexpected)
        default:
            relay.handle(input, at: uptime, &outputs) { [channel] command in
                let verb: UInt8 = command == .on ? 0xFF : 0xFD
                return .sendFeature([0, verb, channel, 0, 0, 0, 0, 0, 0])
            }
        }
        return outputs
    }
}
