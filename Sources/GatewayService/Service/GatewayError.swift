public import Accounts
public import AttendanceLedger
public import PersonnelChanges
public import Reports

/// Why the gateway did not start or stopped. The command turns each into an exit code and a sentence.
public enum GatewayError: Error, Sendable, CustomStringConvertible {
    /// The configuration or a profile is wrong; exit code 78.
    case configuration(ConfigurationError)
    /// The state folder cannot be made or used; exit code 73.
    case stateDirectory(path: String, reason: String)
    /// The ledger is in use (75), damaged (65) or cannot be opened (74).
    case ledger(LedgerError)
    /// The roster was not read or not changed; exit code 74.
    case roster(PersonnelError)
    /// The accounts cannot be read or written; exit code 74.
    case accounts(AccountError)
    /// What was asked for is not possible or not allowed, and nothing was written; exit code 77.
    case refused(String)
    /// No bundle of evidence was made; exit code 64, 66 or as for the ledger.
    case bundle(BundleError)
    /// The running service did not do what it was asked; exit code 69.
    case service(String)
    /// The machine has no usable clock (no `/proc`); exit code 71.
    case clock(String)

    /// Chinese first where somebody at the site can do something about it, a line for each language.
    public var description: String {
        switch self {
        case .configuration(let error): "configuration: \(error)"
        case .stateDirectory(let path, let reason): "state folder \(path): \(reason)"
        case .ledger(let error): "台账：\(error.chinese)\nledger: \(error)"
        case .roster(let error): "花名册：\(error.chinese)\nroster: \(error.english)"
        case .accounts(let error): "账号：\(error.chinese)\naccounts: \(error)"
        case .refused(let words): words
        case .bundle(let error): "evidence: \(error)"
        case .service(let words): "the running service: \(words)"
        case .clock(let reason): "clock: \(reason)"
        }
    }
}
