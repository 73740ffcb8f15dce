import Glibc

/// The POSIX calls around a Unix domain stream socket.
enum UnixSocket {
    /// `sun_path` holds 108 bytes with the zero at its end.
    static let pathLimitByteCount = 107

    /// Connects to `path`.
    ///
    /// - Returns: a descriptor that the caller closes.
    /// - Throws: the system's error code.
    static func connect(to path: String) throws(SystemCode) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count <= pathLimitByteCount else { throw SystemCode(ENAMETOOLONG) }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemCode(errno) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else {
            let code = SystemCode(errno)
            close(descriptor)
            throw code
        }
        return descriptor
    }

    /// Makes room for a server at `path`: removes a socket file that a killed service left behind.
    static func removeIfStale(path: String) throws(LocalWebError) {
        guard path.utf8.count <= pathLimitByteCount else { throw .controlPathTooLong(path: path) }
        var status = stat()
        guard lstat(path, &status) == 0 else {
            guard errno == ENOENT else { throw .cannotListen(on: path, code: errno) }
            return
        }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path: path) }
        do {
            close(try connect(to: path))
        } catch {
            guard error.value == ECONNREFUSED else { throw .cannotListen(on: path, code: error.value) }
            guard unlink(path) == 0 else { throw .cannotListen(on: path, code: errno) }
            return
        }
        throw .controlSocketInUse(path: path)
    }
}

/// An `errno`.
struct SystemCode: Error, Equatable {
    let value: Int32

    init(_ value: Int32) {
        self.value = value
    }

    /// The system's own words.
    var words: String { strerror(value).map { String(cString: $0) } ?? "error \(value)" }
}
