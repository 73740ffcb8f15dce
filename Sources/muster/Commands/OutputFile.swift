import Glibc

/// A file that a command makes and that nobody's file may be lost to.
enum OutputFile {
    /// - Throws: `CommandFailure` with exit code 73 (cannot create) when something stands at `path`: told
    ///   before the work.
    static func refuseExisting(_ path: String) throws(CommandFailure) {
        var status = stat()
        guard lstat(path, &status) != 0 else { throw existing(path) }
        guard errno == ENOENT else { throw failure("make", path) }
    }

    /// Makes the folder, mode 0700, unless it is there.
    static func makeFolder(_ path: String) throws(CommandFailure) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure("make", path) }
    }

    /// Writes all of it under a temporary name beside `path`, mode 0600, syncs, and gives it its name when
    /// nothing has that name by then. After a throw neither is there.
    static func write(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
        try make(path) { descriptor throws(CommandFailure) in try write(bytes[...], to: descriptor, path) }
    }

    /// The same for what `fill` writes into the descriptor that it is given.
    static func make(
        _ path: String, _ fill: (Int32) throws(CommandFailure) -> Void
    ) throws(CommandFailure) {
        let temporary = "\(path).partial-\(getpid())"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("make", path) }
        do throws(CommandFailure) {
            defer { close(descriptor) }
            try fill(descriptor)
            guard fsync(descriptor) == 0 else { throw failure("sync", path) }
            try name(temporary, path)
        } catch {
            unlink(temporary)
            throw error
        }
        try syncFolder(of: path)
    }

    /// Gives the temporary file its name; `rename` alone would replace what has it.
    private static func name(_ temporary: String, _ path: String) throws(CommandFailure) {
        if link(temporary, path) == 0 {
            unlink(temporary)
            return
        }
        guard errno != EEXIST else { throw existing(path) }
        // FAT, as on most sticks, knows no second name for a file: the name is taken first, empty.
        let taken = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard taken >= 0 else { throw errno == EEXIST ? existing(path) : failure("make", path) }
        close(taken)
        guard rename(temporary, path) == 0 else {
            let error = failure("name", path)
            unlink(path)
            throw error
        }
    }

    static func write(
        _ bytes: ArraySlice<UInt8>, to descriptor: Int32, _ path: String
    ) throws(CommandFailure) {
        var offset = bytes.startIndex
        while offset < bytes.endIndex {
            let count = bytes[offset...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("write", path) }
            offset += count
        }
    }

    /// A file whose name is not on disk is no file.
    private static func syncFolder(of path: String) throws(CommandFailure) {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("sync the folder of", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("sync the folder of", path) }
    }

    private static func existing(_ path: String) -> CommandFailure {
        CommandFailure("\(path) is there already; nothing is overwritten", code: 73)
    }

    static func failure(
        _ operation: String, _ path: String, exitCode: Int32 = 73
    ) -> CommandFailure {
        let code = errno
        let words = strerror(code).map { String(cString: $0) } ?? "error \(code)"
        return CommandFailure("cannot \(operation) \(path): \(words)", code: exitCode)
    }
}
