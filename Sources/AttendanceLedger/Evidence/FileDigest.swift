import Crypto

/// By which a file kept elsewhere is known again.
public enum FileDigest {
    /// SHA-256, 32 bytes.
    public static func sha256(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }
}
