public import SiteModel

/// LCUS-1, -2, -4, -8 serial relay boards with CH340 bridge (1A86:7523), as a barrier: UART 9600 8N1, DTR and
/// RTS unused.
///
/// Command and, from feedback firmware, reply, 4 bytes:
///
///     offset   0    1                     2                   3
///              A0   channel, from 1 on    0 = off, 1 = on     sum of 0..2 modulo 256
///
/// - Opening: each `.open` sends ON at once, also while a pulse runs; OFF follows one pulse after the last.
///   So no grant waits for another one's pulse, and somebody let in late in a pulse still gets a whole one.
/// - Safety: OFF is sent when the port opens and at `.closing`; after a crash the contact may still be
///   closed. Released, ON is sent when it opens and the contact stays closed until the release is over, also
///   after `.closing`.
/// - Feedback: the basic board acknowledges nothing, so nothing proves that the relay moved. Replies of
///   feedback firmware have the form of the commands; they show that the board lives, and are not waited for.
/// - Integrity of replies: start mark and 8-bit sum. Resync: after a bad reply go on with the byte after its
///   start mark.
/// - Bound: at most 3 bytes wait for more.
/// - Source: sellers' data sheet of the LCUS series. Captures: `hardware/captures/lcus-relay/`.
public struct LCUSRelayDriver: DeviceDriver {
    static let descriptor = DriverDescriptor(
        name: "lcus-relay", isBarrier: true, link: .serial(SerialSettings(baud: 9_600)),
        summary: "LCUS serial relay boards: a contact closed for one pulse lets one person through.",
        options: [
            DriverOption(
                "channel", .wholeNumber(1...8, unit: ""), default: "1",
                "Relay of the board, as numbered on it."),
            DriverOption(
                "pulse", .duration(.milliseconds(100)...(.seconds(10))), default: "500ms",
                "How long the contact stays closed after the last grant."),
        ],
        evidenceLevel: 3)

    private let channel: UInt8
    private let pulse: Duration
    private var pending = PendingBytes()
    /// When the running pulse ends; nil when the contact is open.
    private var pulseEndsAt: Uptime?
    private var isReleased = false
    private var isKnownToAnswer = false

    init(_ options: OptionReader) throws(DriverError) {
        channel = UInt8(try options.wholeNumber("channel"))
        pulse = try options.duration("pulse")
    }

    public var pendingByteCount: Int { pending.count }

    public mutating func handle(_ input: DriverInput, at uptime: Uptime) -> [DriverOutput] {
        var outputs: [DriverOutput] = []
        switch input {
        case .opened(_, let isReleased):
            pending.discard(pending.count, .incomplete, &outputs)
            (pulseEndsAt, isKnownToAnswer) = (nil, false)
            self.isReleased = isReleased
            outputs.append(.send(command(isOn: isReleased)))
        case .open:
            guard !isReleased else { break }
            pulseEndsAt = uptime + pulse
            outputs.append(.send(command(isOn: true)))
            outputs.append(.wake(after: pulse))
        case .woken: endPulse(at: uptime, &outputs)
        case .release(let isReleased):
            self.isReleased = isReleased
            pulseEndsAt = nil
            outputs.append(.send(command(isOn: isReleased)))
        case .closing:
            pulseEndsAt = nil
            if !isReleased { outputs.append(.send(command(isOn: false))) }
        case .bytes(let bytes):
            pending.append(bytes)
            readReplies(&outputs)
        case .report(let report): outputs.discard(report.count, .unexpected)
        case .show, .openBarrier, .commission, .moveReader: break
        }
        pending.compact()
        return outputs
    }

    private mutating func endPulse(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        guard let end = pulseEndsAt else { return }
        guard uptime >= end else {
            outputs.append(.wake(after: end - uptime))
            return
        }
        pulseEndsAt = nil
        outputs.append(.send(command(isOn: false)))
    }

    private mutating func readReplies(_ outputs: inout [DriverOutput]) {
        while pending.count > 0 {
            guard pending[0] == Self.startMark else {
                pending.discard(1, .noise, &outputs)
                continue
            }
            guard pending.count >= Self.frameByteCount else { return }  // wait for more
            guard pending[0] &+ pending[1] &+ pending[2] == pending[3] else {
                pending.discard(1, .integrityCheckFailed, &outputs)
                continue
            }
            pending.takeFrame(Self.frameByteCount)
            if !isKnownToAnswer {
                isKnownToAnswer = true
                outputs.append(.status(.answering))
            }
        }
    }

    private func command(isOn: Bool) -> [UInt8] {
        let state: UInt8 = isOn ? 1 : 0
        return [Self.startMark, channel, state, Self.startMark &+ channel &+ state]
    }

    private static let startMark: UInt8 = 0xA0
    private static let frameByteCount = 4
}

extension LCUSRelayDriver: FrameByteCounting {
    var framedByteCount: Int { pending.framedByteCount }
}
