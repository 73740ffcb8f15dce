/// What a person typed as a password. It prints as nothing: no log, error or test can show it by accident.
public struct Password: Sendable, CustomStringConvertible, CustomReflectable {
    let bytes: [UInt8]

    public init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// For the way to the running service and to the hash, nothing else.
    public var revealed: String { String(decoding: bytes, as: UTF8.self) }

    public var description: String { "(password)" }
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// A longer one is not even hashed.
    public static let byteLimit = 512
    public static let shortestCharacterCount = 10

    /// Why this may not become a password of `name`; nil when it may.
    public func flaw(for name: AccountName) -> PasswordFlaw? {
        let text = revealed
        guard bytes.count <= Self.byteLimit else { return .tooLong }
        guard text.count >= Self.shortestCharacterCount else { return .tooShort }
        let plain = text.lowercased()
        guard Set(plain).count >= 4, !Self.refused.contains(plain) else { return .common }
        guard !plain.contains(name.text) else { return .containsName }
        return nil
    }

    /// What everybody tries first, of ten characters and more.
    private static let refused: Set<String> = [
        "0123456789", "1234567890", "12345678910", "123456789a", "a123456789", "aa12345678", "aa123456789",
        "0987654321", "9876543210", "1122334455", "1212121212", "1231231231", "123123123123", "1234512345",
        "123qweasdzxc", "1q2w3e4r5t", "1q2w3e4r5t6y", "1qaz2wsx3edc", "abc1234567", "abcd123456",
        "abcdefghij", "abcdefg123", "admin12345", "admin123456", "administrator", "asdfghjkl1", "asdfghjkl;",
        "changeme123", "iloveyou123", "letmein123", "muster1234", "muster12345", "passw0rd123", "password01",
        "password12", "password123", "password1234", "qazwsxedcrfv", "qwer123456", "qwerty12345",
        "qwerty123456", "qwertyuiop", "root123456", "welcome123", "woaini1314", "woaini1314520",
        "woaini520520", "zxcvbnm123", "zaq12wsxcde3",
    ]
}

/// Why a password was not taken.
public enum PasswordFlaw: Error, Sendable, Hashable, CustomStringConvertible {
    case tooShort
    case tooLong
    /// In the list of what everybody tries first, or of fewer than four different characters.
    case common
    case containsName

    public var chinese: String {
        switch self {
        case .tooShort: "密码至少 \(Password.shortestCharacterCount) 个字符"
        case .tooLong: "密码超过 \(Password.byteLimit) 字节"
        case .common: "密码过于常见：请换一个"
        case .containsName: "密码含有账号名：请换一个"
        }
    }

    public var description: String {
        switch self {
        case .tooShort: "the password needs at least \(Password.shortestCharacterCount) characters"
        case .tooLong: "the password is longer than \(Password.byteLimit) bytes"
        case .common: "the password is one of those that are tried first: choose another"
        case .containsName: "the password contains the account's name: choose another"
        }
    }
}
