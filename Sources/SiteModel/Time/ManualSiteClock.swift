import Synchronization

/// A clock that stands until it is told to move: tests and the simulation.
public final class ManualSiteClock: SiteClock {
    private let reading: Mutex<ClockReading>

    public init(
        wall: UTCInstant = UTCInstant(milliseconds: 1_780_000_000_000),
        uptime: Uptime = Uptime(milliseconds: 60_000),
        boot: BootID = BootID(bytes: [UInt8](repeating: 0xB0, count: 16))!,
        synchronisation: ClockSynchronisation = .kernel
    ) {
        reading = Mutex(
            ClockReading(wall: wall, uptime: uptime, boot: boot, synchronisation: synchronisation))
    }

    public func now() -> ClockReading { reading.withLock { $0 } }

    /// Time passes: wall and uptime move together.
    public func advance(byMilliseconds delta: Int64) {
        reading.withLock {
            $0 = ClockReading(
                wall: $0.wall.advanced(byMilliseconds: delta),
                uptime: Uptime(nanoseconds: $0.uptime.nanoseconds + delta * 1_000_000),
                boot: $0.boot, synchronisation: $0.synchronisation)
        }
    }

    /// Somebody sets the wall clock: uptime does not move.
    public func setWall(_ wall: UTCInstant, synchronisation: ClockSynchronisation) {
        reading.withLock {
            $0 = ClockReading(
                wall: wall, uptime: $0.uptime, boot: $0.boot, synchronisation: synchronisation)
        }
    }

    /// The machine restarts: a new boot id, uptime from `uptime`, wall time as the board believes it.
    public func reboot(as boot: BootID, wall: UTCInstant, uptime: Uptime = Uptime(milliseconds: 10_000)) {
        reading.withLock {
            $0 = ClockReading(wall: wall, uptime: uptime, boot: boot, synchronisation: .none)
        }
    }
}
