import Foundation
import Glibc
import Logging
import Testing

@testable import LocalWeb

@Suite struct ControlTests {
    /// A short path: a socket's holds 107 bytes.
    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "muster-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
        try await body(folder.appendingPathComponent("muster.sock").path)
    }

    private func withControl(path: String, _ body: () async throws -> Void) async throws {
        let routes = [
            ControlRoute(.get, "/status") { _ in ControlResponse(body: Array(#"{"ok":true}"#.utf8)) },
            ControlRoute(.post, "/roster") { request in
                let words = "\(request.query) \(request.fileName ?? "-") \(request.body.count)"
                return ControlResponse(status: 422, contentType: "text/plain", body: Array(words.utf8))
            },
            ControlRoute(.post, "/echo") { ControlResponse(body: $0.body) },
        ]
        let (listening, listens) = AsyncStream.makeStream(of: Void.self)
        let server = ControlServer(
            path: path, routes: routes, logger: Logger(label: "test"), onListening: { listens.yield() })
        try await withServices([TestService { try await server.run() }]) {
            for await _ in listening { break }
            try await body()
        }
    }

    @Test func commandsAskAndGetAnswers() async throws {
        try await withFolder { path in
            try await withControl(path: path) {
                let client = ControlClient(path: path)
                let status = try await onThread { try client.get("/status") }
                #expect(status == ControlResponse(body: Array(#"{"ok":true}"#.utf8)))
                let roster = try await onThread {
                    let request = ControlRequest(
                        query: ["dry_run": "1"], fileName: "名册 1.csv", body: [1, 2, 3])
                    return try client.send(.post, "/roster", request)
                }
                #expect(roster.status == 422 && roster.contentType == "text/plain")
                #expect(String(decoding: roster.body, as: UTF8.self) == #"["dry_run": "1"] 名册 1.csv 3"#)
                let missing = try await onThread { try client.get("/missing") }
                #expect(missing.status == 404)
                let large = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
                let echo = try await onThread {
                    try client.send(.post, "/echo", ControlRequest(body: large))
                }
                #expect(echo.body == large)
                var status2 = stat()
                #expect(lstat(path, &status2) == 0 && status2.st_mode & 0o777 == 0o660)
            }
            #expect(access(path, F_OK) != 0, "the socket file is removed at the end")
        }
    }

    @Test func aBodyOverTheBoundIsRefused() async throws {
        try await withFolder { path in
            try await withControl(path: path) {
                let body = [UInt8](repeating: 0x20, count: ControlServer.bodyLimitByteCount + 1)
                let request = ControlRequest(body: body)
                await #expect(throws: ControlError.bodyTooLarge) {
                    _ = try await onThread {
                        try ControlClient(path: path).send(.post, "/echo", request)
                    }
                }
            }
        }
    }

    @Test func nobodyListeningIsNotRunning() async throws {
        try await withFolder { path in
            let client = ControlClient(path: path)
            #expect(throws: ControlError.notRunning(path: path)) { try client.get("/status") }
            try Self.leaveStaleSocket(at: path)
            #expect(throws: ControlError.notRunning(path: path)) { try client.get("/status") }
        }
    }

    @Test func aStaleSocketIsReplaced() async throws {
        try await withFolder { path in
            try Self.leaveStaleSocket(at: path)
            try await withControl(path: path) {
                let answer = try await onThread { try ControlClient(path: path).get("/status") }
                #expect(answer.status == 200)
            }
        }
    }

    @Test func aSocketThatAnswersAndWhatIsNoSocketStay() async throws {
        try await withFolder { path in
            try await withControl(path: path) {
                await #expect(throws: LocalWebError.controlSocketInUse(path: path)) {
                    try await ControlServer(path: path, routes: [], logger: Logger(label: "test")).run()
                }
                let answer = try await onThread { try ControlClient(path: path).get("/status") }
                #expect(answer.status == 200)
            }
            try Data("x".utf8).write(to: URL(fileURLWithPath: path))
            await #expect(throws: LocalWebError.notASocket(path: path)) {
                try await ControlServer(path: path, routes: [], logger: Logger(label: "test")).run()
            }
            #expect(FileManager.default.contents(atPath: path) == Data("x".utf8))
        }
    }

    @Test func aPathThatIsTooLongIsSaidSo() async {
        let path = "/" + String(repeating: "a", count: 107)
        await #expect(throws: LocalWebError.controlPathTooLong(path: path)) {
            try await ControlServer(path: path, routes: [], logger: Logger(label: "test")).run()
        }
        #expect(throws: ControlError.notRunning(path: path), "no service can listen there") {
            try ControlClient(path: path).get("/status")
        }
    }

    @Test(arguments: [
        "", "x", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n", "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 20x OK\r\nContent-Length: 0\r\n\r\n",
        "SSH-2.0\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n",
    ])
    func anAnswerThatIsNoneIsRefused(_ text: String) {
        #expect(throws: ControlError.badAnswer) { try HTTPAnswer.response(from: Array(text.utf8)) }
    }

    /// What a killed service leaves behind: a socket file that nobody answers.
    private static func leaveStaleSocket(at path: String) throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(result == 0 && close(descriptor) == 0)
    }
}
