import Foundation
import LocalWeb
import MadeCertificates
import SiteModel
import Testing

@testable import GatewayService

/// `web.tls`: what stops the start, and what the board warns of.
struct WebTLSTests {
    private static func clock(_ wall: String, _ synchronisation: ClockSynchronisation = .kernel) throws
        -> ClockReading
    {
        ManualSiteClock(wall: try #require(UTCInstant(rfc3339: wall)), synchronisation: synchronisation).now()
    }

    private static func made() throws -> MadeCertificate {
        try MadeCertificate(host: "localhost", from: "20200101000000Z", until: "20300301000000Z")
    }

    private static func configuration(
        _ certificate: String, _ key: String, listen: String = "0.0.0.0:8470"
    ) throws -> Configuration {
        let yaml = """
            listen: \(listen)
            web:
              tls:
                certificate: {\(certificate)}
                key: {\(key)}
            """
        return try Configuration(yaml: yaml, file: "muster.yaml")
    }

    private static func fault(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "nothing was refused"
        } catch {
            return "\(error)"
        }
    }

    @Test func theFilesAreReadAndTheirFaultsNamedWithTheirLine() throws {
        let (made, other) = (try Self.made(), try Self.made())
        func load(_ certificate: String, _ key: String, _ credentials: String? = nil) throws {
            _ = try #require(try Self.configuration(certificate, key).webTLS)
                .load(credentials: credentials)
        }
        let (certificate, key) = ("file: \(made.certificatePath)", "file: \(made.keyPath)")
        try load(certificate, key)
        let folder = URL(filePath: made.keyPath).deletingLastPathComponent().path
        try load("credential: crt.pem", "credential: key.pem", folder)
        #expect(
            Self.fault { try load(certificate, "file: \(other.keyPath)") }
                == "muster.yaml:5: web.tls.key: \(other.keyPath) is the key of another certificate")
        #expect(
            Self.fault { try load("file: /nowhere/c.pem", key) }
                == "muster.yaml:4: web.tls.certificate: /nowhere/c.pem: No such file or directory")
        #expect(
            Self.fault { try load("file: \(made.keyPath)", key) }
                .contains(":4: web.tls.certificate: \(made.keyPath) holds no readable PEM certificate"))
        #expect(Self.fault { try load("credential: a", "credential: b") }.contains("LoadCredential=a:…"))
        #expect(
            Self.fault { try load("file: relative", key) } == "muster.yaml:4: 'file' must be an absolute path"
        )
    }

    /// Nobody loses a swipe because a page's certificate ran out.
    @Test func whatIsOverStartsAndIsToldOf() throws {
        let made = try Self.made()
        let configuration = try Self.configuration(
            "file: \(made.certificatePath)", "file: \(made.keyPath)")
        let words = try configuration.checkPages(at: Self.clock("2030-03-01T00:00:01Z"))
        #expect(words.count == 2 && words[0].contains("到期") && words[1].contains("ended on 2030-03-01"))
    }

    @Test(arguments: [
        ("2030-01-30T00:00:00Z", nil), ("2030-01-30T00:00:01Z", "网页证书 2030-03-01 到期"),
        ("2030-03-01T00:00:01Z", "网页证书已于 2030-03-01 到期"),
    ])
    func theBoardWarnsAMonthBeforeTheEnd(now: String, words: String?) throws {
        let made = try Self.made()
        let configuration = try Self.configuration(
            "file: \(made.certificatePath)", "file: \(made.keyPath)")
        let certificate = try #require(configuration.webTLS).load(credentials: nil)
        let problems = configuration.pageProblems(
            certificate, at: try #require(UTCInstant(rfc3339: now)))
        #expect(problems.map(\.chinese) == [words].compactMap { $0 })
    }

    @Test func pagesInTheClearOnANetworkAreWarnedOf() throws {
        let now = try Self.clock("2026-11-21T04:00:00Z")
        for (listen, count) in [
            ("0.0.0.0:8470", 2), ("192.168.1.9:80", 2), ("127.0.0.1:0", 0), ("localhost:1", 0),
        ] {
            let plain = try Configuration(yaml: "listen: \(listen)", file: "muster.yaml")
            let words = try plain.checkPages(at: now)
            #expect(words.count == count, "\(listen)")
            #expect(words.isEmpty || words[0].contains("明文") && words[1].contains("travel readable"))
        }
        let made = try Self.made()
        let safe = try Self.configuration("file: \(made.certificatePath)", "file: \(made.keyPath)")
        #expect(try safe.checkPages(at: now) == [])
    }

    @Test func aGatewayWithAKeyOfAnotherCertificateDoesNotStart() async throws {
        let (made, other) = (try Self.made(), try Self.made())
        let folder = TemporaryFolder()
        var configuration = try Self.configuration(
            "file: \(made.certificatePath)", "file: \(other.keyPath)", listen: "127.0.0.1:0")
        configuration.stateDirectory = folder.path
        let error = await #expect(throws: GatewayError.self) {
            _ = try await Gateway.open(
                configuration, clock: ManualSiteClock(wall: .noon), version: "1", logger: .silent)
        }
        guard case .configuration(let fault)? = error else {
            Issue.record("refused for another reason: \(error.map { "\($0)" } ?? "not at all")")
            return
        }
        #expect(fault.line == 5)
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/ledger.db"))
    }
}
