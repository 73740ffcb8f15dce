import CLinuxDevice
import Glibc
import SiteModel
import Synchronization

/// One end of a pseudo terminal, with a link to the other end where a reader's port would be.
///
/// The line is raw from the start and its other end is held open here, so that bytes sent before the service
/// opens the port wait in the line, as they do between two runs of the service.
public final class VirtualPort: Sendable {
    private struct State {
        /// -1 while unplugged.
        var master: Int32 = -1
        var slave: Int32 = -1
    }

    /// What the service is told to open.
    public let path: String
    private let state = Mutex(State())

    /// Makes the link at `path`; an old link there is replaced.
    public init(path: String) throws(VirtualSiteError) {
        self.path = path
        try plugIn()
    }

    deinit {
        hangUp()
    }

    /// A new pseudo terminal at the same link; nothing happens while plugged.
    public func plugIn() throws(VirtualSiteError) {
        let result = state.withLock { state -> Result<Void, VirtualSiteError> in
            guard state.master < 0 else { return .success(()) }
            var name = [CChar](repeating: 0, count: 128)
            let master = muster_pty_open(&name, name.count)
            guard master >= 0 else { return .failure(.system(operation: "posix_openpt", code: errno)) }
            let slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)
            guard slave >= 0 else {
                let code = errno
                close(master)
                return .failure(.system(operation: "open the slave", code: code))
            }
            _ = muster_serial_configure(slave, 115_200, 8, 0, 1)
            // A link left by an earlier run; ENOENT is the usual answer.
            unlink(path)
            guard symlink(name, path) == 0 else {
                let code = errno
                close(slave)
                close(master)
                return .failure(.system(operation: "link \(path)", code: code))
            }
            state.master = master
            state.slave = slave
            return .success(())
        }
        try result.get()
    }

    /// Pulls the plug: whoever has the port open sees it end; the link goes.
    public func hangUp() {
        state.withLock { state in
            guard state.master >= 0 else { return }
            unlink(path)
            close(state.slave)
            close(state.master)
            state = State()
        }
    }

    /// The speed that the service set, in bits a second; 0 while unplugged.
    public var speed: Int {
        state.withLock { $0.master < 0 ? 0 : Int(muster_serial_speed($0.master)) }
    }

    /// What the service sent; empty after `milliseconds` without any.
    public func read(waitingMilliseconds milliseconds: Int32) -> [UInt8] {
        guard wait(for: Int16(POLLIN), milliseconds) else { return [] }
        return state.withLock { state in
            var buffer = [UInt8](repeating: 0, count: 4_096)
            let count = Glibc.read(state.master, &buffer, buffer.count)
            return count > 0 ? Array(buffer[0..<count]) : []
        }
    }

    /// Sends all of `bytes`, waiting while the line is full.
    ///
    /// - Returns: how many the line took: fewer when it was unplugged or took none for `milliseconds`.
    @discardableResult
    public func write(_ bytes: [UInt8], patienceMilliseconds milliseconds: Int32 = 5_000) -> Int {
        var sent = 0
        while sent < bytes.count {
            let count = state.withLock { state in
                bytes[sent...].withUnsafeBytes { Glibc.write(state.master, $0.baseAddress, $0.count) }
            }
            if count > 0 {
                sent += count
            } else if count < 0 && errno != EAGAIN && errno != EINTR {
                return sent
            } else if !wait(for: Int16(POLLOUT), milliseconds) {
                return sent
            }
        }
        return sent
    }

    /// The lock is not held while waiting: `hangUp` must come through. A descriptor that is closed meanwhile
    /// at worst ends the wait early; whoever reads or writes then looks at the state again.
    private func wait(for events: Int16, _ milliseconds: Int32) -> Bool {
        let master = state.withLock { $0.master }
        var descriptor = pollfd(fd: master, events: events, revents: 0)
        return poll(&descriptor, 1, milliseconds) > 0 && descriptor.revents & events != 0
    }
}

/// Why a virtual device could not be made.
public enum VirtualSiteError: Error, Equatable, Sendable {
    case system(operation: String, code: Int32)
}
