/// One platform of the configuration, as the site states it.
public struct PlatformConfiguration: Sendable {
    /// Printed in logs and pages; not personal.
    public var name: String
    /// `open-api`
    public var adapter: String
    /// Of `Dialects/`: `national`, `jinhua`.
    public var dialect: String
    /// `https://HOST[:PORT]/PATH`; `http` only where the platform has nothing better.
    public var url: String
    public var appID: String
    public var projectCode: String
    public var secret: PlatformSecret
    public var trust: PlatformTrust
    public var proxy: Proxy?
    /// Nil: the dialect's.
    public var attendanceBatch: Int?
    /// Site time of the platform's dates; Beijing by default.
    public var offsetMilliseconds: Int64
    /// Of a whole call.
    public var timeout = Duration.seconds(60)

    public struct Proxy: Sendable, Hashable {
        public var host: String
        public var port: Int

        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    public init(
        name: String, adapter: String = "open-api", dialect: String = "national", url: String, appID: String,
        projectCode: String, secret: PlatformSecret, trust: PlatformTrust = PlatformTrust(),
        proxy: Proxy? = nil, attendanceBatch: Int? = nil, offsetMilliseconds: Int64 = 8 * 3_600_000
    ) {
        self.name = name
        self.adapter = adapter
        self.dialect = dialect
        self.url = url
        self.appID = appID
        self.projectCode = projectCode
        self.secret = secret
        self.trust = trust
        self.proxy = proxy
        self.attendanceBatch = attendanceBatch
        self.offsetMilliseconds = offsetMilliseconds
    }

    /// Nothing protects what is sent but the network itself: worth a warning on the page.
    public var isPlainText: Bool { url.lowercased().hasPrefix("http://") }

    /// - Throws: the first key that cannot stand.
    public func validate() throws(PlatformConfigurationError) {
        guard adapter == "open-api" else { throw .init(key: "adapter", reason: "there is open-api alone") }
        guard !name.isEmpty else { throw .init(key: "name", reason: "is empty") }
        guard !appID.isEmpty, appID.utf8.count <= 100 else {
            throw .init(key: "app_id", reason: "1 to 100 bytes")
        }
        guard !projectCode.isEmpty, projectCode.utf8.count <= 50 else {
            throw .init(key: "project_code", reason: "1 to 50 bytes")
        }
        let scheme = ["https://", "http://"].first { url.lowercased().hasPrefix($0) }
        guard let scheme, url.utf8.count > scheme.utf8.count, url.utf8.count <= 500,
            url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            !url.dropFirst(scheme.count).prefix(while: { $0 != "/" }).contains("@")
        else { throw .init(key: "url", reason: "https://HOST/PATH or http://HOST/PATH, without a password") }
        guard !isPlainText || trust == PlatformTrust() else {
            throw .init(key: "ca", reason: "means nothing for an http address")
        }
        if let attendanceBatch, !(1...10_000).contains(attendanceBatch) {
            throw .init(key: "attendance_batch", reason: "1 to 10000")
        }
        if let proxy, proxy.host.isEmpty || !(1...65_535).contains(proxy.port) {
            throw .init(key: "proxy", reason: "HOST and a port of 1 to 65535")
        }
        try trust.validate()
    }
}

extension PlatformConfiguration: CustomStringConvertible {
    public var description: String { "platform \(name)" }
}

/// A key of a platform's configuration, and why it cannot stand. Holds no secret.
public struct PlatformConfigurationError: Error, Equatable, CustomStringConvertible {
    public let key: String
    public let reason: String

    public init(key: String, reason: String) {
        self.key = key
        self.reason = reason
    }

    public var description: String { "\(key): \(reason)" }
}

/// Whom we believe to be the platform, and how it knows us.
public struct PlatformTrust: Sendable, Hashable {
    public enum Authority: Sendable, Hashable {
        /// The system's certificate authorities.
        case system
        /// Those of this PEM file, and no other.
        case file(String)
        /// One certificate: SHA-256, 32 bytes, of the leaf's SubjectPublicKeyInfo or of the whole leaf.
        /// Host name and dates are then not looked at: this is the way out for a platform with a self-made
        /// certificate.
        case pinned([UInt8])
    }

    public var authority: Authority
    /// PEM files: our certificate (chain) and its key.
    public var clientCertificate: ClientCertificate?

    public struct ClientCertificate: Sendable, Hashable {
        public var certificatePath: String
        public var keyPath: String

        public init(certificatePath: String, keyPath: String) {
            self.certificatePath = certificatePath
            self.keyPath = keyPath
        }
    }

    public init(authority: Authority = .system, clientCertificate: ClientCertificate? = nil) {
        self.authority = authority
        self.clientCertificate = clientCertificate
    }

    func validate() throws(PlatformConfigurationError) {
        switch authority {
        case .system: break
        case .file(let path):
            guard !path.isEmpty else { throw .init(key: "ca", reason: "is empty") }
        case .pinned(let digest):
            guard digest.count == 32 else { throw .init(key: "pin", reason: "64 hexadecimal digits") }
        }
    }
}
