import CLinuxDevice
import Glibc
import SiteModel

/// An open descriptor under the poll thread, with what came in and what goes out. The three kinds of device
/// wrap one.
final class DescriptorPort: Sendable {
    let inbox: Inbox
    let outbox: Outbox
    let descriptor: Int32
    let path: String
    /// Makes inputs of the bytes of one read.
    let inputs: @Sendable ([UInt8], Uptime) -> [PortInput]
    let thread: PollThread
    /// Of a device whose output is a call that waits for it.
    private let ownCalls: SlowCallThread?

    init(
        descriptor: Int32, path: String, pending: [PortInput], thread: PollThread,
        ownCalls: SlowCallThread? = nil, inputs: @escaping @Sendable ([UInt8], Uptime) -> [PortInput]
    ) {
        inbox = Inbox(signal: thread.signal, pending: pending)
        outbox = Outbox(descriptor: descriptor, path: path)
        self.descriptor = descriptor
        self.path = path
        self.inputs = inputs
        self.thread = thread
        self.ownCalls = ownCalls
        thread.submit(.add(self))
    }

    /// Where calls on the descriptor are made that may wait.
    var calls: SlowCallThread { ownCalls ?? thread.slowCalls }

    func write(_ bytes: [UInt8]) throws(PortError) {
        if try outbox.write(bytes) { thread.signal.ring() }
    }

    func endReading() async -> [PortInput] {
        await withCheckedContinuation { continuation in
            thread.submit(.endReading(self) { continuation.resume() })
        }
        return inbox.takeIfAny() ?? []
    }

    func close(flushing: Duration) async {
        let deadline = SystemSiteClock.uptime() + flushing
        await withCheckedContinuation { continuation in
            thread.submit(.close(self, deadline) { continuation.resume() })
        }
    }

    /// Gives the descriptor back behind all calls on it, then calls `done`.
    func release(_ descriptor: Int32, done: @escaping @Sendable () -> Void) {
        let release: @Sendable () -> Void = {
            Self.release(descriptor)
            done()
        }
        if !calls.submit(release) { release() }
        ownCalls?.stop()
    }

    /// On the slow thread, last of all: a device that does not take its bytes would hold `close(2)` for 30 s.
    private static func release(_ descriptor: Int32) {
        if muster_unsent_byte_count(descriptor) > 0 { _ = muster_discard_unsent(descriptor) }
        // The mark of exclusive use outlives nothing but this descriptor; a device that is gone says ENOTTY.
        _ = muster_serial_set_exclusive(descriptor, 0)
        Glibc.close(descriptor)
    }
}

/// A port that lives on a `DescriptorPort` and adds nothing to most calls.
protocol PolledPort: BytePort {
    var line: DescriptorPort { get }
}

extension PolledPort {
    public func nextInputs() async -> [PortInput] { await line.inbox.take() }
    public func nudge() { line.inbox.nudge() }
    public func wake(at uptime: Uptime?) { line.inbox.wake(at: uptime) }
    public var hasUnsent: Bool { !line.outbox.isEmpty }
    public func endReading() async -> [PortInput] { await line.endReading() }
    public func close(flushing: Duration) async { await line.close(flushing: flushing) }
}
