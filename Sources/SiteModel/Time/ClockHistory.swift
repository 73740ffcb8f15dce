/// What the ledger knows about the clocks of its machine, boot by boot, and what follows from it for any
/// reading. Pure.
///
/// Within a boot the uptime is true but for the drift of the crystal; the wall clock is true only where
/// somebody vouched for it (an *anchor*). Boots follow each other in the order of the ledger and do not
/// overlap. So a boot with an anchor gives every one of its readings a time, and a boot without lies between
/// the end of the boot before and the beginning of the boot after. A wall clock that nobody vouched for is
/// never believed: where it says 1970 or 2099, nothing changes.
public struct ClockHistory: Sendable {
    /// Error of a clock that the kernel calls synchronised. The kernel takes that back (STA_UNSYNC) when its
    /// own estimate of the maximum error reaches NTP_PHASE_LIMIT, 16 s (Linux, `kernel/time/ntp.c`); offsets
    /// that a daemon still slews away are below it too. chronyd speaks through the same flag.
    public static let disciplinedBound = Duration.seconds(16)
    /// Error of a clock that a person compared with a watch or a telephone and confirmed.
    public static let operatorBound = Duration.seconds(60)
    /// How far uptime may run from true time: 100 millionths, 8.64 s a day. Crystals of computers are made
    /// to 20 to 50 millionths at 25 degrees and move by as much again over -20 to 70 degrees.
    public static let driftMillionths: Int64 = 100
    /// 2026-01-01 to 2046-01-01: outside of it a clock that nobody vouched for is not even a guess. The first
    /// is older than this program.
    public static let plausible =
        UTCInstant(milliseconds: 1_767_225_600_000)..<UTCInstant(milliseconds: 2_398_377_600_000)

    /// In the order in which they began.
    private var boots: [BootClock] = []
    private var numbers: [BootID: Int] = [:]

    public init() {}

    /// Takes in the reading of an entry, in ledger order: all of the kinds clockAnchor, clockStep,
    /// serviceStarted and serviceStopped, and of others the last one of each boot.
    public mutating func follow(_ reading: ClockReading, kind: LedgerEntryKind) {
        let number = number(of: reading)
        boots[number].reach(reading.uptime.milliseconds)
        guard boots[number].anchor(reading, isConfirmation: kind == .clockAnchor) else { return }
        limitBoots(before: number)
    }

    /// Takes in that an entry of any kind was read, so that its boot lasted at least as long. An older one
    /// that comes late changes nothing that matters.
    public mutating func reach(_ reading: ClockReading) {
        let number = number(of: reading)
        boots[number].reach(reading.uptime.milliseconds)
    }

    /// When the moment of a reading truly was.
    public func corrected(_ reading: ClockReading) -> CorrectedTime {
        if reading.synchronisation.isDisciplined {
            return CorrectedTime(
                instant: reading.wall, errorBound: Self.disciplinedBound, basis: .synchronised)
        }
        guard let number = numbers[reading.boot] else { return Self.unplaced(reading) }
        let boot = boots[number]
        let uptime = reading.uptime.milliseconds
        if let anchored = boot.anchored(uptime) {
            // The person vouched for this very clock, and nothing better is known.
            let isOwn = reading.synchronisation == .operator && !anchored.isDisciplined
            return CorrectedTime(
                instant: UTCInstant(milliseconds: anchored.milliseconds),
                errorBound: .milliseconds(anchored.bound), basis: isOwn ? .synchronised : .anchored)
        }
        if reading.synchronisation == .operator { return Self.unplaced(reading) }
        if let (low, high) = boot.limits(at: uptime) {
            let width = high &- low
            return CorrectedTime(
                instant: UTCInstant(milliseconds: low &+ width / 2),
                errorBound: .milliseconds(width / 2 + width % 2), basis: .bounded)
        }
        return CorrectedTime(
            instant: boot.guess(at: uptime) ?? reading.wall, errorBound: nil, basis: .unknown)
    }

    /// The newest moment of a boot that a person vouched for; nil when nobody did.
    public func newestConfirmation(of boot: BootID) -> ClockReading? {
        numbers[boot].flatMap { boots[$0].confirmation }
    }

    /// A reading of a boot that the ledger knows nothing of.
    private static func unplaced(_ reading: ClockReading) -> CorrectedTime {
        reading.synchronisation == .operator
            ? CorrectedTime(instant: reading.wall, errorBound: operatorBound, basis: .synchronised)
            : CorrectedTime(instant: reading.wall, errorBound: nil, basis: .unknown)
    }

    /// The place of a boot; a new one stands after all others and cannot begin before the last one's end.
    private mutating func number(of reading: ClockReading) -> Int {
        if let number = numbers[reading.boot] { return number }
        boots.append(BootClock(first: reading, earliestStart: boots.last?.earliestEnd))
        numbers[reading.boot] = boots.count - 1
        return boots.count - 1
    }

    /// A boot has got a beginning, or an earlier one: those before it without anchor end before that.
    private mutating func limitBoots(before number: Int) {
        guard var limit = boots[number].latestStart else { return }
        for earlier in boots.indices[..<number].reversed() {
            guard !boots[earlier].isAnchored else { return }
            boots[earlier].latestEnd = limit
            limit = boots[earlier].latestStart ?? limit
        }
    }
}
