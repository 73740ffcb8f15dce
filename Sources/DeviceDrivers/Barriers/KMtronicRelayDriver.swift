public import SiteModel

/// KMtronic serial and USB relay boards, as a barrier: UART 9600 8N1.
///
/// Command, question and answer, 3 bytes:
///
///     offset   0    1                     2
///              FF   channel, from 1 on    0 = off, 1 = on, 3 = which?     answer: 0 or 1
///
/// - Switching, safety and presence: see `PulsedRelay`.
/// - Integrity: none but the form. A wrong answer repeats a command that is safe to repeat.
/// - Resync: after a bad answer go on with the byte after its FF.
/// - Bound: at most 2 bytes wait for more.
/// - Source: command table of the boards, one source. Captures: `hardware/captures/kmtronic-relay/`.
public struct KMtronicRelayDriver: DeviceDriver {
    static let descriptor = DriverDescriptor(
        name: "kmtronic-relay", isBarrier: true, link: .serial(SerialSettings(baud: 9_600)),
        summary: "KMtronic relay boards: a contact closed for one pulse lets one person through.",
        options: [
            DriverOption(
                "channel", .wholeNumber(1...8, unit: ""), default: "1",
                "Relay of the board, as numbered on it."),
            PulsedRelay.pulseOption,
        ],
        evidenceLevel: 2)

    private let channel: UInt8
    private var relay: PulsedRelay
    private var pending = PendingBytes()

    init(_ options: OptionReader) throws(DriverError) {
        channel = UInt8(try options.wholeNumber("channel"))
        relay = PulsedRelay(pulse: try options.duration("pulse"), isAsked: true)
    }

    public var pendingByteCount: Int { pending.count }

    public mutating func handle(_ input: DriverInput, at uptime: Uptime) -> [DriverOutput] {
        var outputs: [DriverOutput] = []
        switch input {
        case .bytes(let bytes):
            pending.append(bytes)
            readAnswers(at: uptime, &outputs)
        case .report(let report): outputs.discard(report.count, .unexpected)
        case .opened:
            pending.discard(pending.count, .incomplete, &outputs)
            relay.handle(input, at: uptime, &outputs, encode: encode)
        default:
            relay.handle(input, at: uptime, &outputs, encode: encode)
        }
        pending.compact()
        return outputs
    }

    private mutating func readAnswers(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        while pending.count > 0 {
            guard pending[0] == Self.mark else {
                pending.discard(1, .noise, &outputs)
                continue
            }
            guard pending.count >= Self.frameByteCount else { return }  // wait for more
            let (channel, state) = (pending[1], pending[2])
            guard (1...8).contains(channel), state <= 1 else {
                pending.discard(1, .malformed, &outputs)
                continue
            }
            pending.takeFrame(Self.frameByteCount)
            let isOurs = channel == self.channel
            relay.heard(isOn: isOurs ? state == 1 : nil, at: uptime, &outputs, encode: encode)
        }
    }

    private var encode: (PulsedRelay.Command) -> DriverOutput {
        { [channel] command in
            switch command {
            case .on: .send([Self.mark, channel, 1])
            case .off: .send([Self.mark, channel, 0])
            case .query: .send([Self.mark, channel, 3])
            }
        }
    }

    private static let mark: UInt8 = 0xFF
    private static let frameByteCount = 3
}

extension KMtronicRelayDriver: FrameByteCounting {
    var framedByteCount: Int { pending.framedByteCount }
}
