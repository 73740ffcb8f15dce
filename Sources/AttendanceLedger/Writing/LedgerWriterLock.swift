import Glibc
import Synchronization

/// The advisory lock that lets one process write. The kernel gives it back when the process dies, however it
/// dies.
final class LedgerWriterLock: Sendable {
    private let descriptor: Mutex<Int32?>

    /// - Throws: `LedgerError.locked` at once when another process holds it.
    init(path: String) throws(LedgerError) {
        let opened = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard opened >= 0 else { throw .system("open \(path)") }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            let error: LedgerError = errno == EWOULDBLOCK ? .locked(path: path) : .system("lock \(path)")
            Glibc.close(opened)
            throw error
        }
        descriptor = Mutex(opened)
    }

    deinit {
        release()
    }

    /// Lets the next process in. Further calls do nothing.
    ///
    /// Unlocked before it is closed: a child that was forked a moment ago holds a copy until it executes, and
    /// a lock lives as long as its last copy.
    func release() {
        descriptor.withLock { descriptor in
            if let open = descriptor {
                flock(open, LOCK_UN)
                Glibc.close(open)
            }
            descriptor = nil
        }
    }
}

extension LedgerError {
    /// The system call that has just failed, by `errno`.
    static func system(_ operation: String) -> LedgerError {
        let code = errno
        if code == ENOSPC || code == EDQUOT { return .diskFull(path: operation) }
        return .storage(operation: operation, code: code, words: String(cString: strerror(code)))
    }
}
