import Glibc
import SiteModel

/// Asks the running service over its Unix domain socket. Blocking, for commands; one connection a request.
public struct ControlClient: Sendable {
    /// A longer answer is refused: nothing that the service says is that long.
    public static let answerLimitByteCount = 256 * 1_024 * 1_024

    private let path: String
    private let timeoutSeconds: Int

    /// - Parameters:
    ///   - path: The socket, `STATE/muster.sock`.
    ///   - timeoutSeconds: How long the service may be silent; an import of a large roster takes seconds.
    public init(path: String, timeoutSeconds: Int = 120) {
        self.path = path
        self.timeoutSeconds = timeoutSeconds
    }

    public func get(_ path: String) throws(ControlError) -> ControlResponse {
        try send(.get, path, ControlRequest())
    }

    public func send(
        _ method: ControlRoute.Method, _ path: String, _ request: ControlRequest
    ) throws(ControlError) -> ControlResponse {
        // Told before sending: the service stops reading at its bound and would leave us waiting.
        guard request.body.count <= ControlServer.bodyLimitByteCount else { throw .bodyTooLarge }
        let descriptor = try open()
        defer { close(descriptor) }
        do {
            try write(Self.head(method, path, request), to: descriptor)
            try write(request.body, to: descriptor)
        } catch {
            // The service may answer and close before it has read all: what it said is then waiting.
            guard case .failed(_, EPIPE) = error else { throw error }
        }
        return try HTTPAnswer.response(from: try readAll(from: descriptor))
    }

    private static func head(_ method: ControlRoute.Method, _ path: String, _ request: ControlRequest)
        -> [UInt8]
    {
        let query = request.query.sorted { $0.key < $1.key }
            .map { "\(PercentEncoding.encoded($0.key))=\(PercentEncoding.encoded($0.value))" }
        let target = query.isEmpty ? path : "\(path)?\(query.joined(separator: "&"))"
        var head = "\(method.rawValue) \(target) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        if let name = request.fileName { head += "X-File-Name: \(PercentEncoding.encoded(name))\r\n" }
        if method == .post { head += "Content-Length: \(request.body.count)\r\n" }
        return Array((head + "\r\n").utf8)
    }

    private func open() throws(ControlError) -> Int32 {
        let descriptor: Int32
        do {
            descriptor = try UnixSocket.connect(to: path)
        } catch {
            switch error.value {
            // No service can listen on a path that is too long for a socket.
            case ENOENT, ECONNREFUSED, ENAMETOOLONG: throw .notRunning(path: path)
            case EACCES, EPERM: throw .notPermitted(path: path)
            default: throw .failed(operation: "connect", code: error.value)
            }
        }
        var limit = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            let size = socklen_t(MemoryLayout<timeval>.size)
            guard setsockopt(descriptor, SOL_SOCKET, option, &limit, size) == 0 else {
                let code = errno
                close(descriptor)
                throw .failed(operation: "setsockopt", code: code)
            }
        }
        return descriptor
    }

    private func write(_ bytes: [UInt8], to descriptor: Int32) throws(ControlError) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.send(
                    descriptor, buffer.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count > 0 { sent += count } else { try retryOrThrow("send") }
        }
    }

    private func readAll(from descriptor: Int32) throws(ControlError) -> [UInt8] {
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count > 0 {
                guard answer.count + count <= Self.answerLimitByteCount else { throw .badAnswer }
                answer += chunk[..<count]
            } else if count == 0 {
                return answer
            } else if errno == ECONNRESET, !answer.isEmpty {
                // The far end closed with our bytes unread; what it said stands.
                return answer
            } else {
                try retryOrThrow("read")
            }
        }
    }

    private func retryOrThrow(_ operation: String) throws(ControlError) {
        switch errno {
        case EINTR: return
        case EAGAIN: throw .noAnswer(path: path, seconds: timeoutSeconds)
        case let code: throw .failed(operation: operation, code: code)
        }
    }
}

/// Why a command got no answer. Unless the service said something, it may or may not have done its part.
public enum ControlError: Error, Equatable, CustomStringConvertible {
    /// Nobody listens at the path: the service does not run, or has another state folder.
    case notRunning(path: String)
    /// The socket belongs to somebody else. Run the command as that user or a member of its group.
    case notPermitted(path: String)
    /// The body exceeds `ControlServer.bodyLimitByteCount`. Nothing was sent.
    case bodyTooLarge
    /// The service is silent. See its log.
    case noAnswer(path: String, seconds: Int)
    /// What came back is no HTTP answer, was cut off, or is too long.
    case badAnswer
    /// The system refused `operation`; `code` is its error.
    case failed(operation: String, code: Int32)

    public var description: String {
        switch self {
        case .notRunning(let path): "nobody listens on \(path)"
        case .notPermitted(let path): "\(path) may only be used by the service's own user and group"
        case .bodyTooLarge: "the file is larger than \(ControlServer.bodyLimitByteCount >> 20) MiB"
        case .noAnswer(let path, let seconds): "no answer on \(path) for \(seconds) s; see the service's log"
        case .badAnswer: "the answer was cut off: it may have been done, so look before you run it again"
        case .failed(let operation, let code): "\(operation): \(SystemCode(code).words)"
        }
    }
}
