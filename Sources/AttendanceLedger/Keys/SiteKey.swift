import Crypto
import Glibc
import SiteModel

/// The key of a site: every other secret in the ledger is wrapped by it. 32 random bytes, kept outside.
public struct SiteKey: Sendable {
    public static let credentialName = "muster-site-key"
    public static let fileName = "site.key"

    let key: SymmetricKey
    public let protection: Protection

    /// Where the key lies, and what that protects against. Raw values are printed.
    public enum Protection: String, Sendable, CaseIterable {
        /// A credential that only this machine's TPM opens.
        case tpm
        /// A credential that systemd hands to the service.
        case credential
        /// A file beside the ledger: a lost backup shows no person, a stolen box does.
        case file
        /// Made for this run alone.
        case memory

        /// For people.
        public var words: String {
            switch self {
            case .tpm: "sealed by this machine's TPM"
            case .credential: "a systemd credential, not sealed by a TPM"
            case .file: "a plain file: protects a lost backup, not a stolen box"
            case .memory: "kept nowhere"
            }
        }
    }

    init?(bytes: [UInt8], protection: Protection) {
        guard bytes.count == 32 else { return nil }
        key = SymmetricKey(data: bytes)
        self.protection = protection
    }

    /// A key that nobody keeps, for a ledger that is gone with its process.
    public static func random() -> SiteKey { SiteKey(key: SymmetricKey(size: .bits256), protection: .memory) }

    private init(key: SymmetricKey, protection: Protection) {
        self.key = key
        self.protection = protection
    }

    /// The site's key: the credential in `credentials` (systemd's folder, nil when it gave none), else
    /// `site.key` in the ledger's folder.
    ///
    /// - Returns: nil when there is neither.
    /// - Throws: `LedgerError.siteKeyUnreadable` for one that cannot be read, or is not 32 bytes or 64
    ///   hexadecimal digits.
    public static func find(directory: String, credentials: String?) throws(LedgerError) -> SiteKey? {
        if let path = credentials.map({ $0 + "/" + credentialName }), let bytes = try bytes(of: path) {
            let isSealed = SealedCredential.isOpenedByTPM(name: credentialName)
            return SiteKey(key: SymmetricKey(data: bytes), protection: isSealed ? .tpm : .credential)
        }
        guard let bytes = try bytes(of: directory + "/" + fileName) else { return nil }
        return SiteKey(key: SymmetricKey(data: bytes), protection: .file)
    }

    /// The site's key, or a new one in `site.key` where there is neither key nor ledger yet.
    ///
    /// - Throws: `LedgerError.siteKeyMissing` when there is a ledger: a new key would not open it.
    public static func findOrMake(
        directory: String, credentials: String?
    ) throws(LedgerError) -> (key: SiteKey, isNew: Bool) {
        if let key = try find(directory: directory, credentials: credentials) { return (key, false) }
        guard LedgerFiles.byteCount(of: directory + "/" + LedgerSchema.fileName) == 0 else {
            throw .siteKeyMissing(directory: directory)
        }
        return (try make(directory: directory), true)
    }

    /// A new key in `site.key`, mode 0600, on disk when this returns. For a folder without a ledger.
    static func make(directory: String) throws(LedgerError) -> SiteKey {
        let key = SymmetricKey(size: .bits256)
        let digits = key.withUnsafeBytes { Array($0).hexadecimal } + "\n"
        let path = directory + "/" + fileName
        try SmallFile.create(path, bytes: Array(digits.utf8))
        return SiteKey(key: key, protection: .file)
    }

    /// - Returns: 32 bytes; nil when there is no such file.
    private static func bytes(of path: String) throws(LedgerError) -> [UInt8]? {
        guard let content = try SmallFile.bytes(of: path, upTo: 256) else { return nil }
        if content.count == 32 { return content }
        let digits = String(decoding: content, as: UTF8.self).filter { !$0.isWhitespace }
        guard let bytes = [UInt8](hexadecimal: digits), bytes.count == 32 else {
            throw .siteKeyUnreadable(path: path)
        }
        return bytes
    }
}

extension SiteKey: CustomStringConvertible, CustomDebugStringConvertible {
    /// Never the key.
    public var description: String { "site key, \(protection.words)" }
    public var debugDescription: String { description }
}
