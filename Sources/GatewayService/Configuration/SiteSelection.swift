import Glibc

/// Which site a command means: flag over file over default.
public struct SiteSelection: Sendable {
    /// Where an installed service has its configuration.
    public static let installedPath = "/etc/muster/muster.yaml"

    let configPath: String?
    let stateDirectory: String?
    let listen: String?

    /// `stateDirectory` and `listen` go over the file's values. A relative state folder is taken from the
    /// working directory.
    public init(configPath: String?, stateDirectory: String?, listen: String? = nil) {
        self.configPath = configPath
        self.stateDirectory = stateDirectory
        self.listen = listen
    }

    /// Reads the named file; without a name, and without `--state`, the installed file if there is one; else
    /// defaults alone.
    public func configuration() throws(ConfigurationError) -> Configuration {
        var configuration = try fileConfiguration()
        if let stateDirectory { configuration.stateDirectory = Self.absolute(stateDirectory) }
        if let listen {
            guard Configuration.isListenAddress(listen) else {
                throw ConfigurationError(
                    file: "--listen", line: 0, message: "must be HOST:PORT, not '\(listen)'")
            }
            configuration.listen = listen
        }
        return configuration
    }

    private func fileConfiguration() throws(ConfigurationError) -> Configuration {
        if let configPath {
            return try Configuration(yaml: Self.text(of: configPath), file: configPath)
        }
        guard stateDirectory == nil, access(Self.installedPath, F_OK) == 0 else { return Configuration() }
        return try Configuration(yaml: Self.text(of: Self.installedPath), file: Self.installedPath)
    }

    private static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let folder = getcwd(nil, 0) else { return path }
        defer { free(folder) }
        let parts = path.split(separator: "/").filter { $0 != "." }
        return ([String(cString: folder)] + parts.map(String.init)).joined(separator: "/")
    }

    private static func text(of path: String) throws(ConfigurationError) -> String {
        let bytes: [UInt8]
        do throws(FileReadError) {
            bytes = try FileBytes.read(path, upTo: 1 << 20)
        } catch {
            throw ConfigurationError(file: path, line: 0, message: "cannot be read: \(error.reason)")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationError(file: path, line: 0, message: "is not UTF-8")
        }
        return text
    }
}
