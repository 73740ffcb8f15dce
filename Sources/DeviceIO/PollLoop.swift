import CLinuxDevice
import Glibc
import SiteModel

/// What the poll thread knows; local to it.
struct PollLoop {
    /// The longest read: a tty gives 4,095 bytes at a time, a HID report has at most 4,096.
    private static let readByteCount = 4_096
    /// While a closing port waits for the kernel to send, nothing tells when it is done: look every 5 ms.
    private static let drainCheckInterval = Duration.milliseconds(5)
    private static let longestSleep = Duration.seconds(60)

    private struct Entry {
        let port: DescriptorPort
        var isReading = true
        var isHungUp = false
        var closing: (deadline: Uptime, done: @Sendable () -> Void)?
    }

    private let signal: PollSignal
    private let jobs: PollJobs
    private var entries: [Entry] = []
    private var alarms: [Inbox] = []
    private var descriptors: [pollfd] = []
    private var buffer = [UInt8](repeating: 0, count: Self.readByteCount)

    init(signal: PollSignal, jobs: PollJobs) {
        self.signal = signal
        self.jobs = jobs
    }

    /// False: the thread ends.
    mutating func carryOut(_ orders: [PollThread.Order]) -> Bool {
        for order in orders {
            switch order {
            case .add(let port): entries.append(Entry(port: port))
            case .addAlarm(let inbox): alarms.append(inbox)
            case .endReading(let port, let done):
                if let index = index(of: port) { entries[index].isReading = false }
                done()
            case .close(let port, let deadline, let done):
                guard let index = index(of: port) else {
                    done()
                    continue
                }
                entries[index].isReading = false
                entries[index].closing = (deadline, done)
            case .stop: return false
            }
        }
        return true
    }

    /// Sleeps until something happens and handles it: first what came, then the alarms. Bytes that came in
    /// time and were not read in time must not meet an alarm that says they did not come.
    mutating func pollOnce() {
        let now = SystemSiteClock.uptime()
        var wakeUp = now + Self.longestSleep
        for inbox in alarms { wakeUp = min(wakeUp, inbox.alarm ?? wakeUp) }
        closeWhatIsDrained(at: now)
        descriptors.removeAll(keepingCapacity: true)
        descriptors.append(pollfd(fd: signal.descriptor, events: Int16(POLLIN), revents: 0))
        for entry in entries {
            wakeUp = min(wakeUp, entry.port.inbox.alarm ?? wakeUp)
            if let closing = entry.closing {
                wakeUp = min(wakeUp, closing.deadline, now + Self.drainCheckInterval)
            }
            descriptors.append(Self.interest(of: entry))
        }
        signal.willSleep(until: wakeUp)
        // Rounded up: a millisecond late is right, a millisecond early would spin.
        let milliseconds = Int32((max(0, (wakeUp - now).wholeNanoseconds) + 999_999) / 1_000_000)
        let ready = poll(&descriptors, nfds_t(descriptors.count), milliseconds)
        jobs.attend()
        if ready > 0 {
            for index in entries.indices { serve(index, descriptors[index + 1].revents) }
        }
        ringAlarms()
    }

    private func ringAlarms() {
        let now = SystemSiteClock.uptime()
        for inbox in alarms { inbox.ringIfDue(at: now) }
        for entry in entries { entry.port.inbox.ringIfDue(at: now) }
    }

    /// A negative descriptor is passed over by `poll`: a device that has hung up, or one whose inbox is full,
    /// would otherwise end every poll at once.
    private static func interest(of entry: Entry) -> pollfd {
        var interest = pollfd(fd: entry.port.descriptor, events: 0, revents: 0)
        if entry.isReading && entry.port.inbox.hasRoom() { interest.events |= Int16(POLLIN) }
        if !entry.port.outbox.isEmpty { interest.events |= Int16(POLLOUT) }
        if entry.isHungUp || interest.events == 0 { interest.fd = -1 }
        return interest
    }

    private mutating func serve(_ index: Int, _ events: Int16) {
        guard events != 0 else { return }
        let entry = entries[index]
        if events & Int16(POLLOUT) != 0 { entry.port.outbox.flush() }
        let isAnythingToRead = events & Int16(POLLIN | POLLHUP | POLLERR | POLLNVAL) != 0
        guard isAnythingToRead else { return }
        guard entry.isReading else {
            // Closing: the far end has gone, so nothing more can be sent.
            if events & Int16(POLLHUP | POLLERR | POLLNVAL) != 0 { entries[index].isHungUp = true }
            return
        }
        if let closure = read(entry.port, isHungUp: events & Int16(POLLHUP | POLLERR | POLLNVAL) != 0) {
            entry.port.inbox.deposit(.closed(closure))
            entries[index].isReading = false
            entries[index].isHungUp = true
        }
    }

    /// One read. Nil while the device lives.
    private mutating func read(_ port: DescriptorPort, isHungUp: Bool) -> PortClosure? {
        let count = buffer.withUnsafeMutableBytes { Glibc.read(port.descriptor, $0.baseAddress, $0.count) }
        if count > 0 {
            port.inbox.deposit(port.inputs(Array(buffer[0..<count]), SystemSiteClock.uptime()))
            return nil
        }
        if count == 0 { return .unplugged }
        switch errno {
        case EINTR: return nil
        case EAGAIN: return isHungUp ? .unplugged : nil
        case EIO, ENODEV, ENXIO: return .unplugged
        default: return .failed(code: errno)
        }
    }

    /// Hands the descriptors of closing ports to the slow thread once they have nothing to send.
    private mutating func closeWhatIsDrained(at now: Uptime) {
        entries.removeAll { entry in
            guard let closing = entry.closing else { return false }
            let isSent = entry.port.outbox.isEmpty && muster_unsent_byte_count(entry.port.descriptor) == 0
            guard isSent || entry.isHungUp || closing.deadline <= now else { return false }
            entry.port.release(entry.port.outbox.retire(), done: closing.done)
            return true
        }
    }

    private func index(of port: DescriptorPort) -> Int? {
        entries.firstIndex { $0.port === port }
    }
}
