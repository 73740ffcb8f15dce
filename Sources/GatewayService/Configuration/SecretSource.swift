/// Where the configuration says that a secret is.
public enum SecretSource: Sendable, Hashable {
    /// A systemd credential of this name.
    case credential(String)
    case file(String)

    /// - Parameter credentials: systemd's folder of this service; nil where it gave none.
    func path(credentials: String?) throws(SecretSourceError) -> String {
        switch self {
        case .file(let path): return path
        case .credential(let name):
            guard let credentials else {
                throw SecretSourceError(
                    words: "systemd gave no credentials; LoadCredential=\(name):… is missing in the unit",
                    isOfFile: false)
            }
            return "\(credentials)/\(name)"
        }
    }

    /// The whole of it, at most `limit` bytes.
    func read(upTo limit: Int, credentials: String?) throws(SecretSourceError) -> [UInt8] {
        let path = try path(credentials: credentials)
        do throws(FileReadError) {
            return try FileBytes.read(path, upTo: limit)
        } catch {
            throw SecretSourceError(words: "\(error)", isOfFile: true)
        }
    }
}

/// Why a secret is not there; the words hold nothing of it.
struct SecretSourceError: Error {
    let words: String
    /// The words begin with the path of a file.
    let isOfFile: Bool
}

extension ConfigurationReader {
    /// A mapping of either `credential` or `file`; nil when there is none.
    func secretSource(_ name: String) throws(ConfigurationError) -> SecretSource? {
        guard let secret = try mapping(name) else { return nil }
        switch (try secret.text("credential", upTo: 255), try secret.text("file")) {
        case (let name?, nil):
            guard !name.isEmpty, !name.contains("/"), name.first != "." else {
                throw secret.wrong("credential")
            }
            return .credential(name)
        case (nil, let path?):
            guard path.hasPrefix("/") else { throw secret.wrong("file") }
            return .file(path)
        default: throw secret.fault(at: "file", "give either 'credential' or 'file' (one of them)")
        }
    }
}
