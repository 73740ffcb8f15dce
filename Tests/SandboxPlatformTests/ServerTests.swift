import Foundation
import Glibc
import Logging
import SiteModel
import Testing

@testable import SandboxPlatform

/// The platform on a loopback port, and each way it misbehaves on the wire.
struct ServerTests {
    /// Runs a platform, its faults in force, while `body` runs.
    private func withPlatform(
        _ faults: [FaultRule] = [], _ body: @escaping @Sendable (Client) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sandbox-\(UUID().uuidString)")
            .path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // try?: a folder that stays in the temporary folder harms nobody.
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var configuration = SandboxConfiguration(
            appID: "TESTAPP0001", projectCode: "TESTPROJECT01", secret: Scene.secret, store: folder + "/p.db")
        configuration.delay = .zero
        configuration.faults = faults
        let server = try SandboxServer(
            configuration: configuration, clock: try SystemSiteClock(), logger: Logger(label: "test"))
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await server.serve(host: "127.0.0.1", port: 0) { port.yield($0) } }
            for await number in ports {
                try await body(Client(port: number))
                break
            }
            tasks.cancelAll()
            while let result = await tasks.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { throw error }
            }
        }
    }

    @Test func aCallIsAnsweredAndCounted() async throws {
        try await withPlatform { client in
            let answer = try await client.call("ProjectSubContractor.Add", Scene.company)
            #expect(answer.hasPrefix("HTTP/1.1 200 OK"))
            #expect(answer.contains(#"{"code":0,"message":"成功","data":{"requestSerialCode":"#))
            let state = try await client.get("/sandbox/state.json")
            #expect(state.contains(#""requests":{"ProjectSubContractor.Add":1}"#))
            #expect(state.contains(#""companies":1"#))
            #expect(try await client.get("/sandbox/companies.jsonl").contains("测试公司"))
            let page = try await client.get("/")
            #expect(page.contains("参建单位"))
            #expect(page.contains("Content-Security-Policy"))
            for asset in ["/sandbox.css", "/sandbox.js"] {
                #expect(try await client.get(asset).hasPrefix("HTTP/1.1 200 OK"))
            }
        }
    }

    struct Row: Sendable {
        let fault: FaultKind
        let answer: String
        let companies: Int
    }

    @Test(arguments: [
        Row(fault: .http500, answer: "HTTP/1.1 500", companies: 0),
        Row(fault: .captivePortal, answer: "<!doctype html>", companies: 0),
        Row(fault: .empty, answer: "Content-Length: 0", companies: 0),
        Row(fault: .clockRefusal, answer: #"{"code":-2,"message":"timestamp"#, companies: 0),
        Row(fault: .rateLimit, answer: #"{"code":-5,"#, companies: 0),
        Row(fault: .signatureRefusal, answer: #"{"code":-2,"#, companies: 0),
        Row(fault: .permissionRefusal, answer: #"{"code":-3,"#, companies: 0),
        Row(fault: .addressRefusal, answer: #"{"code":-4,"#, companies: 0),
        Row(fault: .systemError, answer: #"{"code":9999,"#, companies: 0),
        Row(fault: .lose, answer: "requestSerialCode", companies: 0),
        Row(fault: .badRecord, answer: "requestSerialCode", companies: 0),
        Row(fault: .lateVerdict, answer: "requestSerialCode", companies: 1),
        Row(fault: .foreignVerdict, answer: "requestSerialCode", companies: 1),
        Row(fault: .slow, answer: "requestSerialCode", companies: 1),
    ])
    func faultsAreMet(row: Row) async throws {
        try await withPlatform([FaultRule(row.fault, next: 1)]) { client in
            let answer = try await client.call("ProjectSubContractor.Add", Scene.company)
            #expect(answer.localizedCaseInsensitiveContains(row.answer), "\(answer)")
            try await client.expectState(row.fault, companies: row.companies)
        }
    }

    @Test func aDroppedCallIsKeptAndNotAnswered() async throws {
        try await withPlatform([FaultRule(.drop, next: 1)]) { client in
            #expect(try await client.call("ProjectSubContractor.Add", Scene.company) == "")
            try await client.expectState(.drop, companies: 1)
        }
    }

    @Test func aResetComesBeforeOrAmidTheAnswer() async throws {
        let faults = [FaultRule(.resetHead, next: 1), FaultRule(.resetBody, next: 1)]
        try await withPlatform(faults) { client in
            await #expect(throws: Client.Reset.self) {
                try await client.call("ProjectSubContractor.Add", Scene.company)
            }
            try await client.expectState(.resetHead, companies: 0)
            do {
                _ = try await client.call("ProjectSubContractor.Add", Scene.company)
                Issue.record("not reset")
            } catch let reset as Client.Reset {
                #expect(reset.received.contains(#"{"code":0"#))
                #expect(!reset.received.hasSuffix("}"))
            }
            try await client.expectState(.resetBody, companies: 1)
        }
    }

    @Test func anAnswerMayComeTwice() async throws {
        try await withPlatform([FaultRule(.duplicateAnswer, next: 1)]) { client in
            let answer = try await client.call("ProjectSubContractor.Add", Scene.company)
            #expect(answer.ranges(of: "HTTP/1.1 200 OK").count == 2)
            #expect(answer.ranges(of: "requestSerialCode").count == 2)
            try await client.expectState(.duplicateAnswer, companies: 1)
        }
    }

    @Test func aHangingCallIsNeverAnswered() async throws {
        try await withPlatform([FaultRule(.hang, next: 1)]) { client in
            await #expect(throws: Client.Silence.self) {
                try await client.call("ProjectSubContractor.Add", Scene.company, patienceSeconds: 1)
            }
            try await client.expectState(.hang, companies: 0)
        }
    }

    @Test func faultsAreSetWhileItRuns() async throws {
        try await withPlatform { client async throws in
            let order = #"{"faults":["rate-limit:1"],"seed":3}"#
            #expect(try await client.post("/sandbox/faults", order).contains(#"{"faults":["rate-limit:1"]}"#))
            #expect(try await client.call("CheckSign.Query", .object([])).contains(#""code":-5"#))
            #expect(try await client.call("CheckSign.Query", .object([])).contains(#""code":0"#))
            #expect(try await client.post("/sandbox/faults", "{").hasPrefix("HTTP/1.1 400"))
            #expect(
                try await client.post("/sandbox/faults", order, type: "text/plain").hasPrefix("HTTP/1.1 415"))
        }
    }
}

/// One connection a call, on a thread of its own.
struct Client: Sendable {
    /// Silent for so long, the platform has hung. Beside a thousand other tests an answer takes its time.
    private static let patienceSeconds = 120

    /// The far end reset the connection after so much.
    struct Reset: Error { let received: String }
    struct Silence: Error {}

    let port: Int

    func call(
        _ method: String, _ content: JSONValue, patienceSeconds: Int = Self.patienceSeconds
    ) async throws -> String {
        let clock = try SystemSiteClock()
        var values = [
            "appid": "TESTAPP0001", "data": content.jsonText, "format": "json", "method": method,
            "nonce": UUID().uuidString, "version": "1.0",
            "timestamp": PlatformTime.secondText(of: clock.now().wall).filter(\.isNumber),
        ]
        values["sign"] = Scene.secret.signature(of: FormBody(values))
        let body = values.map { name, value in
            name + "=" + value.utf8.map { ($0 < 16 ? "%0" : "%") + String($0, radix: 16) }.joined()
        }.joined(separator: "&")
        return try await exchange(
            Self.request("POST /open.api", body, "application/x-www-form-urlencoded"), patienceSeconds)
    }

    func get(_ path: String) async throws -> String {
        try await exchange(Self.request("GET \(path)", "", ""), Self.patienceSeconds)
    }

    func post(_ path: String, _ body: String, type: String = "application/json") async throws -> String {
        try await exchange(Self.request("POST \(path)", body, type), Self.patienceSeconds)
    }

    func expectState(_ fault: FaultKind, companies: Int) async throws {
        let state = try await get("/sandbox/state.json")
        #expect(state.contains(#""companies":\#(companies),"#), "\(state)")
        #expect(state.contains(#""\#(fault.rawValue)":1"#), "\(state)")
        #expect(state.contains(#""ProjectSubContractor.Add":"#), "\(state)")
    }

    private static func request(_ line: String, _ body: String, _ type: String) -> String {
        "\(line) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: \(type)\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private func exchange(_ text: String, _ patienceSeconds: Int) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try blockingExchange(text, patienceSeconds) })
            }
        }
    }

    private func blockingExchange(_ text: String, _ patienceSeconds: Int) throws -> String {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var limit = timeval(tv_sec: patienceSeconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
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
        let bytes = Array(text.utf8)
        try #require(send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count)
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count == 0 { return String(decoding: received, as: UTF8.self) }
            guard count > 0 else {
                if errno == ECONNRESET { throw Reset(received: String(decoding: received, as: UTF8.self)) }
                throw Silence()
            }
            received.append(contentsOf: buffer[..<count])
        }
    }
}
