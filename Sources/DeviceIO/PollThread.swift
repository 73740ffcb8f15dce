import CLinuxDevice
import Glibc
import SiteModel
import Synchronization

/// The one thread that waits for every open device: `poll(2)` over all descriptors and an eventfd.
///
/// It reads, stamps what it read with `CLOCK_BOOTTIME`, sends what queued, rings alarms, and runs the tasks
/// that prefer it (see `PollThread+Executor`). It never opens, closes or otherwise waits for a device; that
/// is done on a second thread.
public final class PollThread: Sendable {
    let signal = PollSignal()
    let slowCalls = SlowCallThread()
    let jobs: PollJobs
    private let orders = Mutex(Orders())

    enum Order: Sendable {
        case add(DescriptorPort)
        case addAlarm(Inbox)
        case endReading(DescriptorPort, done: @Sendable () -> Void)
        case close(DescriptorPort, Uptime, done: @Sendable () -> Void)
        case stop
    }

    private struct Orders {
        var waiting: [Order] = []
        var isStopped = false
    }

    /// Starts the threads. They run until `stop()`.
    public init() {
        jobs = PollJobs(signal: signal)
        startThread(named: "device-poll") { [self] in
            var loop = PollLoop(signal: signal, jobs: jobs)
            while loop.carryOut(takeOrders()) {
                runJobs()
                loop.pollOnce()
            }
            for job in jobs.stop() { job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
    }

    /// Ends the threads. Close every port first.
    public func stop() {
        submit(.stop)
        slowCalls.stop()
    }

    /// An inbox without a port: alarms and nudges for whoever waits for a device to appear.
    ///
    /// It stays with the thread until `stop()`: make one for each wanted device, not one for each wait.
    public func makeInbox() -> Inbox {
        let inbox = Inbox(signal: signal)
        submit(.addAlarm(inbox))
        return inbox
    }

    func submit(_ order: Order) {
        let isStopped = orders.withLock { orders in
            if orders.isStopped { return true }
            if case .stop = order { orders.isStopped = true }
            orders.waiting.append(order)
            return false
        }
        precondition(!isStopped || order.isStop, "a port outlived its poll thread")
        signal.ring()
    }

    private func takeOrders() -> [Order] {
        signal.clear()
        return orders.withLock { orders in
            let waiting = orders.waiting
            orders.waiting = []
            return waiting
        }
    }
}

extension PollThread.Order {
    fileprivate var isStop: Bool {
        if case .stop = self { true } else { false }
    }
}
