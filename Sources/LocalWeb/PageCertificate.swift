import NIOCore
import NIOSSL
public import SiteModel

/// What the pages show to browsers over TLS: a certificate with its chain, and its key.
public struct PageCertificate: Sendable {
    /// The first and the last moment of the site's own certificate; of its chain nothing is asked.
    public let validFrom: UTCInstant
    public let validUntil: UTCInstant
    let tls: TLSConfiguration

    /// TLS 1.2 or later, HTTP/1.1.
    ///
    /// - Parameters:
    ///   - certificates: PEM, the site's own certificate first.
    ///   - key: PEM, without a passphrase.
    /// - Throws: `PageCertificateError`; its words hold nothing of the key.
    public init(certificates: [UInt8], key: [UInt8]) throws(PageCertificateError) {
        let chain: [NIOSSLCertificate]
        do {
            chain = try NIOSSLCertificate.fromPEMBytes(certificates)
        } catch {
            throw .noCertificate
        }
        guard let own = chain.first else { throw .noCertificate }
        let privateKey: NIOSSLPrivateKey
        do {
            privateKey = try NIOSSLPrivateKey(bytes: key, format: .pem)
        } catch {
            throw .noKey
        }
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(privateKey))
        tls.minimumTLSVersion = .tlsv12
        tls.applicationProtocols = ["http/1.1"]
        do {
            // BoringSSL holds the key against the certificate.
            _ = try NIOSSLContext(configuration: tls)
        } catch {
            throw .otherKey
        }
        self.tls = tls
        validFrom = UTCInstant(milliseconds: Int64(own.notValidBefore) * 1_000)
        validUntil = UTCInstant(milliseconds: Int64(own.notValidAfter) * 1_000)
    }
}

/// Why a certificate cannot be shown.
public enum PageCertificateError: Error, Equatable, Sendable, CustomStringConvertible {
    /// No PEM certificate.
    case noCertificate
    /// No PEM key, or one under a passphrase.
    case noKey
    /// The key is that of another certificate.
    case otherKey

    public var description: String {
        switch self {
        case .noCertificate: "holds no readable PEM certificate"
        case .noKey: "holds no readable PEM key (one without a passphrase is needed)"
        case .otherKey: "is the key of another certificate"
        }
    }
}
