import SiteModel

/// The encrypted form of a credential as it lies in systemd's store, looked at for one thing: who opens it.
enum SealedCredential {
    /// Where `LoadCredentialEncrypted=` and `ImportCredential=` find them by name.
    private static let store = "/etc/credstore.encrypted/"

    /// Whether a TPM has a part in it. False when there is no such file or it cannot be read.
    static func isOpenedByTPM(name: String) -> Bool {
        // try?: a store that cannot be read tells nothing, and nothing is claimed.
        guard let content = try? SmallFile.bytes(of: store + name, upTo: 1 << 20) else { return false }
        return isOpenedByTPM(content)
    }

    /// The file is Base64 in lines; its first 16 bytes say by what it was encrypted (`systemd-creds encrypt
    /// --with-key=`).
    static func isOpenedByTPM(_ base64: [UInt8]) -> Bool {
        let head = base64.lazy.filter { !$0.isWhiteSpace }.prefix(24)
        guard let bytes = Base64Text.decoded(String(decoding: Array(head), as: UTF8.self)), bytes.count >= 16
        else { return false }
        return kindsWithTPM.contains(bytes.prefix(16).hexadecimal)
    }

    /// Source: systemd 252 to 257, `creds-util.h`: TPM alone, TPM with public key, host and TPM, host and TPM
    /// with public key, host and TPM of one user.
    private static let kindsWithTPM: Set = [
        "0c7cc07b117645919c4b0bea08bc20fe", "faf7eb9341e3412ca1a436f95a29362f",
        "93a894094874449090caf2fc93cab553", "af4950a849134eb1a73846304ff30c05",
        "ef4ac13679a9480ea7db68897f9f165d",
    ]
}

extension UInt8 {
    fileprivate var isWhiteSpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
}
