import PlatformSync
import SiteModel

/// One platform of the configuration file, checked, but for what stands in other files: its secret and
/// certificates are read at the start.
public struct PlatformPlan: Sendable {
    /// Without its secret: `configuration(credentials:)` is the only way out.
    private let stated: PlatformConfiguration
    let secret: SecretSource
    /// Which end of a backlog goes up first.
    let isNewestFirst: Bool
    /// Asked and tried again in milliseconds; of a sandbox on this machine.
    let isBrisk: Bool
    /// Where the platform stands in the configuration; line 0: in none.
    private let file: String
    private let line: Int

    /// - Parameter stated: its secret is replaced by what `secret` holds.
    init(
        _ stated: PlatformConfiguration, secret: SecretSource, isNewestFirst: Bool = false,
        isBrisk: Bool = false, file: String = "platforms", line: Int = 0
    ) {
        self.stated = stated
        self.secret = secret
        self.isNewestFirst = isNewestFirst
        self.isBrisk = isBrisk
        self.file = file
        self.line = line
    }

    /// A platform in its simplest form, stated by a program: the demo's.
    public init(name: String, url: String, appID: String, projectCode: String, secretFile: String) {
        self.init(
            PlatformConfiguration(
                name: name, url: url, appID: appID, projectCode: projectCode, secret: .unread),
            secret: .file(secretFile))
    }

    public var name: String { stated.name }

    /// Nothing protects what is sent but the network itself.
    var isPlainText: Bool { stated.isPlainText }

    /// For `muster config show`.
    var words: String {
        "\(stated.adapter) \(stated.dialect) \(stated.url) \(isNewestFirst ? "newest_first" : "oldest_first")"
    }

    var policy: DeliveryPolicy {
        var policy = isBrisk ? DeliveryPolicy.brisk : DeliveryPolicy()
        policy.isNewestFirst = isNewestFirst
        return policy
    }

    /// Ready to be spoken to.
    ///
    /// - Parameter credentials: systemd's folder of this service; nil where it gave none.
    /// - Throws: the secret cannot be read, or is none; the words hold nothing of it.
    func configuration(credentials: String?) throws(ConfigurationError) -> PlatformConfiguration {
        let path: String
        let bytes: [UInt8]
        do throws(SecretSourceError) {
            path = try self.secret.path(credentials: credentials)
            bytes = try SecretSource.file(path).read(upTo: 4_096, credentials: credentials)
        } catch {
            throw fault(error.isOfFile ? "the secret \(error.words)" : error.words)
        }
        let text = String(decoding: bytes.prefix { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self)
        guard let secret = PlatformSecret(text) else {
            throw fault("\(path) holds no secret of 32 printable ASCII characters in its first line")
        }
        var configuration = stated
        configuration.secret = secret
        if isBrisk { configuration.timeout = .seconds(2) }
        return configuration
    }

    /// The adapter, whose certificates are read now. It has to be closed.
    func adapter(credentials: String?, clock: any SiteClock) throws(ConfigurationError) -> OpenAPIPlatform {
        let configuration = try configuration(credentials: credentials)
        do throws(PlatformConfigurationError) {
            return try OpenAPIPlatform(configuration, clock: clock)
        } catch {
            throw fault("\(error)")
        }
    }

    /// Whether the files that the platform needs are there and good; nothing is sent.
    func check(credentials: String?, clock: any SiteClock) async throws(ConfigurationError) {
        await (try adapter(credentials: credentials, clock: clock)).close()
    }

    private func fault(_ words: String) -> ConfigurationError {
        ConfigurationError(file: file, line: line, message: "platform \(name): \(words)")
    }
}
