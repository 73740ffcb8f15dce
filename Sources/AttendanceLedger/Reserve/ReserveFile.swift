import Glibc

/// `ledger.reserve`: allocated whole while there is room, then only ever written in place, so that a full
/// disk cannot refuse it.
///
/// Zeros are written, not asked for: blocks that `fallocate` gives must still be turned into written ones
/// when they are used, and that takes room. (A file system that never writes in place, such as btrfs, keeps a
/// promise less; there the record waits in memory when the disk is full.)
final class ReserveFile {
    static let name = "ledger.reserve"
    /// Everybody of a large site, leaving once.
    static let slotCount = 2_048
    static let byteCount = slotCount * ReserveSlot.byteCount

    private let path: String
    private let directory: String
    private let descriptor: Int32

    /// Opens the file.
    ///
    /// - Returns: nil when there is none.
    static func find(directory: String) throws(LedgerError) -> ReserveFile? {
        let descriptor = open(directory + "/" + name, O_RDWR | O_CLOEXEC)
        if descriptor < 0, errno == ENOENT { return nil }
        guard descriptor >= 0 else { throw .system("open \(directory + "/" + name)") }
        return ReserveFile(directory, descriptor)
    }

    /// Opens the file, or makes it, mode 0600.
    static func findOrMake(directory: String) throws(LedgerError) -> ReserveFile {
        let descriptor = open(directory + "/" + name, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system("make \(directory + "/" + name)") }
        return ReserveFile(directory, descriptor)
    }

    private init(_ directory: String, _ descriptor: Int32) {
        path = directory + "/" + Self.name
        self.directory = directory
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// The whole content; what is missing at its end are zeros.
    func bytes() throws(LedgerError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Self.byteCount)
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress, $0.count, off_t(offset))
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system("read \(path)") }
            if count == 0 { break }
            offset += count
        }
        return bytes
    }

    /// Makes sure that every block of the file is there; what stands in it stays. File and folder are on disk
    /// when this returns.
    ///
    /// - Throws: `LedgerError.diskFull` when it would take the last of the disk: then nothing was written.
    func allocate() throws(LedgerError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system("look at \(path)") }
        // The kernel counts blocks of 512 bytes, whatever the file system's are.
        guard Int(status.st_size) < Self.byteCount || Int(status.st_blocks) * 512 < Self.byteCount else {
            return
        }
        guard DiskSpace.freeByteCount(ofFolder: directory) ?? 0 >= 2 * Self.byteCount else {
            throw .diskFull(path: path)
        }
        try write(bytes(), at: 0)
        guard fsync(descriptor) == 0 else { throw .system("sync \(path)") }
        try LedgerFiles.syncFolder(of: path)
    }

    func write(_ bytes: [UInt8], toSlot slot: Int) throws(LedgerError) {
        try write(bytes, at: slot * ReserveSlot.byteCount)
    }

    /// After a throw the file is opened anew: a second sync of the same handle would say that all is well.
    func sync() throws(LedgerError) {
        guard fdatasync(descriptor) == 0 else { throw .system("sync \(path)") }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_nlink > 0 else {
            throw .storage(operation: "sync \(path)", code: ENOENT, words: "the file was deleted")
        }
    }

    private func write(_ bytes: [UInt8], at start: Int) throws(LedgerError) {
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress, $0.count, off_t(start + offset))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .system("write \(path)") }
            offset += count
        }
    }
}

/// Room on a disk.
public enum DiskSpace {
    /// What the service may still write; nil when the system does not say.
    public static func freeByteCount(ofFolder path: String) -> Int? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        return Int(status.f_bavail) * Int(status.f_frsize)
    }
}
