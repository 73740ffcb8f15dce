import CLinuxDevice
import Glibc
import Synchronization

/// A thread for the calls that may take long: opening and closing a line, or all output of one HID device. It
/// makes them one after another, so that neither the poll thread nor the cooperative pool ever waits for a
/// device.
///
/// Bound: 1,024 calls wait; more are refused by `submit` and never arise from sessions, which wait for each.
final class SlowCallThread: Sendable {
    private static let queueLimit = 1_024

    private struct Queue {
        var calls: [@Sendable () -> Void] = []
        var isStopped = false
    }

    private let queue = Mutex(Queue())
    private let bell: PollSignal

    init() {
        bell = PollSignal()
        let bell = self.bell
        startThread(named: "device-calls") { [self] in serve(bell: bell) }
    }

    /// False when the queue is full or the thread has been stopped; then `call` is never made.
    func submit(_ call: @escaping @Sendable () -> Void) -> Bool {
        let isTaken = queue.withLock { queue in
            guard !queue.isStopped, queue.calls.count < Self.queueLimit else { return false }
            queue.calls.append(call)
            return true
        }
        if isTaken { bell.ring() }
        return isTaken
    }

    /// Makes `call` on the thread and waits for what it gives.
    func result<Value: Sendable>(of call: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            let isTaken = submit { continuation.resume(returning: call()) }
            // Stopped, or a queue that no number of devices fills: better slow than never.
            if !isTaken { continuation.resume(returning: call()) }
        }
    }

    /// The thread ends when it has done what waits.
    func stop() {
        queue.withLock { $0.isStopped = true }
        bell.ring()
    }

    private func serve(bell: PollSignal) {
        while true {
            let (calls, isStopped) = queue.withLock { queue in
                let calls = queue.calls
                queue.calls = []
                return (calls, queue.isStopped)
            }
            for call in calls { call() }
            if calls.isEmpty {
                if isStopped { return }
                var wait = pollfd(fd: bell.descriptor, events: Int16(POLLIN), revents: 0)
                poll(&wait, 1, -1)
                bell.clear()
            }
        }
    }
}

/// Runs `body` on a thread of its own, which nobody joins. `name`: 15 characters at most.
func startThread(named name: String, _ body: @escaping @Sendable () -> Void) {
    let start = ThreadStart(name: name, body: body)
    var thread = pthread_t()
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let code = pthread_create(
        &thread, &attributes,
        { context in
            let start = Unmanaged<ThreadStart>.fromOpaque(context!).takeRetainedValue()
            muster_name_thread(start.name)
            start.body()
            return nil
        }, Unmanaged.passRetained(start).toOpaque())
    pthread_attr_destroy(&attributes)
    precondition(code == 0, "the kernel gives no thread for \(name): error \(code)")
}

private final class ThreadStart: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}
