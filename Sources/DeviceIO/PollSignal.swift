import CLinuxDevice
import Glibc
import SiteModel
import Synchronization

/// Wakes the poll thread: an eventfd, and until when the thread means to sleep.
final class PollSignal: Sendable {
    let descriptor: Int32
    /// Nanoseconds of uptime; `Int64.max` while the thread is awake, so that whoever changes something then
    /// always rings.
    private let sleepingUntil = Atomic<Int64>(.max)

    init() {
        descriptor = muster_event_descriptor(0)
        precondition(descriptor >= 0, "the kernel gives no eventfd: too many open files")
    }

    deinit {
        Glibc.close(descriptor)
    }

    /// Ends the present poll, or the next one.
    func ring() {
        var one: UInt64 = 1
        // The counter overflows (EAGAIN) only after 2^64 rings that nobody cleared: then it rings already.
        _ = Glibc.write(descriptor, &one, 8)
    }

    /// Rings when the thread would sleep past `uptime`.
    func ring(ifSleepingPast uptime: Uptime) {
        if uptime.nanoseconds < sleepingUntil.load(ordering: .sequentiallyConsistent) { ring() }
    }

    /// The thread is awake and about to look at everything.
    func clear() {
        sleepingUntil.store(.max, ordering: .sequentiallyConsistent)
        var count: UInt64 = 0
        // EAGAIN: nobody rang.
        _ = Glibc.read(descriptor, &count, 8)
    }

    /// The thread is about to sleep.
    func willSleep(until uptime: Uptime) {
        sleepingUntil.store(uptime.nanoseconds, ordering: .sequentiallyConsistent)
    }
}
