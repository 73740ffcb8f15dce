public import SiteModel

/// RDM6300 and compatible 125 kHz EM4100 readers: UART 9600 8N1, passive, no lamp.
///
/// One frame per presentation, 14 bytes, repeated about every 65 ms while the card lies there:
///
///     offset   0     1..2      3..10     11..12    13
///              STX   version   tag       XOR       ETX     1..12 are upper-case ASCII hex
///
/// - Credential: version and tag are 40 bits, big-endian. `format` says how many of the low ones the site's
///   cards show and its roster therefore has: 32 by default (8H10D, the 10 decimal digits on the card).
/// - Integrity: XOR of the 5 bytes, 8 bit; with STX, ETX and 12 hex digits in place. In random bytes a
///   position passes for a frame with 2^-72; a frame whose digits were exchanged for other digits passes
///   with 2^-8.
/// - Resync: after a bad frame go on with the byte after its STX, never after its claimed end.
/// - Repeats: a frame of the same card less than 300 ms after its last one gives no second credential.
/// - Bound: at most 13 bytes wait for more.
/// - Source: RDM6300 data sheet, "Data output format". Captures: `hardware/captures/rdm6300/`.
public struct RDM6300Driver: DeviceDriver {
    static let descriptor = DriverDescriptor(
        name: "rdm6300", isBarrier: false, link: .serial(SerialSettings(baud: 9_600)),
        summary: "RDM6300 and compatible 125 kHz EM4100 card readers.",
        options: [
            DriverOption(
                "format", .choice(CardNumberFormat.allCases.map(\.rawValue)), default: "8H10D",
                "How the site's cards are printed: 10H and 10H12D have 40 bits, 8H10D and 4H4H 32, 6H8D and"
                    + " 2H4H 24.")
        ], evidenceLevel: 3)

    private var pending = PendingBytes()
    private var repeats = RepeatMerge()
    private let format: CardNumberFormat

    public init(format: CardNumberFormat = .eightHexadecimalTenDecimal) {
        self.format = format
    }

    init(_ options: OptionReader) throws(DriverError) {
        let name = try options.choice("format")
        guard let format = CardNumberFormat(rawValue: name) else {
            preconditionFailure("the choice is made of the formats: \(name)")
        }
        self.init(format: format)
    }

    public var pendingByteCount: Int { pending.count }

    public mutating func handle(_ input: DriverInput, at uptime: Uptime) -> [DriverOutput] {
        var outputs: [DriverOutput] = []
        switch input {
        case .opened:
            pending.discard(pending.count, .incomplete, &outputs)
            repeats.forget()
        case .bytes(let bytes):
            pending.append(bytes)
            readFrames(at: uptime, &outputs)
        case .report(let report): outputs.discard(report.count, .unexpected)
        case .woken, .show, .open, .openBarrier, .release, .commission, .moveReader, .closing: break
        }
        pending.compact()
        return outputs
    }

    private mutating func readFrames(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        while pending.count > 0 {
            guard pending[0] == Self.startOfText else {
                var noise = 1
                while noise < pending.count, pending[noise] != Self.startOfText { noise += 1 }
                pending.discard(noise, .noise, &outputs)
                continue
            }
            guard pending.count >= Self.frameByteCount else { return }  // wait for more
            switch content() {
            case .card(let card):
                pending.takeFrame(Self.frameByteCount)
                let credential = Credential.cardNumber(card)
                if !repeats.isRepeat(credential, at: uptime) {
                    outputs.append(.credential(credential, reader: 0))
                }
            case .refused(let reason):
                pending.discard(1, reason, &outputs)  // only the STX: a frame may start inside
            }
        }
    }

    private enum Content {
        case card(CardNumber)
        case refused(DiscardReason)
    }

    /// What the first 14 pending bytes, which begin with STX, say.
    private func content() -> Content {
        guard pending[Self.frameByteCount - 1] == Self.endOfText else { return .refused(.malformed) }
        var value: UInt64 = 0
        var check: UInt8 = 0
        for index in 0..<6 {
            guard let high = Self.upperCaseDigit(pending[1 + 2 * index]),
                let low = Self.upperCaseDigit(pending[2 + 2 * index])
            else { return .refused(.malformed) }
            let byte = high << 4 | low
            check ^= byte
            if index < 5 { value = value << 8 | UInt64(byte) }
        }
        // The sixth byte is the XOR of the first five: all six together give zero.
        guard check == 0, let card = format.card(lowBitsOf: value) else {
            return .refused(.integrityCheckFailed)
        }
        return .card(card)
    }

    private static func upperCaseDigit(_ character: UInt8) -> UInt8? {
        switch character {
        case 0x30...0x39: character - 0x30
        case 0x41...0x46: character - 0x41 + 10
        default: nil
        }
    }

    private static let startOfText: UInt8 = 0x02
    private static let endOfText: UInt8 = 0x03
    static let frameByteCount = 14
}

extension RDM6300Driver: FrameByteCounting {
    var framedByteCount: Int { pending.framedByteCount }
}
