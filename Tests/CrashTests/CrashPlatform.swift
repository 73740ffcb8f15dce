import Foundation
import SiteModel
import Testing

@testable import SandboxPlatform

/// `muster sandbox` in a folder of its own, which is killed and started again on the same port.
final class CrashPlatform {
    private static let secret = "0123456789abcdefFEDCBA9876543210"

    let folder: String
    private var port: UInt16 = 0
    private var process: MusterProcess?

    /// Made, and not started.
    init() throws {
        folder = NSTemporaryDirectory() + "platform-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Self.secret.write(toFile: folder + "/secret", atomically: true, encoding: .utf8)
    }

    deinit {
        // try?: what is left in the temporary folder harms nobody.
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Starts on the port of before, with these faults of the form of `--fault`.
    func start(_ faults: [String] = [], seed: UInt64 = 1, delay: String = "30ms") async throws {
        let process = try MusterProcess(
            [
                "sandbox", "--listen", "127.0.0.1:\(port)", "--app-id", "A", "--project-code", "P",
                "--secret-file", folder + "/secret", "--store", folder + "/platform.db", "--delay", delay,
                "--seed", "\(seed)",
            ] + faults.flatMap { ["--fault", $0] }, in: folder)
        self.process = process
        port = try await Self.port(of: process)
    }

    func killHard() async throws {
        try await process?.killHard()
        process = nil
    }

    /// How it misbehaves from now on.
    func order(_ faults: [String]) throws {
        let list = faults.map { "\"\($0)\"" }.joined(separator: ",")
        let answer = try Browser(host: "127.0.0.1", port: port).post(
            "/sandbox/faults", "{\"faults\":[\(list)]}", type: "application/json", upTo: "}")
        try #require(answer.hasPrefix("HTTP/1.1 200"), "\(answer)")
    }

    /// The keys that a site's configuration wants.
    var configuration: String {
        """
        platforms:
          - name: city
            url: http://127.0.0.1:\(port)/open.api
            app_id: A
            project_code: P
            secret: {file: \(folder)/secret}
            pace: brisk

        """
    }

    /// What it kept of attendance, `number|second|direction` each, in the order of acceptance. It must not
    /// run.
    func attendance() async throws -> [String] { try await rows(of: .attendance) }

    /// The same of joinings and leavings, `number|day|type` each.
    func memberships() async throws -> [String] { try await rows(of: .entryExit) }

    private func rows(of kind: RecordKind) async throws -> [String] {
        let configuration = SandboxConfiguration(
            appID: "A", projectCode: "P", secret: try #require(AppSecret(Self.secret)),
            store: folder + "/platform.db")
        let book = try PlatformBook(configuration: configuration, clock: try SystemSiteClock())
        return try await book.rows(of: kind, after: 0, limit: 1_000_000).map(\.record.naturalKey)
    }

    static func port(of process: MusterProcess) async throws -> UInt16 {
        let deadline = process.started + MusterProcess.patience
        // Looked at before the clock: a test that had to wait for its turn has not been refused.
        repeat {
            if let match = process.output.firstMatch(of: /page http:\/\/127\.0\.0\.1:([0-9]+)\/\n/) {
                return try #require(UInt16(match.1))
            }
            try await waitAMillisecond()
        } while SystemSiteClock.uptime() < deadline
        throw MusterProcess.Failure("not ready: \(process.errors)")
    }
}
