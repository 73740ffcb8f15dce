public import SiteModel

/// Somebody who may use the pages, without their password.
public struct Account: Sendable, Hashable {
    public let name: AccountName
    /// Shown on the pages; from a person, so it is escaped wherever it stands.
    public let displayName: String
    public let role: AccountRole
    public let isEnabled: Bool
    /// The wall clock of the last change of any kind.
    public let changedAt: UTCInstant

    public init(
        name: AccountName, displayName: String, role: AccountRole, isEnabled: Bool, changedAt: UTCInstant
    ) {
        self.name = name
        self.displayName = displayName
        self.role = role
        self.isEnabled = isEnabled
        self.changedAt = changedAt
    }

    /// Longest display name, in characters.
    public static let displayNameLimit = 40
}

/// By what an account is named at login and in the ledger: 2 to 32 of `a` to `z`, `0` to `9`, `.`, `_`, `-`,
/// a letter first. Capitals of ASCII are read as small letters: telephones put them at the start of a field.
public struct AccountName: Sendable, Hashable, CustomStringConvertible {
    public let text: String

    /// Nil for anything else, whatever its length.
    public init?(_ text: some StringProtocol) {
        guard (2...32).contains(text.utf8.count) else { return nil }
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): bytes.append(byte)
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): bytes.append(byte + 32)
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "-"):
                guard !bytes.isEmpty else { return nil }
                bytes.append(byte)
            default: return nil
            }
        }
        self.text = String(decoding: bytes, as: UTF8.self)
    }

    public var description: String { text }
}
