import Glibc

/// Tells systemd how the service is (`sd_notify`): ready, alive, stopping. Without systemd it says nothing.
///
/// Source: sd_notify(3). One datagram to the Unix socket named by `NOTIFY_SOCKET`; `@` first means the
/// abstract namespace.
public struct ServiceNotifier: Sendable {
    private let socketPath: String?
    /// Half of `WATCHDOG_USEC`; nil when systemd does not watch.
    public let watchdogInterval: Duration?

    /// What systemd told this process in its environment.
    public init() {
        self.init(
            socketPath: getenv("NOTIFY_SOCKET").map { String(cString: $0) },
            watchdogMicroseconds: getenv("WATCHDOG_USEC").flatMap { Int64(String(cString: $0)) })
    }

    init(socketPath: String?, watchdogMicroseconds: Int64? = nil) {
        self.socketPath = socketPath
        watchdogInterval = watchdogMicroseconds.map { .microseconds($0 / 2) }
    }

    /// - Returns: false when systemd is there but did not take the message; the caller logs it.
    @discardableResult
    public func send(_ state: String) -> Bool {
        guard let socketPath else { return true }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(socketPath.utf8)
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        guard bytes.count < capacity else { return false }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        if bytes.first == UInt8(ascii: "@") { withUnsafeMutableBytes(of: &address.sun_path) { $0[0] = 0 } }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let message = Array(state.utf8)
        let sent = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, message, message.count, Int32(MSG_NOSIGNAL), $0, length)
            }
        }
        return sent == message.count
    }
}
