import Glibc

/// The files of a ledger in their folder, looked at before SQLite opens them.
public enum LedgerFiles {
    /// A log without its main file is what is left of a ledger. SQLite would delete it, even for a reader.
    static func refuseHalfALedger(_ path: String) throws(LedgerError) {
        guard byteCount(of: path) == 0, byteCount(of: path + "-wal") > 0 else { return }
        throw .fileDamaged(
            path: path, words: "it is gone, but its write-ahead log is there: restore a backup")
    }

    /// For a ledger that was there before: gone is not new.
    static func refuseMissing(_ path: String) throws(LedgerError) {
        guard byteCount(of: path) == 0 else { return }
        throw .fileDamaged(
            path: path, words: "it is gone, and entries were written to it: put it back, or restore a backup")
    }

    /// A file whose name is not on disk is no file.
    static func syncFolder(of path: String) throws(LedgerError) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let descriptor = Glibc.open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system("open folder \(folder)") }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .system("sync folder \(folder)") }
    }

    public static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Names in a folder, in no order; empty when it cannot be read.
    public static func names(in folder: String) -> [String] {
        guard let opened = opendir(folder) else { return [] }
        defer { closedir(opened) }
        var names: [String] = []
        while let entry = readdir(opened) {
            names.append(name(of: entry))
        }
        return names
    }

    /// The name is read where it lies: a record ends with it, before the 256 bytes of its declaration.
    private static func name(of entry: UnsafeMutablePointer<dirent>) -> String {
        guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else {
            preconditionFailure("a directory entry has a name")
        }
        return String(
            cString: UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self))
    }

    /// Made before SQLite opens it, so that nobody else can read it. One that is there is left as it is.
    static func make(_ path: String) throws(LedgerError) {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor < 0 else {
            Glibc.close(descriptor)
            return
        }
        guard errno == EEXIST else { throw .system("make \(path)") }
    }

    static func sync(_ path: String) throws(LedgerError) {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system("open \(path)") }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .system("sync \(path)") }
    }

    /// 0 when there is no such file.
    static func byteCount(of path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }
}
