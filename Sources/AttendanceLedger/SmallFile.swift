import Glibc

/// Small whole files beside the ledger: keys, checkpoints.
enum SmallFile {
    /// - Returns: nil when there is no such file.
    /// - Throws: `LedgerError.storage`, also for a file longer than `limit`.
    static func bytes(of path: String, upTo limit: Int) throws(LedgerError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw .system("open \(path)")
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        var length = 0
        while length < bytes.count {
            let count = bytes[length...].withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system("read \(path)") }
            if count == 0 { break }
            length += count
        }
        guard length <= limit else {
            throw .storage(operation: "read \(path)", code: EFBIG, words: "longer than \(limit) bytes")
        }
        return Array(bytes[..<length])
    }

    /// Writes a file that does not exist yet, mode 0600; file and folder are on disk when this returns.
    static func create(_ path: String, bytes: [UInt8]) throws(LedgerError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system("make \(path)") }
        defer { close(descriptor) }
        try write(bytes, to: descriptor, path: path)
        guard fsync(descriptor) == 0 else { throw .system("sync \(path)") }
        try LedgerFiles.syncFolder(of: path)
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(LedgerError) {
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .system("write \(path)") }
            offset += count
        }
    }
}
