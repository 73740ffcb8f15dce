/// What a person with an account is there for. Raw values are stored in the ledger and in `accounts.db`.
public enum AccountRole: Int, Sendable, Hashable, CaseIterable {
    /// 劳资专管员: keeps roster and enrolment.
    case labourOfficer = 1
    /// 项目经理: reads all, confirms corrections.
    case siteManager = 2
    /// 检查人员: reads masked, takes exports along.
    case inspector = 3
    /// 门卫: watches the gate, opens a lane with a reason.
    case gateGuard = 4

    /// In commands and JSON.
    public var name: String {
        switch self {
        case .labourOfficer: "labour-officer"
        case .siteManager: "site-manager"
        case .inspector: "inspector"
        case .gateGuard: "gate-guard"
        }
    }

    public init?(name: String) {
        guard let role = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = role
    }
}

/// What was done to an account. Raw values are stored.
public enum AccountAct: Int, Sendable, Hashable, CaseIterable {
    case added = 1
    case roleGiven = 2
    case passwordSet = 3
    case disabled = 4
    case enabled = 5

    public var name: String {
        switch self {
        case .added: "added"
        case .roleGiven: "role_given"
        case .passwordSet: "password_set"
        case .disabled: "disabled"
        case .enabled: "enabled"
        }
    }
}

/// Body of `accountChanged`: `[account, act, role, by]`. Written before the account changes, so that nobody
/// ever has a right that the ledger does not know; never holds a password or its hash.
public struct AccountChanged: EntryBody {
    public let account: String
    public let act: AccountAct
    /// The account's role after the change.
    public let role: AccountRole
    /// The user of the machine who did it.
    public let by: String

    public init(account: String, act: AccountAct, role: AccountRole, by: String) {
        self.account = account
        self.act = act
        self.role = role
        self.by = by
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 4)
        encoder.append(account)
        encoder.append(act.rawValue)
        encoder.append(role.rawValue)
        encoder.append(by)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 4 else { throw decoder.failure }
        account = try decoder.text()
        guard let act = AccountAct(rawValue: Int(try decoder.integer())),
            let role = AccountRole(rawValue: Int(try decoder.integer()))
        else { throw decoder.failure }
        self.act = act
        self.role = role
        by = try decoder.text()
    }
}

/// Body of `personalDataShown`: `[account, place, workers, reason or null]`. Somebody saw personal data
/// unmasked: of the entry's subject, or of so many workers when it has none. Written before it is shown.
public struct PersonalDataShown: EntryBody {
    /// The account, or the user of the machine for a command.
    public let account: String
    /// The page or command that shows it, `/worker` or `roster export`; names no person.
    public let place: String
    public let workerCount: Int
    /// Readable by whoever reads the ledger: names no person either.
    public let reason: String?

    public init(account: String, place: String, workerCount: Int = 1, reason: String? = nil) {
        self.account = account
        self.place = place
        self.workerCount = workerCount
        self.reason = reason
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 4)
        encoder.append(account)
        encoder.append(place)
        encoder.append(workerCount)
        encoder.append(reason)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 4 else { throw decoder.failure }
        account = try decoder.text()
        place = try decoder.text()
        workerCount = Int(try decoder.integer())
        reason = try decoder.optionalText()
    }
}
