import Foundation
import MadeCertificates
import SiteModel
import Testing

@testable import LocalWeb

/// The pages over TLS: a real listener, and `openssl` as the browser.
@Suite struct PageTLSTests {
    private static func made(from start: String = "20200101000000Z") throws -> MadeCertificate {
        try MadeCertificate(host: "localhost", from: start, until: "20900101000000Z")
    }

    private static func bytes(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: path)))
    }

    private static func page(_ made: MadeCertificate) throws -> PageCertificate {
        try PageCertificate(certificates: bytes(made.certificatePath), key: bytes(made.keyPath))
    }

    private static func ask(
        _ port: Int, _ made: MadeCertificate, _ lines: [String], form: String? = nil, options: [String] = []
    ) async throws -> WebAnswer {
        var lines = [lines[0], "Host: localhost:\(port)", "Connection: close"] + lines.dropFirst()
        if let form {
            lines += [
                "Content-Type: application/x-www-form-urlencoded", "Content-Length: \(form.utf8.count)",
            ]
        }
        let text = lines.joined(separator: "\r\n") + "\r\n\r\n" + (form ?? "")
        return try await onThread {
            WebAnswer(try made.exchange(port: port, text, options: options))
        }
    }

    @Test func aLoginOverTLSGivesACookieForTLSAlone() async throws {
        let made = try Self.made()
        let scene = try OfficeScene()
        try await scene.add("wang")
        try await scene.serve(certificate: Self.page(made)) { port in
            let login = try await Self.ask(
                port, made, ["POST /login HTTP/1.1", "Origin: https://localhost:\(port)"],
                form: "name=wang&password=\(OfficeScene.password.replacing(" ", with: "+"))")
            #expect(login.status == 303)
            let cookie = try #require(login.header("Set-Cookie"))
            #expect(
                cookie.wholeMatch(
                    of: /__Host-muster=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Strict; Secure/) != nil)
            let token = cookie.dropFirst("__Host-muster=".count).prefix(64)
            let office = try await Self.ask(
                port, made, ["GET /office HTTP/1.1", "Cookie: __Host-muster=\(token)"])
            #expect(office.status == 200)
            // A name that anybody on the network could have set.
            let plain = try await Self.ask(port, made, ["GET /office HTTP/1.1", "Cookie: muster=\(token)"])
            #expect(plain.status == 303)
        }
    }

    @Test func plainHTTPAndOldTLSAreRefusedAndTheServerGoesOn() async throws {
        let made = try Self.made()
        let scene = try OfficeScene()
        try await scene.serve(certificate: Self.page(made)) { port in
            let plain = try await Connection.exchange(port: port, "GET /health")
            #expect(!plain.contains("HTTP/1.1"), "\(plain)")
            // Whether the client itself could: with the same ciphers it gets through from 1.2 on.
            let weak = ["-cipher", "DEFAULT@SECLEVEL=0"]
            for (version, status) in [("-tls1_1", 0), ("-tls1_2", 200), ("-tls1_3", 200)] {
                let answer = try await Self.ask(
                    port, made, ["GET /board.css HTTP/1.1"], options: weak + [version])
                #expect(answer.status == status, "\(version)")
            }
        }
    }

    @Test func aKeyOfAnotherCertificateAndWhatIsNoPEMAreRefused() throws {
        let (made, other) = (try Self.made(), try Self.made())
        let certificate = try Self.bytes(made.certificatePath)
        #expect(throws: PageCertificateError.otherKey) {
            try PageCertificate(certificates: certificate, key: Self.bytes(other.keyPath))
        }
        #expect(throws: PageCertificateError.noKey) {
            try PageCertificate(certificates: certificate, key: certificate)
        }
        for bytes in [[], Array("no PEM".utf8)] {
            #expect(throws: PageCertificateError.noCertificate) {
                try PageCertificate(certificates: bytes, key: Self.bytes(made.keyPath))
            }
        }
        #expect(try Self.page(made).validUntil == UTCInstant(rfc3339: "2090-01-01T00:00:00Z"))
    }
}
