import GatewayService
import Glibc
import Logging
import SandboxPlatform
import SiteModel

/// The central platform of the demo: a sandbox within this process, on a free loopback port.
struct DemoPlatform {
    private static let appID = "DEMOAPP"
    private static let projectCode = "DEMO-PROJECT"

    private let server: SandboxServer
    private let secretFile: String

    /// - Parameter folder: keeps what the platform accepts, and the secret that both sides know.
    init(folder: String, clock: SystemSiteClock) throws {
        secretFile = folder + "/platform-secret"
        var source = SystemRandomNumberGenerator()
        let letters = Array("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789")
        let text = String((0..<32).map { _ in letters[Int.random(in: 0..<letters.count, using: &source)] })
        guard let secret = AppSecret(text) else { preconditionFailure("32 ASCII characters are a secret") }
        let descriptor = open(secretFile, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandFailure("\(secretFile) cannot be written: error \(errno)", code: 73)
        }
        Terminal.write(text + "\n", to: descriptor)
        close(descriptor)
        var configuration = SandboxConfiguration(
            appID: Self.appID, projectCode: Self.projectCode, secret: secret,
            store: folder + "/platform.db")
        configuration.delay = .seconds(1)
        var logger = RunCommand.logger(isDebugging: false)
        // It says at the end that it was told to end.
        logger.logLevel = .critical
        server = try SandboxServer(configuration: configuration, clock: clock, logger: logger)
    }

    /// Serves while `body` runs; it is given the platform as a configuration states it, and its page.
    func serve<Value: Sendable>(
        _ body: @escaping @Sendable (PlatformPlan, String) async throws -> Value
    ) async throws -> Value {
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        return try await withThrowingTaskGroup(of: Void.self) { [server, secretFile] tasks in
            tasks.addTask {
                defer { port.finish() }
                try await server.serve(host: "127.0.0.1", port: 0) { port.yield($0) }
            }
            for await number in ports {
                let plan = PlatformPlan(
                    name: "sandbox", url: "http://127.0.0.1:\(number)/open.api", appID: Self.appID,
                    projectCode: Self.projectCode, secretFile: secretFile)
                let value = try await body(plan, "http://127.0.0.1:\(number)/")
                tasks.cancelAll()
                // What a server says that was told to stop is nobody's business.
                while let result = await tasks.nextResult() { _ = result }
                return value
            }
            try await tasks.waitForAll()
            throw CommandFailure("the sandbox platform ended by itself", code: 70)
        }
    }
}
