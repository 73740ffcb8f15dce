import CLinuxDevice
import Glibc
import Synchronization

/// A thread that gives a virtual device what the service sends, until `stop()`.
final class VirtualDeviceThread: Sendable {
    private let isStopped = Atomic<Bool>(false)

    init(name: String, port: VirtualPort, received: @escaping @Sendable ([UInt8]) -> Void) {
        let body = ThreadBody(name: name) { [self] in
            while !isStopped.load(ordering: .relaxed) {
                let bytes = port.read(waitingMilliseconds: 50)
                if bytes.isEmpty {
                    // Unplugged: `read` does not wait then.
                    var nothing = pollfd(fd: -1, events: 0, revents: 0)
                    poll(&nothing, 1, 1)
                } else {
                    received(bytes)
                }
            }
        }
        body.start()
    }

    func stop() {
        isStopped.store(true, ordering: .relaxed)
    }
}

private final class ThreadBody: Sendable {
    let name: String
    let run: @Sendable () -> Void

    init(name: String, run: @escaping @Sendable () -> Void) {
        self.name = name
        self.run = run
    }

    func start() {
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { context in
                let body = Unmanaged<ThreadBody>.fromOpaque(context!).takeRetainedValue()
                muster_name_thread(body.name)
                body.run()
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        precondition(code == 0, "the kernel gives no thread: error \(code)")
        pthread_detach(thread)
    }
}
