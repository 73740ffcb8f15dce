import CLinuxClock
import Glibc

/// The machine's own clocks: `CLOCK_REALTIME`, `CLOCK_BOOTTIME`, the kernel's boot id and its synchronisation
/// flag.
public struct SystemSiteClock: SiteClock {
    private let boot: BootID

    /// - Throws: `ClockError` when the kernel does not tell its boot id (no `/proc`): without it no uptime
    ///   can be compared.
    public init() throws(ClockError) {
        guard let text = Self.bootIDText(), let boot = BootID(text: text) else { throw .noBootID }
        self.boot = boot
    }

    public func now() -> ClockReading {
        ClockReading(
            wall: UTCInstant(milliseconds: muster_clock_wall_nanoseconds() / 1_000_000),
            uptime: Self.uptime(), boot: boot, synchronisation: Self.synchronisation())
    }

    /// `CLOCK_BOOTTIME` alone, for stamping bytes at the moment they are read.
    public static func uptime() -> Uptime {
        let nanoseconds = muster_clock_uptime_nanoseconds()
        precondition(nanoseconds >= 0, "the kernel refused to read its uptime")
        return Uptime(nanoseconds: nanoseconds)
    }

    private static func synchronisation() -> ClockSynchronisation {
        muster_clock_is_synchronised() == 1 ? .kernel : .none
    }

    private static func bootIDText() -> String? {
        let descriptor = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = read(descriptor, &buffer, buffer.count)
        guard count >= 36 else { return nil }
        return String(decoding: buffer[0..<36], as: UTF8.self)
    }
}

/// Why the machine's clock cannot be used.
public enum ClockError: Error, Equatable, Sendable {
    /// `/proc/sys/kernel/random/boot_id` is missing or unreadable. Mount `/proc`.
    case noBootID
}
