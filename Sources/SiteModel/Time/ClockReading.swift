/// Time since the machine booted, sleep included (`CLOCK_BOOTTIME`). Durations come from this, never from
/// wall time.
public struct Uptime: Sendable, Hashable, Comparable {
    public let nanoseconds: Int64

    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    public init(milliseconds: Int64) {
        self.init(nanoseconds: milliseconds * 1_000_000)
    }

    /// Whole milliseconds, rounded down; this is what the ledger stores.
    public var milliseconds: Int64 { nanoseconds / 1_000_000 }

    public static func < (left: Uptime, right: Uptime) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    public static func - (later: Uptime, earlier: Uptime) -> Duration {
        .nanoseconds(later.nanoseconds - earlier.nanoseconds)
    }

    public static func + (start: Uptime, delta: Duration) -> Uptime {
        Uptime(nanoseconds: start.nanoseconds + delta.wholeNanoseconds)
    }
}

extension Duration {
    /// Nanoseconds; saturates beyond 292 years.
    public var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? (seconds > 0 ? .max : .min) : product &+ attoseconds / 1_000_000_000
    }

    public var wholeMilliseconds: Int64 { wholeNanoseconds / 1_000_000 }
}

/// The kernel's random id of one boot: 16 bytes, from `/proc/sys/kernel/random/boot_id`. Uptimes compare only
/// within one.
///
/// Held as two numbers: every entry, record and reading carries one.
public struct BootID: Sendable, Hashable, CustomStringConvertible {
    /// Bytes 0 to 7, and 8 to 15, big-endian.
    let high: UInt64
    let low: UInt64

    /// - Returns: nil unless there are exactly 16 bytes.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        high = bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes[8...].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Exactly 16 bytes.
    public var bytes: [UInt8] {
        withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { Array($0) }
    }

    /// Reads the kernel's text form, 32 hexadecimal digits with or without hyphens.
    public init?(text: String) {
        guard let bytes = [UInt8](hexadecimal: text.filter { $0 != "-" }) else { return nil }
        self.init(bytes: bytes)
    }

    /// 32 lower-case hexadecimal digits.
    public var description: String { bytes.hexadecimal }
}

/// What vouched for the wall clock when it was read. Raw values are stored.
public enum ClockSynchronisation: Int, Sendable, Hashable, CaseIterable {
    /// Nothing: the board may believe it is 1970.
    case none = 0
    /// The kernel's clock discipline says synchronised (`adjtimex`, STA_UNSYNC clear).
    case kernel = 1
    /// A chrony daemon said so.
    case chrony = 2
    /// A person set the clock and said so.
    case `operator` = 3
}

/// One look at all clocks at once. Stored with every ledger entry.
public struct ClockReading: Sendable, Hashable {
    public let wall: UTCInstant
    public let uptime: Uptime
    public let boot: BootID
    public let synchronisation: ClockSynchronisation

    public init(wall: UTCInstant, uptime: Uptime, boot: BootID, synchronisation: ClockSynchronisation) {
        self.wall = wall
        self.uptime = uptime
        self.boot = boot
        self.synchronisation = synchronisation
    }

    public var isSynchronised: Bool { synchronisation != .none }
}

/// The only source of time. Passed in wherever time is needed, so that tests and the simulation own it.
public protocol SiteClock: Sendable {
    func now() -> ClockReading

    /// The reading that belongs to an earlier (or equal) uptime of this boot, by the present relation of wall
    /// and uptime.
    func reading(atUptime uptime: Uptime) -> ClockReading
}

extension SiteClock {
    public func reading(atUptime uptime: Uptime) -> ClockReading { now().at(uptime) }
}

extension ClockReading {
    /// The same look at the clocks as of another uptime of this boot, by the present relation of wall and
    /// uptime.
    public func at(_ uptime: Uptime) -> ClockReading {
        let age = (self.uptime - uptime).wholeMilliseconds
        return ClockReading(
            wall: wall.advanced(byMilliseconds: -age), uptime: uptime, boot: boot,
            synchronisation: synchronisation)
    }
}
