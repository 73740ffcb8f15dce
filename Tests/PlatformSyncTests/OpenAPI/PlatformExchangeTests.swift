import Crypto
import MadeCertificates
import NIOCore
import NIOSSL
import SiteModel
import Testing

@testable import PlatformSync

/// A real connection to a server on loopback that behaves badly.
@Suite struct PlatformExchangeTests {
    /// For an answer that must come, in milliseconds: a busy machine is no fault.
    private static let patience: Int64 = 30_000

    @Test func aWholeAnswerIsRead() async throws {
        let outcome = try await post(to: ScriptedServer.ok(#"{"code":0}"#))
        guard case .answered(let reply) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(reply.status == 200 && String(decoding: reply.body, as: UTF8.self) == #"{"code":0}"#)
        #expect(reply.date == UTCInstant(rfc3339: "2026-03-02T07:31:05Z"))
    }

    @Test("D1: nobody listens, so nothing was sent") func nobodyListensSoNothingWasSent() async throws {
        let server = try await ScriptedServer(.hang)
        try await server.close()
        let outcome = try await post(url: "http://127.0.0.1:\(server.port)/open.api")
        #expect(outcome == .notSent(reason: "connection refused or unreachable"))
    }

    @Test("D1: a hang is of unknown effect") func aHangIsOfUnknownEffect() async throws {
        #expect(try await post(to: .hang, timeout: 400) == .broken(reason: "no answer in time"))
    }

    @Test("D1: a dripping answer ends at the deadline") func aDrippingAnswerEndsAtTheDeadline() async throws {
        let text = String(repeating: "x", count: 4_000)
        #expect(
            try await post(
                to: .slow("HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n" + text), timeout: 400)
                == .broken(reason: "no answer in time"))
    }

    @Test(
        "D1: a reset is of unknown effect",
        arguments: [
            "", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{\"code\":0",
        ])
    func aResetIsOfUnknownEffect(after text: String) async throws {
        guard case .broken = try await post(to: .reset(after: text)) else {
            Issue.record("a reset is not broken")
            return
        }
    }

    @Test("D1: a redirect is not followed and garbage is broken")
    func aRedirectIsNotFollowedAndGarbageIsBroken() async throws {
        let redirect = try await post(
            to: .reply("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"))
        guard case .answered(let reply) = redirect else {
            Issue.record("\(redirect)")
            return
        }
        #expect(reply.status == 302)
        guard case .broken = try await post(to: .reply("what?\r\n\r\n")) else {
            Issue.record("garbage is not broken")
            return
        }
    }

    @Test func anEndlessAnswerIsCutOff() async throws {
        let body = String(repeating: "x", count: PlatformExchange.replyByteCountLimit + 1)
        #expect(
            try await post(to: ScriptedServer.ok(body)) == .broken(reason: "the answer is longer than 1 MiB"))
    }

    @Test(
        "D7: a certificate that nobody vouches for is refused in plain words",
        arguments: [
            ("20200101000000Z", "20200201000000Z", "expired"),
            ("20900101000000Z", "20910101000000Z", "clock"),
            ("20200101000000Z", "20900101000000Z", "no authority"),
        ])
    func aCertificateThatNobodyVouchesForIsRefusedInPlainWords(
        start: String, end: String, word: String
    ) async throws {
        let made = try MadeCertificate(host: "localhost", from: start, until: end)
        guard case .notSent(let reason) = try await post(made, trust: PlatformTrust()) else {
            Issue.record("something was sent")
            return
        }
        #expect(reason.contains(word), "\(reason)")
    }

    @Test("D7: the own authority is believed and the host looked at")
    func theOwnAuthorityIsBelievedAndTheHostLookedAt() async throws {
        let ours = try MadeCertificate(host: "localhost", from: "20200101000000Z", until: "20900101000000Z")
        let trust = PlatformTrust(authority: .file(ours.certificatePath))
        guard case .answered = try await post(ours, trust: trust) else {
            Issue.record("the own authority is not believed")
            return
        }
        let other = try MadeCertificate(host: "elsewhere", from: "20200101000000Z", until: "20900101000000Z")
        let outcome = try await post(other, trust: PlatformTrust(authority: .file(other.certificatePath)))
        #expect(outcome == .notSent(reason: "the platform's certificate is for another host"))
    }

    @Test("D7: a pin is held before anything is sent") func aPinIsHeldBeforeAnythingIsSent() async throws {
        let made = try MadeCertificate(host: "elsewhere", from: "20200101000000Z", until: "20200201000000Z")
        let der = try NIOSSLCertificate.fromPEMFile(made.certificatePath)[0].toDERBytes()
        let pin = Array(SHA256.hash(data: der))
        guard case .answered = try await post(made, trust: PlatformTrust(authority: .pinned(pin))) else {
            Issue.record("the pinned certificate is not believed")
            return
        }
        let wrong = PlatformTrust(authority: .pinned([UInt8](repeating: 7, count: 32)))
        #expect(
            try await post(made, trust: wrong)
                == .notSent(reason: "the platform shows another certificate than the pinned one"))
    }

    private func post(_ made: MadeCertificate, trust: PlatformTrust) async throws -> ExchangeOutcome {
        let server = try await ScriptedServer(
            ScriptedServer.ok(#"{"code":0}"#), tls: made.serverContext())
        let outcome = try await post(
            url: "https://localhost:\(server.port)/open.api", trust: trust)
        try await server.close()
        return outcome
    }

    private func post(
        to script: ScriptedServer.Script, timeout: Int64 = Self.patience
    ) async throws -> ExchangeOutcome {
        let server = try await ScriptedServer(script)
        let outcome = try await post(url: "http://127.0.0.1:\(server.port)/open.api", timeout: timeout)
        try await server.close()
        return outcome
    }

    private func post(
        url: String, trust: PlatformTrust = PlatformTrust(), timeout: Int64 = Self.patience
    ) async throws -> ExchangeOutcome {
        let exchange = try PlatformExchange(
            PlatformConfiguration(
                name: "test", url: url, appID: "TESTAPP0001", projectCode: "TESTPROJECT01",
                secret: Invented.secret, trust: trust),
            clock: try SystemSiteClock(), wholeTimeout: .milliseconds(timeout))
        let outcome = await exchange.post(Array("a=1".utf8))
        await exchange.close()
        return outcome
    }
}
