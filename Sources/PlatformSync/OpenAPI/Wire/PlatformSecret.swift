import Crypto
import CryptoExtras
import SiteModel

/// The `appsecret` of a platform: signs every call and is the key of every encrypted field.
///
/// platform.md 2.2 and 2.3: SHA-256 over the lower-cased text; AES-256-CBC with PKCS#7, key the 32 ASCII
/// bytes, initialisation vector the first 16 of them. The output repeats for equal numbers, so it is never
/// logged and never a pseudonym. Prints as `(secret)`.
public struct PlatformSecret: Sendable, Hashable {
    let bytes: [UInt8]

    /// - Parameter text: exactly 32 printable ASCII characters; nil for anything else.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 32, bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        self.bytes = bytes
    }

    /// Base64 of the ciphertext.
    func encrypted(_ text: String) -> String {
        do {
            let cipher = try AES._CBC.encrypt(
                Array(text.utf8), using: SymmetricKey(data: bytes), iv: AES._CBC.IV(ivBytes: bytes.prefix(16))
            )
            return Base64Text.encoded(Array(cipher))
        } catch {
            preconditionFailure("AES takes a key of 32 bytes and a vector of 16")
        }
    }

    /// Nil when it is no Base64, no whole blocks, or of another key.
    func decrypted(_ base64: String) -> String? {
        guard let cipher = Base64Text.decoded(base64), !cipher.isEmpty, cipher.count % 16 == 0 else {
            return nil
        }
        // try?: wrong padding says only that it is not of this key.
        guard
            let plain = try? AES._CBC.decrypt(
                cipher, using: SymmetricKey(data: bytes), iv: AES._CBC.IV(ivBytes: bytes.prefix(16)))
        else { return nil }
        return String(validating: Array(plain), as: UTF8.self)
    }

    /// 64 lower-case hexadecimal digits over `parameters`, which are raw and without `sign`.
    func signature(of parameters: [(name: String, value: String)]) -> String {
        let sorted = parameters.sorted { Array($0.name.utf8).lexicographicallyPrecedes(Array($1.name.utf8)) }
        var text: [UInt8] = []
        for parameter in sorted {
            text.append(contentsOf: parameter.name.utf8)
            text.append(UInt8(ascii: "="))
            text.append(contentsOf: parameter.value.utf8)
            text.append(UInt8(ascii: "&"))
        }
        text.append(contentsOf: "appsecret=".utf8)
        text.append(contentsOf: bytes)
        // ASCII alone: what a locale makes of İ or ß is nobody's agreement.
        for index in text.indices where text[index] &- 0x41 < 26 { text[index] += 0x20 }
        return SHA256.hash(data: text).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}

extension PlatformSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "(secret)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
