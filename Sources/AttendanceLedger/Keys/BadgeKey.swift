import Crypto
public import SiteModel

/// Signs and checks the QR badges of a site. Made of the site's key, so every node that has it can check a
/// badge without a network.
public struct BadgeKey: Sendable {
    private static let purpose = Array("muster-badge-1".utf8)

    private let key: SymmetricKey

    public init(_ siteKey: SiteKey) {
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: siteKey.key, info: Self.purpose, outputByteCount: 32)
    }

    public func text(of code: BadgeCode) -> String { code.text(mac: mac(of: code)) }

    /// - Returns: nil for a text that is no badge or was not signed with this key.
    public func code(of text: String) -> BadgeCode? {
        guard let (code, mac) = BadgeCode.read(text) else { return nil }
        // Every byte is looked at: how long it takes tells nothing.
        let difference = zip(mac, self.mac(of: code)).reduce(0) { $0 | ($1.0 ^ $1.1) }
        return difference == 0 ? code : nil
    }

    private func mac(of code: BadgeCode) -> [UInt8] {
        Array(
            HMAC<SHA256>.authenticationCode(for: Self.purpose + code.stated, using: key)
                .prefix(BadgeCode.macByteCount))
    }
}
