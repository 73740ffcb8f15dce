import Glibc

/// Files that a command makes: never over another, and whole or not at all.
enum OutputFile {
    /// - Throws: `CommandFailure` with exit code 73 (cannot create) when the file is there.
    static func refuseExisting(_ path: String) throws(CommandFailure) {
        guard access(path, F_OK) != 0 else {
            throw CommandFailure("\(path) is there already; nothing is overwritten", code: 73)
        }
    }

    /// Mode 0600; on disk when this returns.
    static func write(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
        let partial = path + ".partial"
        let descriptor = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("make", partial) }
        defer { close(descriptor) }
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("write", partial) }
            offset += count
        }
        guard fsync(descriptor) == 0 else { throw failure("sync", partial) }
        try refuseExisting(path)
        guard rename(partial, path) == 0 else { throw failure("rename", partial) }
    }

    private static func failure(_ operation: String, _ path: String) -> CommandFailure {
        let words = strerror(errno).map { String(cString: $0) } ?? "error \(errno)"
        return CommandFailure("\(operation) \(path): \(words)", code: 73)
    }
}
