import Crypto
import CryptoExtras
import SiteModel

/// The secret of one app: it signs the envelope and seals numbers of persons and of bank cards.
///
/// It is used as text, never hex-decoded: its 32 ASCII bytes are the AES key, the first 16 the IV. Names and
/// numbers therefore seal alike every time.
public struct AppSecret: Sendable, CustomStringConvertible {
    public static let byteCount = 32
    private let bytes: [UInt8]

    /// - Returns: nil unless `text` is exactly 32 printable ASCII characters.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == Self.byteCount, bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return nil
        }
        self.bytes = bytes
    }

    public var description: String { "app secret (hidden)" }

    /// 64 lower-case hexadecimal digits: SHA-256 of the parameters, sorted by name and joined, with the
    /// secret behind them, A to Z lowered.
    ///
    /// - Parameter parameters: raw values, before any URL encoding; `sign` among them is left out.
    func signature(of parameters: FormBody) -> String {
        let joined = parameters.names.filter { $0 != "sign" }.sorted {
            $0.utf8.lexicographicallyPrecedes($1.utf8)
        }
        .map { $0 + "=" + (parameters[$0] ?? "") }.joined(separator: "&")
        var text = Array((joined + "&appsecret=").utf8) + bytes
        for (index, byte) in text.enumerated() where (0x41...0x5A).contains(byte) {
            text[index] = byte | 0x20
        }
        return Array(SHA256.hash(data: text)).hexadecimal
    }

    /// Takes the same time wherever the first difference stands.
    func verifies(_ sign: String, of parameters: FormBody) -> Bool {
        let expected = Array(signature(of: parameters).utf8)
        let found = Array(sign.utf8)
        guard found.count == expected.count else { return false }
        return zip(expected, found).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// AES-256-CBC with PKCS#7 filling, as Base64.
    func sealed(_ text: String) -> String {
        do {
            let sealed = try AES._CBC.encrypt(
                Array(text.utf8), using: SymmetricKey(data: bytes), iv: Self.iv(bytes))
            return Base64Text.encoded(Array(sealed))
        } catch {
            preconditionFailure("AES seals any text under a key of 32 bytes")
        }
    }

    /// - Returns: nil when it is no Base64, no whole blocks, wrongly filled, or no UTF-8.
    func opened(_ sealed: String) -> String? {
        guard let bytes = Base64Text.decoded(sealed), !bytes.isEmpty,
            // try?: whatever is wrong with it, it was not sealed under this secret.
            let text = try? AES._CBC.decrypt(
                bytes, using: SymmetricKey(data: self.bytes), iv: Self.iv(self.bytes))
        else { return nil }
        return String(validating: Array(text), as: UTF8.self)
    }

    private static func iv(_ bytes: [UInt8]) throws -> AES._CBC.IV {
        try AES._CBC.IV(ivBytes: bytes.prefix(16))
    }
}
