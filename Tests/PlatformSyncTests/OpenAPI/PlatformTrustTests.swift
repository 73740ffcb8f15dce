import MadeCertificates
import NIOCore
import NIOSSL
import SiteModel
import Testing

@testable import PlatformSync

/// Real handshakes: whom we believe, who believes us, and that nothing leaves in the clear.
@Suite struct PlatformTrustTests {
    private static let answer = ScriptedServer.ok(#"{"code":0}"#)

    @Test("D7: a platform that demands our certificate gets it, and without it nothing is taken")
    func theClientCertificateIsShown() async throws {
        let (theirs, ours) = (try Self.certificate(), try Self.certificate())
        let server = try await ScriptedServer(Self.answer, tls: theirs.serverContext(demanding: ours))
        var trust = PlatformTrust(authority: .file(theirs.certificatePath))
        let without = try await post("https://localhost:\(server.port)/open.api", trust)
        if case .answered = without { Issue.record("taken without our certificate") }
        #expect(server.heard.isEmpty)
        trust.clientCertificate = .init(certificatePath: ours.certificatePath, keyPath: ours.keyPath)
        guard case .answered = try await post("https://localhost:\(server.port)/open.api", trust) else {
            Issue.record("not taken with our certificate")
            return
        }
        let stranger = try Self.certificate()
        trust.clientCertificate = .init(certificatePath: stranger.certificatePath, keyPath: stranger.keyPath)
        let other = try await post("https://localhost:\(server.port)/open.api", trust)
        if case .answered = other { Issue.record("taken with a stranger's certificate") }
        try await server.close()
    }

    @Test("D7: an authority that changed is refused until the file is replaced")
    func aRotatedAuthority() async throws {
        let (old, new) = (try Self.certificate(), try Self.certificate())
        let server = try await ScriptedServer(Self.answer, tls: new.serverContext())
        let url = "https://localhost:\(server.port)/open.api"
        let refused = try await post(url, PlatformTrust(authority: .file(old.certificatePath)))
        #expect(refused == .notSent(reason: TransportFault.untrusted))
        guard case .answered = try await post(url, PlatformTrust(authority: .file(new.certificatePath)))
        else {
            Issue.record("the new authority is not believed")
            return
        }
        try await server.close()
    }

    @Test("D7: https never falls back to plain text, whatever answers")
    func httpsNeverFallsBack() async throws {
        for script in [Self.answer, .reply(""), .reset(after: ""), .hang] {
            let server = try await ScriptedServer(script)
            let outcome = try await post("https://localhost:\(server.port)/open.api", PlatformTrust())
            guard case .notSent = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(!server.heard.contains("a=1") && !server.heard.contains("POST"))
            try await server.close()
        }
    }

    /// What a server may say in place of its side of a handshake.
    private static let greetings: [[UInt8]] = [
        Array("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"code\":0}".utf8),
        // Records of handshake, of data and of no kind, without a byte in them.
        Array([[0x16, 3, 3, 0, 0], [0x16, 3, 3, 0, 0], [0x16, 3, 3, 0, 0]].joined()),
        [0x17, 3, 3, 0, 0], [0x00, 0, 0, 0, 0],
        // Alerts: no version in common, and an end before the beginning.
        [0x15, 3, 3, 0, 2, 2, 70], [0x15, 3, 3, 0, 2, 1, 0],
    ]

    @Test(
        "D7: whoever answers a handshake in the clear or with empty records hears nothing",
        arguments: greetings)
    func aBadGreeting(bytes: [UInt8]) async throws {
        let server = try await ScriptedServer(.greeting(bytes))
        let outcome = try await post("https://localhost:\(server.port)/open.api", PlatformTrust())
        guard case .notSent = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(!server.heard.contains("a=1") && !server.heard.contains("POST"))
        try await server.close()
    }

    @Test("D7: an old protocol is refused, also by whom we trust", arguments: [TLSVersion.tlsv1, .tlsv11])
    func anOldProtocol(version: TLSVersion) async throws {
        let made = try Self.certificate()
        let server = try await ScriptedServer(Self.answer, tls: made.serverContext(upTo: version))
        let url = "https://localhost:\(server.port)/open.api"
        guard case .notSent = try await post(url, PlatformTrust(authority: .file(made.certificatePath)))
        else {
            Issue.record("sent over \(version)")
            return
        }
        #expect(server.heard.isEmpty)
        try await server.close()
    }

    @Test("D1: a name that nobody knows, and a handshake that never ends: nothing was sent")
    func noNameAndNoHandshake() async throws {
        guard case .notSent = try await post("http://nobody.invalid/open.api", PlatformTrust()) else {
            Issue.record("sent to nobody")
            return
        }
        let server = try await ScriptedServer(.hang)
        guard case .notSent = try await post("https://127.0.0.1:\(server.port)/open.api", PlatformTrust())
        else {
            Issue.record("sent before the handshake")
            return
        }
        try await server.close()
    }

    @Test("D7: the end of a certificate is told of 30 days ahead", arguments: [(29, true), (31, false)])
    func theEndIsToldOf(days: Int64, isSoon: Bool) async throws {
        let clock = try SystemSiteClock()
        let end = clock.now().wall.advanced(byMilliseconds: days * UTCInstant.dayMilliseconds)
        let made = try MadeCertificate(
            host: "localhost", from: "20200101000000Z",
            until: String(end.rfc3339.filter(\.isNumber).prefix(14)) + "Z")
        let server = try await ScriptedServer(Self.answer, tls: made.serverContext())
        let platform = try OpenAPIPlatform(
            Self.configuration(
                "https://localhost:\(server.port)/open.api",
                PlatformTrust(authority: .file(made.certificatePath))), clock: clock)
        #expect(platform.certificateEnd == nil && !platform.certificateEndsSoon)
        _ = await platform.check()
        #expect(platform.certificateEnd?.rfc3339.prefix(10) == end.rfc3339.prefix(10))
        #expect(platform.certificateEndsSoon == isSoon)
        await platform.close()
        try await server.close()
    }

    @Test("a proxy is asked for the way, and reads nothing of what goes by https")
    func theProxyLeadsOut() async throws {
        let proxy = try await ScriptedServer(Self.answer)
        let plain = try await post(
            "http://platform.example/open.api", PlatformTrust(), proxy: proxy.port)
        guard case .answered = plain else {
            Issue.record("\(plain)")
            return
        }
        // A tunnel, too: some proxies refuse one to port 80.
        #expect(proxy.heard.hasPrefix("CONNECT platform.example:80 HTTP/1.1\r\n"))
        try await proxy.close()
        let strict = try await ScriptedServer(
            .reply("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"))
        let sealed = try await post(
            "https://platform.example/open.api", PlatformTrust(), proxy: strict.port)
        #expect(sealed == .notSent(reason: "the proxy does not let us through"))
        #expect(strict.heard.hasPrefix("CONNECT platform.example:443 HTTP/1.1\r\n"))
        #expect(!strict.heard.contains("a=1"))
        try await strict.close()
    }

    private static func certificate() throws -> MadeCertificate {
        try MadeCertificate(host: "localhost", from: "20200101000000Z", until: "20900101000000Z")
    }

    private static func configuration(
        _ url: String, _ trust: PlatformTrust, proxy: Int? = nil
    ) -> PlatformConfiguration {
        PlatformConfiguration(
            name: "test", url: url, appID: "TESTAPP0001", projectCode: "TESTPROJECT01",
            secret: Invented.secret, trust: trust, proxy: proxy.map { .init(host: "127.0.0.1", port: $0) })
    }

    private func post(
        _ url: String, _ trust: PlatformTrust, proxy: Int? = nil
    ) async throws -> ExchangeOutcome {
        let exchange = try PlatformExchange(
            Self.configuration(url, trust, proxy: proxy), clock: try SystemSiteClock(),
            wholeTimeout: .milliseconds(3_000))
        let outcome = await exchange.post(Array("a=1".utf8))
        await exchange.close()
        return outcome
    }
}
