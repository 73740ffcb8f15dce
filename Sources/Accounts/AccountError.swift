/// Why accounts could not be read or changed. After any throw nothing was changed.
public enum AccountError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Not 2 to 32 of a-z, 0-9, `.`, `_`, `-` with a letter first.
    case nameUnfit
    case displayNameUnfit
    /// The order lacks what its act needs.
    case incomplete
    case exists(AccountName)
    case unknown(AccountName)
    /// It is so already.
    case unchanged(AccountName)
    /// Disable is no deletion: names stay, for the ledger knows them.
    case tooMany(limit: Int)
    case password(PasswordFlaw)
    /// SQLite or the system failed during `operation`.
    case storage(operation: String, code: Int32, words: String)
    /// The file does not hold what it must. Move it away and add the accounts anew; the ledger has their
    /// history.
    case damaged(words: String)
    case newerSchema(found: Int, known: Int)

    /// The order cannot be done as given; nothing is wrong with the machine.
    public var isRefusal: Bool {
        switch self {
        case .nameUnfit, .displayNameUnfit, .incomplete, .exists, .unknown, .unchanged, .tooMany, .password:
            true
        case .storage, .damaged, .newerSchema: false
        }
    }

    /// What `description` says, in Chinese.
    public var chinese: String {
        switch self {
        case .nameUnfit: "账号须为 2 至 32 个小写字母、数字、点、下划线或连字符，以字母开头"
        case .displayNameUnfit: "显示名须为一行，1 至 \(Account.displayNameLimit) 个字"
        case .incomplete: "请求来自本程序的另一版本"
        case .exists(let name): "账号 \(name) 已存在"
        case .unknown(let name): "没有账号 \(name)"
        case .unchanged(let name): "账号 \(name) 已是如此"
        case .tooMany(let limit): "账号已有 \(limit) 个，不能再加"
        case .password(let flaw): flaw.chinese
        case .storage(let operation, let code, let words): "存储故障（\(operation)：\(words)，代码 \(code)）"
        case .damaged: "accounts.db 已损坏：请移走后重新添加账号"
        case .newerSchema(let found, let known):
            "accounts.db 格式 \(found) 较新，本程序只认识到 \(known)：请用新版程序"
        }
    }

    public var description: String {
        switch self {
        case .nameUnfit:
            "an account's name is 2 to 32 of a-z, 0-9, dot, underscore and hyphen, a letter first"
        case .displayNameUnfit: "a display name has 1 to \(Account.displayNameLimit) characters in one line"
        case .incomplete: "the request is of another version of this program"
        case .exists(let name): "there is an account \(name) already"
        case .unknown(let name): "there is no account \(name)"
        case .unchanged(let name): "the account \(name) is so already"
        case .tooMany(let limit): "there are \(limit) accounts already"
        case .password(let flaw): "\(flaw)"
        case .storage(let operation, let code, let words): "\(operation) failed: \(words) (code \(code))"
        case .damaged(let words): "accounts.db is damaged: \(words)"
        case .newerSchema(let found, let known):
            "accounts.db has schema \(found), this program knows \(known): use the newer program"
        }
    }
}
