import Foundation
import Glibc
import Logging
import ServiceLifecycle
import Testing

@testable import LocalWeb

/// Runs `body` on a thread of its own: it blocks, and the server shares the cooperative pool with the tests.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
}

/// A board on a port of the system's choice, in a service group as the gateway has it.
func withServer(
    _ scene: Scene, names: [String] = [], stopGrace: Duration? = nil, stallLimit: Duration? = nil,
    _ body: (Int, LiveBoard) async throws -> Void
) async throws {
    let board = try scene.board()
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    var server = LocalWebServer(
        board: board, address: ListenAddress(host: "127.0.0.1", port: 0), names: names,
        logger: Logger(label: "test"), onListening: { port.yield($0.port) })
    if let stopGrace { server.stopGrace = stopGrace }
    if let stallLimit { server.stallLimit = stallLimit }
    try await withServices([TestService { [server] in try await server.run() }]) {
        for await number in ports {
            try await body(number, board)
            break
        }
    }
}

struct TestService: Service {
    let body: @Sendable () async throws -> Void

    func run() async throws { try await body() }
}

/// Runs the services while `body` runs, then stops them in order as SIGTERM would.
func withServices(_ services: [any Service], _ body: () async throws -> Void) async throws {
    let group = ServiceGroup(configuration: .init(services: services, logger: Logger(label: "test")))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        do {
            try await body()
        } catch {
            tasks.cancelAll()
            throw error
        }
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
    }
}

/// A TCP connection to 127.0.0.1, blocking, at most 10 s silent. Closed when it is given up.
final class Connection: Sendable {
    let descriptor: Int32

    init(port: Int, receiveBufferByteCount: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        if var count = receiveBufferByteCount {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &count, 4)
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(result == 0, "connect: errno \(errno)")
    }

    deinit { close(descriptor) }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        #expect(Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count)
    }

    /// Reads until `text` has come, the far end closes or the limit of silence passes.
    func read(until text: String? = nil) -> String {
        var received: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            if let text, String(decoding: received, as: UTF8.self).contains(text) { break }
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            guard count > 0 else { break }
            received += chunk[..<count]
        }
        return String(decoding: received, as: UTF8.self)
    }

    /// One request and its whole answer.
    static func exchange(
        port: Int, _ requestLine: String, host: String = "127.0.0.1"
    ) async throws -> String {
        try await onThread {
            let connection = try Connection(port: port)
            connection.send("\(requestLine) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n")
            return connection.read()
        }
    }

    /// Opens the event stream and waits for its first state.
    static func stream(port: Int, until text: String) async throws -> (Connection, String) {
        try await onThread {
            let connection = try Connection(port: port)
            connection.send("GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            return (connection, connection.read(until: text))
        }
    }
}
