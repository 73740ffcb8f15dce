import LocalWeb
import PlatformSync
public import SiteModel

/// `web.tls` of the configuration: where certificate and key of the pages are. They are read at the start.
public struct WebTLSPlan: Sendable {
    /// A chain of several certificates is some 10 KiB.
    private static let byteLimit = 256 * 1_024

    let certificate: SecretSource
    let key: SecretSource
    let file: String
    let certificateLine: Int
    let keyLine: Int

    init?(_ reader: ConfigurationReader) throws(ConfigurationError) {
        guard let web = try reader.mapping("web"), let section = try web.mapping("tls") else { return nil }
        guard let certificate = try section.secretSource("certificate") else {
            throw section.fault(at: "certificate", "'certificate' must say a credential or a file")
        }
        guard let key = try section.secretSource("key") else {
            throw section.fault(at: "key", "'key' must say a credential or a file")
        }
        (self.certificate, self.key, file) = (certificate, key, section.file)
        (certificateLine, keyLine) = (section.line(of: "certificate"), section.line(of: "key"))
    }

    /// For `muster config show`.
    var settings: [(String, String)] {
        [("web.tls.certificate", certificate.words), ("web.tls.key", key.words)]
    }

    /// - Parameter credentials: systemd's folder of this service; nil where it gave none.
    /// - Throws: a file cannot be read or holds the wrong thing; with the line that names it. One that is
    ///   over is none of these: the lanes open all the same, and the board warns.
    func load(credentials: String?) throws(ConfigurationError) -> PageCertificate {
        let certificates = try read(certificate, credentials, "certificate", certificateLine)
        let key = try read(self.key, credentials, "key", keyLine)
        do throws(PageCertificateError) {
            return try PageCertificate(certificates: certificates, key: key)
        } catch {
            throw error == .noCertificate
                ? fault(certificateLine, "web.tls.certificate: \(certificate.words) \(error)")
                : fault(keyLine, "web.tls.key: \(self.key.words) \(error)")
        }
    }

    private func read(
        _ source: SecretSource, _ credentials: String?, _ name: String, _ line: Int
    ) throws(ConfigurationError) -> [UInt8] {
        do throws(SecretSourceError) {
            return try source.read(upTo: Self.byteLimit, credentials: credentials)
        } catch {
            throw fault(line, "web.tls.\(name): \(error.words)")
        }
    }

    private func fault(_ line: Int, _ words: String) -> ConfigurationError {
        ConfigurationError(file: file, line: line, message: words)
    }
}

extension SecretSource {
    /// Where it is, for people.
    var words: String {
        switch self {
        case .file(let path): path
        case .credential(let name): "credential \(name)"
        }
    }
}

extension Configuration {
    /// Names and passwords go readable over a network.
    var arePagesInClear: Bool { webTLS == nil && ListenAddress(listen)?.isLoopback == false }

    /// What should be mended about how the pages are served; for board, health and `muster config check`.
    func pageProblems(_ certificate: PageCertificate?, at now: UTCInstant) -> [BoardWords] {
        if arePagesInClear {
            return [
                BoardWords(
                    "网页未加密（http），密码和姓名在网络上明文传输，请配置 web.tls",
                    "The pages are not encrypted (http): passwords and names travel readable; set web.tls")
            ]
        }
        guard let end = certificate?.validUntil else { return [] }
        let day = end.rfc3339.prefix(10)
        if now > end {
            return [BoardWords("网页证书已于 \(day) 到期", "The certificate of the pages ended on \(day)")]
        }
        guard CertificateTerm.isEnding(end, at: now) else { return [] }
        return [BoardWords("网页证书 \(day) 到期", "The certificate of the pages ends on \(day)")]
    }

    /// Reads the certificate of the pages, where there is one, as the service would.
    ///
    /// - Returns: what is no fault and should be mended, Chinese and English in a line each.
    /// - Throws: what would stop the start. A credential is there for the service alone and passes here.
    public func checkPages(at clock: ClockReading) throws(ConfigurationError) -> [String] {
        let credentials = HostEnvironment.credentialsDirectory
        var certificate: PageCertificate?
        if let webTLS, credentials != nil || webTLS.isOfFiles {
            certificate = try webTLS.load(credentials: credentials)
        }
        return pageProblems(certificate, at: clock.wall).flatMap { [$0.chinese, $0.english] }
    }
}

extension WebTLSPlan {
    fileprivate var isOfFiles: Bool {
        if case .file = certificate, case .file = key { true } else { false }
    }
}
