import Foundation
import SiteModel
import Testing

@testable import SandboxPlatform

extension CrashTests {
    /// `muster sandbox` keeps what it answered through kill -9.
    @Suite struct SandboxTests {
        private static let secret = "0123456789abcdefFEDCBA9876543210"

        @Test func whatWasAnsweredOutlivesAKill() async throws {
            let folder = FileManager.default.temporaryDirectory.appending(
                path: "sandbox-\(UUID().uuidString)"
            )
            .path
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            // try?: a folder that stays in the temporary folder harms nobody.
            defer { try? FileManager.default.removeItem(atPath: folder) }
            try Self.secret.write(toFile: folder + "/secret", atomically: true, encoding: .utf8)
            var answered = 0
            for round in 0..<5 {
                let process = try MusterProcess(
                    [
                        "sandbox", "--listen", "127.0.0.1:0", "--app-id", "A", "--project-code", "P",
                        "--secret-file", folder + "/secret", "--store", folder + "/platform.db",
                    ], in: folder)
                let port = try await CrashPlatform.port(of: process)
                for call in 0..<(3 + 4 * round) where try await Self.addCompany(round * 100 + call, port) {
                    answered += 1
                }
                try await process.killHard()
            }
            let configuration = SandboxConfiguration(
                appID: "A", projectCode: "P", secret: try #require(AppSecret(Self.secret)),
                store: folder + "/platform.db")
            let book = try PlatformBook(configuration: configuration, clock: try SystemSiteClock())
            #expect(answered == 55)
            #expect(try await book.rows(of: .company, after: 0, limit: 1_000).count == answered)
        }

        /// - Returns: whether the platform said that it took the call.
        private static func addCompany(_ number: Int, _ port: UInt16) async throws -> Bool {
            let secret = try #require(AppSecret(secret))
            let code = "TEST" + String(100_000 + number)
            var values = [
                "appid": "A", "format": "json", "method": "ProjectSubContractor.Add", "version": "1.0",
                "nonce": UUID().uuidString,
                "data": #"{"projectCode":"P","corpCode":"\#(code)","corpName":"x","corpType":"009"}"#,
                "timestamp": PlatformTime.secondText(of: try SystemSiteClock().now().wall).filter(\.isNumber),
            ]
            values["sign"] = secret.signature(of: FormBody(values))
            let body = values.map { name, value in
                name + "=" + value.utf8.map { ($0 < 16 ? "%0" : "%") + String($0, radix: 16) }.joined()
            }.joined(separator: "&")
            let answer = try Browser(host: "127.0.0.1", port: port).postForm("/open.api", body, upTo: "}}")
            return answer.contains("\"code\":0")
        }
    }
}
