import Glibc

/// Why a file was not read.
public struct FileReadError: Error, Equatable, Sendable, CustomStringConvertible {
    public let path: String
    public let reason: String

    public var description: String { "\(path): \(reason)" }
}

/// Whole files, bounded.
public enum FileBytes {
    /// - Throws: `FileReadError` when the file is missing, unreadable, no regular file or longer than `limit`
    ///   bytes.
    public static func read(_ path: String, upTo limit: Int) throws(FileReadError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileReadError(path: path, reason: words(errno)) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw FileReadError(path: path, reason: words(errno)) }
            guard count > 0 else { return bytes }
            guard bytes.count + count <= limit else {
                throw FileReadError(path: path, reason: "is longer than \(limit) bytes")
            }
            bytes.append(contentsOf: buffer[0..<count])
        }
    }

    /// The system's own words for an `errno`.
    static func words(_ code: Int32) -> String {
        strerror(code).map { String(cString: $0) } ?? "error \(code)"
    }
}
