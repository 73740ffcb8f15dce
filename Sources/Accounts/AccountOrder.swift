public import SiteModel

/// One change of an account as a command asks for it, and as it goes over the control socket:
/// `[act, name, role or null, display name or null, password or null, by]`.
public struct AccountOrder: Sendable {
    public let act: AccountAct
    public let name: String
    /// For `added` and `roleGiven`.
    public let role: AccountRole?
    /// For `added`; nil takes the name.
    public let displayName: String?
    /// For `added` and `passwordSet`.
    public let password: Password?
    /// The user of the machine who asks.
    public let by: String

    public init(
        _ act: AccountAct, name: String, role: AccountRole? = nil, displayName: String? = nil,
        password: Password? = nil, by: String
    ) {
        self.act = act
        self.name = name
        self.role = role
        self.displayName = displayName
        self.password = password
        self.by = by
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 6)
        encoder.append(act.rawValue)
        encoder.append(name)
        encoder.append(role.map { Int64($0.rawValue) })
        encoder.append(displayName)
        encoder.append(password?.revealed)
        encoder.append(by)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() == 6, let act = AccountAct(rawValue: Int(try decoder.integer())) else {
            throw decoder.failure
        }
        self.act = act
        name = try decoder.text()
        if let number = try decoder.optionalInteger() {
            guard let role = AccountRole(rawValue: Int(number)) else { throw decoder.failure }
            self.role = role
        } else {
            role = nil
        }
        displayName = try decoder.optionalText()
        password = try decoder.optionalText().map(Password.init)
        by = try decoder.text()
    }
}

/// A change that was looked at and may be made: first its entry in the ledger, then `AccountBook.apply`.
public struct AccountPlan: Sendable {
    /// The body of the entry.
    public let changed: AccountChanged
    let name: AccountName
    let displayName: String
    let hash: PasswordHash?
}
