import CLinuxDevice
import CUdev
import Glibc
import Synchronization

/// Watches udev: what is plugged at the start, then every plug and pull, on a thread of its own.
///
/// It tells the whole set of devices each time, so a slow consumer misses nothing that still matters: of
/// several sets that wait only the newest is kept. Without a running udev (a container) there is one empty or
/// partial set and no more; explicit paths do without it.
public final class HotplugMonitor: Sendable {
    /// The complete set after each change; the first comes at once.
    public let devices: AsyncStream<[DiscoveredDevice]>
    private let continuation: AsyncStream<[DiscoveredDevice]>.Continuation
    private let signal = PollSignal()
    private let isStopped = Atomic<Bool>(false)

    public init() {
        (devices, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        startThread(named: "device-hotplug") { [self] in
            watch()
            continuation.finish()
        }
    }

    /// Ends the stream and the thread.
    public func stop() {
        isStopped.store(true, ordering: .sequentiallyConsistent)
        signal.ring()
        continuation.finish()
    }

    /// What is plugged now, sorted by node. Takes milliseconds: udev's files are read.
    public static func plugged() -> [DiscoveredDevice] {
        guard let udev = UdevHandle() else { return [] }
        return udev.enumerated(arrival: 0)
    }

    private func watch() {
        guard let udev = UdevHandle() else {
            continuation.yield([])
            return
        }
        // The monitor listens before the enumeration starts, so that nothing falls between the two.
        let monitor = udev.monitor()
        var present = udev.enumeratedByNode(arrival: 0)
        var arrival = 0
        while !isStopped.load(ordering: .sequentiallyConsistent) {
            continuation.yield(present.values.sorted { $0.node < $1.node })
            var hasChanged = false
            while !hasChanged, !isStopped.load(ordering: .sequentiallyConsistent) {
                waitForEvent(monitor)
                while let monitor, let event = monitor.next(arrival: arrival + 1) {
                    arrival += 1
                    hasChanged = true
                    switch event {
                    case .present(let device): present[device.node] = device
                    case .gone(let node): present[node] = nil
                    case .missed: present = udev.enumeratedByNode(arrival: arrival)
                    }
                }
            }
        }
    }

    private func waitForEvent(_ monitor: UdevMonitor?) {
        var descriptors = [
            pollfd(fd: signal.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: monitor?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
        ]
        poll(&descriptors, 2, -1)
        signal.clear()
    }
}
