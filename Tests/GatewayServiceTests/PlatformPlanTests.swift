import Foundation
import SiteModel
import Testing

@testable import GatewayService
@testable import PlatformSync

/// What the configuration says of a platform, and what stops the start.
struct PlatformPlanTests {
    private func plan(_ secret: String, _ more: String = "") throws -> PlatformPlan {
        let yaml = """
            site: {project_code: P1}
            platforms:
              - {name: city, url: 'https://platform.example/open.api', app_id: A1, secret: {\(secret)}\(more)}
            """
        return try Configuration(yaml: yaml, file: "muster.yaml").platforms[0]
    }

    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "nothing was refused"
        } catch {
            return "\(error)"
        }
    }

    @Test func theSecretIsTheFirstLineOfItsFile() throws {
        let folder = TemporaryFolder()
        try "0123456789abcdefFEDCBA9876543210\nsecond\n".write(
            toFile: folder.path + "/s", atomically: true, encoding: .utf8)
        let ofFile = try plan("file: \(folder.path)/s").configuration(credentials: nil)
        #expect(ofFile.secret == PlatformSecret("0123456789abcdefFEDCBA9876543210"))
        #expect(ofFile.projectCode == "P1", "the site's, where the platform says none")
        let ofCredential = try plan("credential: s").configuration(credentials: folder.path)
        #expect(ofCredential.secret == ofFile.secret)
    }

    @Test func aMissingOrWrongSecretStopsTheStartWithItsPlace() throws {
        let folder = TemporaryFolder()
        let missing = message { _ = try plan("file: /nowhere/s").configuration(credentials: nil) }
        #expect(missing.hasPrefix("muster.yaml:3: platform city: the secret /nowhere/s: No such file"))
        let none = message { _ = try plan("credential: s").configuration(credentials: nil) }
        #expect(none.hasPrefix("muster.yaml:3: platform city: systemd gave no credentials"))
        try "too short, and must not be shown".write(
            toFile: folder.path + "/s", atomically: true, encoding: .utf8)
        let wrong = message { _ = try plan("file: \(folder.path)/s").configuration(credentials: nil) }
        #expect(wrong.contains("holds no secret of 32 printable ASCII characters"))
        #expect(!wrong.contains("must not be shown"))
    }

    @Test func aGatewayWithAWrongSecretDoesNotStart() async throws {
        let folder = TemporaryFolder()
        var configuration = Configuration(
            environment: HostEnvironment(nodeName: "gate", stateDirectory: folder.path))
        configuration.platforms = [try plan("file: /nowhere/s")]
        let error = await #expect(throws: GatewayError.self) {
            _ = try await Gateway.open(
                configuration, clock: ManualSiteClock(wall: .noon), version: "1", logger: .silent)
        }
        guard case .configuration? = error else {
            Issue.record("refused for another reason: \(error.map { "\($0)" } ?? "not at all")")
            return
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/ledger.db"))
    }

    @Test func aWrongAuthorityStopsTheStart() async throws {
        let folder = TemporaryFolder()
        try "0123456789abcdefFEDCBA9876543210".write(
            toFile: folder.path + "/s", atomically: true, encoding: .utf8)
        let plan = try plan("file: \(folder.path)/s", ", ca: /nowhere/ca.pem")
        let error = await #expect(throws: ConfigurationError.self) {
            try await plan.check(credentials: nil, clock: ManualSiteClock(wall: .noon))
        }
        #expect(
            error?.description == "muster.yaml:3: platform city: ca: /nowhere/ca.pem is no readable PEM file")
    }

    @Test func theBacklogGoesAsTheFileSays() throws {
        #expect(try !plan("file: /s").policy.isNewestFirst)
        #expect(try !plan("file: /s", ", backlog: oldest_first").policy.isNewestFirst)
        #expect(try plan("file: /s", ", backlog: newest_first").policy.isNewestFirst)
    }

    @Test func aSandboxOnThisMachineMayBeBrisk() throws {
        let yaml = """
            site: {project_code: P1}
            platforms:
              - {name: s, url: 'http://127.0.0.1:1/open.api', app_id: A, secret: {file: /s}, pace: brisk}
            """
        let brisk = try Configuration(yaml: yaml, file: "muster.yaml").platforms[0].policy
        #expect(brisk.looks.allSatisfy { $0 < .seconds(1) })
        #expect(try plan("file: /s").policy.looks.allSatisfy { $0 >= .seconds(1) })
    }

    @Test func everyKeyReachesThePlatform() throws {
        let folder = TemporaryFolder()
        try "0123456789abcdefFEDCBA9876543210".write(
            toFile: folder.path + "/s", atomically: true, encoding: .utf8)
        let pin = String(repeating: "aB", count: 32)
        let more =
            ", dialect: jinhua, project_code: P2, pin: \(pin), proxy: 'proxy.example:3128', "
            + "attendance_batch: 1000, client_certificate: {certificate: /c.pem, key: /k.pem}"
        let configuration = try plan("file: \(folder.path)/s", more).configuration(credentials: nil)
        #expect(configuration.dialect == "jinhua" && configuration.projectCode == "P2")
        #expect(configuration.trust.authority == .pinned([UInt8](repeating: 0xAB, count: 32)))
        #expect(
            configuration.trust.clientCertificate == .init(certificatePath: "/c.pem", keyPath: "/k.pem"))
        #expect(configuration.proxy == .init(host: "proxy.example", port: 3_128))
        #expect(configuration.attendanceBatch == 1_000)
        let authority = try plan("file: \(folder.path)/s", ", ca: /ca.pem").configuration(credentials: nil)
        #expect(authority.trust.authority == .file("/ca.pem"))
    }
}
