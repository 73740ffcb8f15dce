import AsyncHTTPClient
import Crypto
import NIOCore
import NIOSSL
import SiteModel
import Synchronization

/// Looks at the platform's certificate of every new connection, after the handshake and before any call:
/// holds it against the pin and remembers when it ends.
final class CertificateInspector: Sendable {
    struct Seen: Sendable, Hashable {
        let start: UTCInstant
        let end: UTCInstant

        /// A plain sentence when the dates are the fault.
        func fault(at now: UTCInstant) -> String? {
            if now > end { return "the platform's certificate has expired (or this gateway's clock is fast)" }
            if now < start {
                return "the platform's certificate is not yet valid: look at this gateway's clock first"
            }
            return nil
        }
    }

    private let trust: PlatformTrust
    private let tls: TLSConfiguration
    private let proxy: HTTPClient.Configuration.Proxy?
    private let last = Mutex<Seen?>(nil)

    init(trust: PlatformTrust, tls: TLSConfiguration, proxy: HTTPClient.Configuration.Proxy?) {
        self.trust = trust
        self.tls = tls
        self.proxy = proxy
    }

    var seen: Seen? { last.withLock { $0 } }

    func inspect(_ channel: any Channel) -> EventLoopFuture<Void> {
        channel.nioSSL_peerCertificate().flatMapThrowing { [self] certificate in
            guard let certificate else { throw TransportFault.otherPin }
            note(certificate)
            if case .pinned(let pin) = trust.authority, try !Self.digests(of: certificate).contains(pin) {
                throw TransportFault.otherPin
            }
        }.flatMapErrorThrowing { error in
            channel.close(promise: nil)
            throw error
        }
    }

    /// Fetches the certificate without believing it: the connection is closed before anything is sent.
    func probe(url: String) async -> Seen? {
        var tls = tls
        tls.certificateVerification = .none
        var http = HTTPClient.Configuration(tlsConfiguration: tls, timeout: .init(connect: .seconds(10)))
        http.connectionPool.retryConnectionEstablishment = false
        http.httpVersion = .http1Only
        http.proxy = proxy
        http.http1_1ConnectionDebugInitializer = { [self] channel in
            channel.nioSSL_peerCertificate().flatMapThrowing { [self] certificate in
                if let certificate { note(certificate) }
                channel.close(promise: nil)
                throw TransportFault.noHead
            }
        }
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: http)
        // try?: it always fails, by our own word.
        _ = try? await client.execute(HTTPClientRequest(url: url), timeout: .seconds(15))
        // try?: nothing is open.
        try? await client.shutdown()
        return seen
    }

    private func note(_ certificate: NIOSSLCertificate) {
        let seen = Seen(
            start: UTCInstant(milliseconds: Int64(certificate.notValidBefore) * 1_000),
            end: UTCInstant(milliseconds: Int64(certificate.notValidAfter) * 1_000))
        last.withLock { $0 = seen }
    }

    /// SHA-256 of the SubjectPublicKeyInfo and of the whole certificate.
    private static func digests(of certificate: NIOSSLCertificate) throws -> [[UInt8]] {
        [
            Array(SHA256.hash(data: try certificate.extractPublicKey().toSPKIBytes())),
            Array(SHA256.hash(data: try certificate.toDERBytes())),
        ]
    }
}

extension PlatformTrust {
    /// TLS 1.2 or later. With a pin, the inspector alone decides.
    ///
    /// - Throws: the key whose file cannot be read.
    func tlsConfiguration() throws(PlatformConfigurationError) -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        switch authority {
        case .system: break
        case .file(let path):
            do {
                tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(path))
            } catch {
                throw PlatformConfigurationError(key: "ca", reason: "\(path) is no readable PEM file")
            }
        case .pinned: tls.certificateVerification = .none
        }
        if let clientCertificate {
            do {
                tls.certificateChain = try NIOSSLCertificate.fromPEMFile(clientCertificate.certificatePath)
                    .map { .certificate($0) }
                tls.privateKey = .privateKey(
                    try NIOSSLPrivateKey(file: clientCertificate.keyPath, format: .pem))
            } catch {
                throw PlatformConfigurationError(
                    key: "client_certificate", reason: "certificate or key is no readable PEM file")
            }
        }
        return tls
    }
}
