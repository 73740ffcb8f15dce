import CLinuxClock
import Glibc

/// The machine's own clocks: `CLOCK_REALTIME`, `CLOCK_BOOTTIME`, the kernel's boot id and its synchronisation
/// flag.
public struct SystemSiteClock: SiteClock {
    private let boot: BootID
    private let chrony = ChronyProbe()

    /// - Throws: `ClockError` when the kernel does not tell its boot id (no `/proc`): without it no uptime
    ///   can be compared.
    public init() throws(ClockError) {
        guard let text = Self.bootIDText(), let boot = BootID(text: text) else { throw .noBootID }
        self.boot = boot
    }

    public func now() -> ClockReading {
        // The flag on both sides of the clocks: whoever sets the clock between them takes it away.
        let wasSynchronised = muster_clock_is_synchronised() == 1
        let wall = UTCInstant(milliseconds: muster_clock_wall_nanoseconds() / 1_000_000)
        let uptime = Self.uptime()
        let isSynchronised = wasSynchronised && muster_clock_is_synchronised() == 1
        return ClockReading(
            wall: wall, uptime: uptime, boot: boot,
            synchronisation: isSynchronised ? chrony.isRunning(at: uptime) ? .chrony : .kernel : .none)
    }

    /// `CLOCK_BOOTTIME` alone, for stamping bytes at the moment they are read.
    public static func uptime() -> Uptime {
        let nanoseconds = muster_clock_uptime_nanoseconds()
        precondition(nanoseconds >= 0, "the kernel refused to read its uptime")
        return Uptime(nanoseconds: nanoseconds)
    }

    private static func bootIDText() -> String? {
        SmallText.read("/proc/sys/kernel/random/boot_id").map { String($0.prefix(36)) }
    }
}

/// Why the machine's clock cannot be used.
public enum ClockError: Error, Equatable, Sendable {
    /// `/proc/sys/kernel/random/boot_id` is missing or unreadable. Mount `/proc`.
    case noBootID
}
