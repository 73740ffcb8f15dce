import Glibc
import Synchronization

/// What a descriptor has still to send. A direct `write(2)` is tried first, so that a relay's byte leaves
/// from the thread that decided; the poll thread sends the rest when the line takes it.
///
/// Bound: 64 KiB; a message that does not fit is refused whole.
final class Outbox: Sendable {
    static let byteLimit = 65_536

    private struct State {
        /// -1 when closed.
        var descriptor: Int32
        var queue: [UInt8] = []

        /// Nil, or the errno of a write that failed for good.
        mutating func send() -> Int32? {
            while !queue.isEmpty {
                let count = queue.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if count > 0 {
                    queue.removeFirst(count)
                } else if count < 0 && errno == EINTR {
                    continue
                } else {
                    return count == 0 || errno == EAGAIN ? nil : errno
                }
            }
            return nil
        }
    }

    private let state: Mutex<State>
    private let path: String

    init(descriptor: Int32, path: String) {
        state = Mutex(State(descriptor: descriptor))
        self.path = path
    }

    /// - Returns: true when bytes are left for the poll thread.
    func write(_ bytes: [UInt8]) throws(PortError) -> Bool {
        // The lock is held over the write on purpose: it keeps two writers' bytes apart and in order. The
        // descriptor never blocks, so the section stays short.
        let result = state.withLock { state -> Result<Bool, PortError> in
            guard state.descriptor >= 0 else { return .failure(.closed) }
            guard state.queue.count + bytes.count <= Self.byteLimit else {
                return .failure(.writeQueueFull(byteCount: bytes.count))
            }
            let wasEmpty = state.queue.isEmpty
            state.queue += bytes
            guard wasEmpty else { return .success(true) }
            if let code = state.send() {
                state.queue = []
                return .failure(PortError(operation: "write", path: path, code: code))
            }
            return .success(!state.queue.isEmpty)
        }
        return try result.get()
    }

    /// Sends what the line takes now. A line that fails loses its queue: its end is seen by the next read.
    func flush() {
        state.withLock { state in
            if state.descriptor < 0 || state.send() != nil { state.queue = [] }
        }
    }

    /// Makes `call` while the descriptor is surely open; `retire` waits for it. Nil when it is closed.
    func ifOpen<Value: Sendable>(_ call: (Int32) -> Value) -> Value? {
        state.withLock { $0.descriptor < 0 ? nil : call($0.descriptor) }
    }

    var isEmpty: Bool { state.withLock { $0.queue.isEmpty } }

    /// No write reaches the descriptor after this; gives it back for closing.
    func retire() -> Int32 {
        state.withLock { state in
            let descriptor = state.descriptor
            state.descriptor = -1
            state.queue = []
            return descriptor
        }
    }
}
