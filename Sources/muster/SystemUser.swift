import Glibc

/// Who runs a command, for the ledger.
enum SystemUser {
    /// The name of the account, or its number where it has none.
    static var name: String {
        guard let entry = getpwuid(getuid()), let name = entry.pointee.pw_name else {
            return "uid \(getuid())"
        }
        return String(cString: name)
    }
}
