public import SiteModel

/// Turnstile boards 2B-ATT203, as a barrier with pass feedback: UART, mostly 9600 8N1.
///
/// Command and report, 7 bytes:
///
///     offset   0    1                          2           3..5       6
///              FE   80 = open                  01 = A      00 00 00   AB
///                   81 = somebody passed       02 = B
///                   44 = nobody passed in time, or somebody pushed the wrong way
///
/// - Opening: one command; the board itself ends the right to pass. So nothing is sent at the start and at
///   `.closing`.
/// - Passing: 81 and 44, with the direction that `a` gives to side A. A 44 of the other side than the one
///   that was let through is a push there. After a release, 44 says nothing for `pass_time`: renewed rights
///   run out.
/// - Release: there is no command to stand open; both rights are renewed every second while it lasts.
/// - Integrity: 48 fixed bits of 56; the protocol has no check.
/// - Resync: after a bad frame go on with the byte after its FE.
/// - Bound: at most 6 bytes wait for more.
/// - Source: manual of the 2B-ATT203, page 14, one source. Captures: `hardware/captures/att203/`.
public struct ATT203Driver: DeviceDriver {
    static let descriptor = DriverDescriptor(
        name: "att203", isBarrier: true, link: .serial(SerialSettings(baud: 9_600)),
        summary: "Turnstile boards 2B-ATT203, which report who passed.",
        options: [
            DriverOption(
                "a", .choice(["entering", "leaving"]), default: "entering",
                "The direction in which side A lets people through."),
            PassageWatch.option,
        ],
        evidenceLevel: 3)

    private let isAEntering: Bool
    /// The board tells when nobody passed; longer than this nobody waits for its word.
    let patience: Duration
    private var pending = PendingBytes()
    private var isReleased = false
    private var renewAt: Uptime?
    private var isKnownToAnswer = false
    /// Who was let through last, until the board says what became of them or nobody waits for its word.
    private var granted: (direction: Direction, until: Uptime)?
    /// Rights that a release renewed run out until then; nobody was let through by them.
    private var staleUntil = Uptime(nanoseconds: 0)

    init(_ options: OptionReader) throws(DriverError) {
        isAEntering = try options.choice("a") == "entering"
        patience = try options.duration("pass_time")
    }

    public var pendingByteCount: Int { pending.count }

    public mutating func handle(_ input: DriverInput, at uptime: Uptime) -> [DriverOutput] {
        var outputs: [DriverOutput] = []
        switch input {
        case .opened(_, let isReleased):
            pending.discard(pending.count, .incomplete, &outputs)
            (renewAt, isKnownToAnswer, granted) = (nil, false, nil)
            self.isReleased = isReleased
            if isReleased { renew(at: uptime, &outputs) }
        case .open(let direction):
            granted = (direction, uptime + patience)
            outputs.append(.send(Self.open(side(of: direction))))
        case .release(let isReleased):
            if self.isReleased, !isReleased { staleUntil = uptime + patience }
            self.isReleased = isReleased
            granted = nil
            renewAt = nil
            if isReleased { renew(at: uptime, &outputs) }
        case .woken:
            guard let renewAt else { break }
            if uptime >= renewAt {
                renew(at: uptime, &outputs)
            } else {
                outputs.append(.wake(after: renewAt - uptime))
            }
        case .bytes(let bytes):
            pending.append(bytes)
            readReports(at: uptime, &outputs)
        case .report(let report): outputs.discard(report.count, .unexpected)
        default: break
        }
        pending.compact()
        return outputs
    }

    private mutating func renew(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        outputs += [Self.sideA, Self.sideB].map { .send(Self.open($0)) }
        renewAt = uptime + Self.renewal
        outputs.append(.wake(after: Self.renewal))
    }

    private mutating func readReports(at uptime: Uptime, _ outputs: inout [DriverOutput]) {
        while pending.count > 0 {
            guard pending[0] == Self.startMark else {
                pending.discard(1, .noise, &outputs)
                continue
            }
            guard pending.count >= Self.frameByteCount else { return }  // wait for more
            let (operation, side) = (pending[1], pending[2])
            guard pending.copy(3..<7) == [0, 0, 0, Self.endMark], side == Self.sideA || side == Self.sideB
            else {
                pending.discard(1, .malformed, &outputs)
                continue
            }
            guard [Self.openCommand, Self.passed, Self.notPassed].contains(operation) else {
                pending.discard(Self.frameByteCount, .unexpected, &outputs)
                continue
            }
            pending.takeFrame(Self.frameByteCount)
            if !isKnownToAnswer {
                isKnownToAnswer = true
                outputs.append(.status(.answering))
            }
            if operation == Self.passed { takePassed(direction(of: side), &outputs) }
            if operation == Self.notPassed { takeNotPassed(direction(of: side), at: uptime, &outputs) }
        }
    }

    private mutating func takePassed(_ direction: Direction, _ outputs: inout [DriverOutput]) {
        if granted?.direction == direction || granted?.direction == .unknown { granted = nil }
        outputs.append(.passed(direction))
    }

    /// A right that ran out, or somebody who pushed where none was given.
    private mutating func takeNotPassed(
        _ direction: Direction, at uptime: Uptime, _ outputs: inout [DriverOutput]
    ) {
        guard uptime >= staleUntil else { return }
        if let granted, uptime < granted.until, granted.direction != .unknown, granted.direction != direction
        {
            return outputs.append(.pushed(direction))
        }
        granted = nil
        outputs.append(.notPassed)
    }

    private func side(of direction: Direction) -> UInt8 {
        (direction == .leaving) == isAEntering ? Self.sideB : Self.sideA
    }

    private func direction(of side: UInt8) -> Direction {
        (side == Self.sideA) == isAEntering ? .entering : .leaving
    }

    private static func open(_ side: UInt8) -> [UInt8] {
        [startMark, openCommand, side, 0, 0, 0, endMark]
    }

    private static let startMark: UInt8 = 0xFE
    private static let endMark: UInt8 = 0xAB
    private static let openCommand: UInt8 = 0x80
    private static let passed: UInt8 = 0x81
    private static let notPassed: UInt8 = 0x44
    private static let sideA: UInt8 = 0x01
    private static let sideB: UInt8 = 0x02
    private static let frameByteCount = 7
    private static let renewal = Duration.seconds(1)
}

extension ATT203Driver: FrameByteCounting {
    var framedByteCount: Int { pending.framedByteCount }
}
