public import SiteModel

/// Turnstile boards Mach Power AC-ATRI-018, as a barrier: RS-485, 9600 8N1.
///
/// Command, 5 bytes:
///
///     offset   0    1         2                                 3    4
///              EB   address   40 open left, 41 open right       00   XOR of 0..3
///                             42 drop the arm, 43 raise it
///                             4A forbid, 4B restore
///
/// - Opening: one command; the board itself ends the right to pass, and does not tell who passed.
/// - Safety: when the port opens the arm is raised and the board restored, whatever a crash left behind; a
///   release drops the arm, its end raises it. Rights end by themselves, so nothing is sent at `.closing`.
/// - Answers: the manual describes none. Frames of the form above show that the board lives.
/// - Integrity of answers: start mark and XOR of 8 bits.
/// - Resync: after a bad frame go on with the byte after its first.
/// - Bound: at most 4 bytes wait for more.
/// - Source: manual of the AC-ATRI-018, page 12, one source; its printed checks of drop and raise (AB) are
///   wrong by its own rule. Captures: `hardware/captures/ac-atri-018/`.
public struct ACATRI018Driver: DeviceDriver {
    static let descriptor = DriverDescriptor(
        name: "ac-atri-018", isBarrier: true, link: .serial(SerialSettings(baud: 9_600)),
        summary: "Turnstile boards Mach Power AC-ATRI-018; they do not report who passed.",
        options: [
            DriverOption("address", .wholeNumber(0...255, unit: ""), default: "1", "Address of the board."),
            DriverOption(
                "entering", .choice(["left", "right"]), default: "left",
                "The way in, as the board names it."),
        ],
        evidenceLevel: 3)

    private let address: UInt8
    private let isEnteringLeft: Bool
    private var pending = PendingBytes()
    private var isKnownToAnswer = false

    init(_ options: OptionReader) throws(DriverError) {
        address = UInt8(try options.wholeNumber("address"))
        isEnteringLeft = try options.choice("entering") == "left"
    }

    public var pendingByteCount: Int { pending.count }

    public mutating func handle(_ input: DriverInput, at uptime: Uptime) -> [DriverOutput] {
        var outputs: [DriverOutput] = []
        switch input {
        case .opened(_, let isReleased):
            pending.discard(pending.count, .incomplete, &outputs)
            isKnownToAnswer = false
            outputs += [.send(frame(isReleased ? Self.drop : Self.raise)), .send(frame(Self.restore))]
        case .open(let direction):
            let isLeft = (direction == .leaving) != isEnteringLeft
            outputs.append(.send(frame(isLeft ? Self.openLeft : Self.openRight)))
        case .release(let isReleased): outputs.append(.send(frame(isReleased ? Self.drop : Self.raise)))
        case .bytes(let bytes):
            pending.append(bytes)
            readAnswers(&outputs)
        case .report(let report): outputs.discard(report.count, .unexpected)
        default: break
        }
        pending.compact()
        return outputs
    }

    private mutating func readAnswers(_ outputs: inout [DriverOutput]) {
        while pending.count > 0 {
            guard pending[0] == Self.startMark else {
                pending.discard(1, .noise, &outputs)
                continue
            }
            guard pending.count >= Self.frameByteCount else { return }  // wait for more
            guard pending.exclusiveOr(0..<Self.frameByteCount) == 0 else {
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

    private func frame(_ command: UInt8) -> [UInt8] {
        let body = [Self.startMark, address, command, 0]
        return body + [body.reduce(0, ^)]
    }

    private static let startMark: UInt8 = 0xEB
    private static let frameByteCount = 5
    private static let openLeft: UInt8 = 0x40
    private static let openRight: UInt8 = 0x41
    private static let drop: UInt8 = 0x42
    private static let raise: UInt8 = 0x43
    private static let restore: UInt8 = 0x4B
}

extension ACATRI018Driver: FrameByteCounting {
    var framedByteCount: Int { pending.framedByteCount }
}
