import LocalWeb
import PlatformSync
import SiteModel

extension PlatformPlan {
    /// - Parameter projectCode: where a platform says none.
    static func all(
        _ reader: ConfigurationReader, projectCode: String
    ) throws(ConfigurationError) -> [PlatformPlan] {
        var platforms: [PlatformPlan] = []
        for section in try reader.list("platforms", upTo: 4) {
            let platform = try PlatformPlan(section, projectCode: projectCode)
            guard !platforms.contains(where: { $0.name == platform.name }) else {
                throw section.fault(at: "name", "platform '\(platform.name)' is given twice")
            }
            platforms.append(platform)
        }
        return platforms
    }

    private init(_ section: ConfigurationReader, projectCode: String) throws(ConfigurationError) {
        guard let name = try section.text("name", upTo: 32), Configuration.isPlainName(name) else {
            throw section.wrong("name")
        }
        let adapter = try section.text("adapter") ?? "open-api"
        guard adapter == "open-api" else { throw section.wrong("adapter") }
        let dialect = try section.text("dialect") ?? "national"
        guard PlatformConfiguration.dialects.contains(dialect) else { throw section.wrong("dialect") }
        guard let url = try section.text("url", upTo: 500) else { throw section.wrong("url") }
        guard let appID = try section.text("app_id", upTo: 64) else { throw section.wrong("app_id") }
        let code = try section.text("project_code", upTo: 50) ?? projectCode
        guard !code.isEmpty else {
            throw section.fault(
                at: "project_code", "'project_code' must be said here or as site.project_code")
        }
        let stated = PlatformConfiguration(
            name: name, adapter: adapter, dialect: dialect, url: url, appID: appID, projectCode: code,
            secret: .unread, trust: try Self.trust(section), proxy: try Self.proxy(section),
            attendanceBatch: try section.wholeNumber("attendance_batch", in: 1...10_000))
        do throws(PlatformConfigurationError) {
            try stated.validate()
        } catch {
            throw section.fault(at: error.key, "'\(error.key)': \(error.reason)")
        }
        let backlog = try section.text("backlog") ?? "oldest_first"
        guard ["oldest_first", "newest_first"].contains(backlog) else { throw section.wrong("backlog") }
        self.init(
            stated, secret: try Self.secret(section), isNewestFirst: backlog == "newest_first",
            isBrisk: try Self.isBrisk(section, url: url), file: section.file, line: section.line)
    }

    private static func isBrisk(
        _ section: ConfigurationReader, url: String
    ) throws(ConfigurationError) -> Bool {
        let pace = try section.text("pace") ?? "normal"
        guard ["normal", "brisk"].contains(pace) else { throw section.wrong("pace") }
        guard pace == "brisk" else { return false }
        guard ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"].contains(where: url.hasPrefix)
        else {
            throw section.fault(at: "pace", "'pace': brisk is for a sandbox on a loopback address")
        }
        return true
    }

    private static func secret(_ section: ConfigurationReader) throws(ConfigurationError) -> SecretSource {
        guard let secret = try section.secretSource("secret") else {
            throw section.fault(at: "secret", "'secret' must say a credential or a file")
        }
        return secret
    }

    private static func trust(_ section: ConfigurationReader) throws(ConfigurationError) -> PlatformTrust {
        var trust = PlatformTrust()
        switch (try section.text("ca"), try section.text("pin")) {
        case (nil, nil): break
        case (let path?, nil):
            guard path.hasPrefix("/") else { throw section.wrong("ca") }
            trust.authority = .file(path)
        case (nil, let pin?):
            guard let digest = [UInt8](hexadecimal: pin), digest.count == 32 else {
                throw section.wrong("pin")
            }
            trust.authority = .pinned(digest)
        default: throw section.fault(at: "pin", "give either 'ca' or 'pin' (one of them)")
        }
        if let ours = try section.mapping("client_certificate") {
            let (certificate, key) = (try ours.text("certificate"), try ours.text("key"))
            guard certificate != nil || key != nil else { return trust }
            guard let certificate, certificate.hasPrefix("/") else { throw ours.wrong("certificate") }
            guard let key, key.hasPrefix("/") else { throw ours.wrong("key") }
            trust.clientCertificate = .init(certificatePath: certificate, keyPath: key)
        }
        return trust
    }

    private static func proxy(
        _ section: ConfigurationReader
    ) throws(ConfigurationError) -> PlatformConfiguration.Proxy? {
        guard let text = try section.text("proxy") else { return nil }
        guard let address = ListenAddress(text), address.port > 0 else { throw section.wrong("proxy") }
        return .init(host: address.host, port: address.port)
    }
}

extension PlatformSecret {
    /// Stands where the secret will be; signs nothing, for a plan hands it to nobody.
    static var unread: PlatformSecret {
        guard let unread = PlatformSecret(String(repeating: "?", count: 32)) else {
            preconditionFailure("32 printable characters are a secret")
        }
        return unread
    }
}
