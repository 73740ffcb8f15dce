public import SiteModel

/// Numato USB relay modules, as a barrier: USB serial, any speed, ASCII commands.
///
///     relay on 0 CR       relay off 0 CR       relay read 0 CR
///
/// Relays count from 0. The module echoes each command and answers `relay read` with a line `on` or `off`,
/// all followed by LF CR and the prompt `>`.
///
/// - Switching, safety and presence: see `PulsedRelay`.
/// - Integrity: none but the words. Echo, prompt and answer leave as frames; other lines are unexpected.
/// - Bound: at most 64 bytes wait for the end of a line.
/// - Source: user guide of the modules, "Relay control". Captures: `hardware/captures/numato-relay/`.
public struct NumatoRelayDriver: DeviceDriver {
    static let descriptor = DriverDescriptor(
        name: "numato-relay", isBarrier: true, link: .serial(SerialSettings(baud: 9_600)),
        summary: "Numato USB relay modules: a contact closed for one pulse lets one person through.",
        options: [
            DriverOption(
                "channel", .wholeNumber(0...7, unit: ""), default: "0",
                "Relay of the module, as numbered on it, from 0."),
            PulsedRelay.pulseOption,
        ],
        evidenceLevel: 3)

    private let channel: Int
    private var relay: PulsedRelay
    private var pending = PendingBytes()
    private var lines = LineCutter(limit: 64)

    init(_ options: OptionReader) throws(DriverError) {
        channel = try options.wholeNumber("channel")
        relay = PulsedRelay(pulse: try options.duration("pulse"), isAsked: true)
    }

    public var pendingByteCount: Int { pending.count }

    public mutating func handle(_ input: DriverInput, at uptime: Uptime) -> [DriverOutput] {
        var outputs: [DriverOutput] = []
        switch input {
        case .bytes(let bytes):
            pending.append(bytes)
            while let count = lines.next(&pending, &outputs) { take(count, at: uptime, &outputs) }
        case .report(let report): outputs.discard(report.count, .unexpected)
        case .opened:
            lines.giveUp(&pending, &outputs)
            relay.handle(input, at: uptime, &outputs, encode: encode)
        default:
            relay.handle(input, at: uptime, &outputs, encode: encode)
        }
        pending.compact()
        return outputs
    }

    /// Takes the line at the front. The prompt of the command before stands at its beginning.
    private mutating func take(_ byteCount: Int, at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        let line = pending.copy(0..<byteCount).drop { $0 == UInt8(ascii: ">") || $0 == UInt8(ascii: " ") }
        let isEcho = line.starts(with: Array("relay ".utf8))
        let isState = line.elementsEqual("on".utf8) || line.elementsEqual("off".utf8)
        guard line.isEmpty || isEcho || isState else {
            return pending.discard(byteCount + 1, .unexpected, &outputs)
        }
        pending.takeFrame(byteCount + 1)
        let isOn = isState ? line.elementsEqual("on".utf8) : nil
        relay.heard(isOn: isOn, at: uptime, &outputs, encode: encode)
    }

    private var encode: (PulsedRelay.Command) -> DriverOutput {
        { [channel] command in
            let verb =
                switch command {
                case .on: "on"
                case .off: "off"
                case .query: "read"
                }
            return .send(Array("relay \(verb) \(channel)\r".utf8))
        }
    }
}

extension NumatoRelayDriver: FrameByteCounting {
    var framedByteCount: Int { pending.framedByteCount }
}
