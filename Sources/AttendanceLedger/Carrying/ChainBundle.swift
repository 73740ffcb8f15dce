import Crypto
public import SiteModel

/// A stretch of a node's chain in one file, for whoever carries it to another node of the same site.
///
/// gzip over frames; each frame is its byte count (4 bytes, the highest first) and a value in canonical
/// encoding:
///
/// 1. `["muster bundle 1", answers (boolean), origin, public key (32 bytes), first - 1, hash before the first
///    (32 bytes), last]`
/// 2. for each entry from the first to the last: its canonical bytes, sealed as it stands. The last is a
///    checkpoint: the signature of the node.
/// 3. the count of keys, then for each `[worker, wrapped key (60 bytes)]`: wrapped by the site key, so that
///    the bundle shows no person to who finds it.
/// 4. HMAC-SHA256 (32 bytes as they are) over all frames before, byte counts included; its key is
///    HMAC-SHA256 of `muster bundle 1` under the site key. Only a node of the site makes a bundle.
public struct ChainBundle: Sendable {
    static let mark = "muster bundle 1"
    static let frameLimit = 8 << 20
    static let keyLimit: Int64 = 10_000_000

    public let path: String
    /// What platforms answered to somebody else's entries, on its way home.
    public let holdsAnswers: Bool
    public let origin: LedgerOrigin
    /// Ed25519, 32 bytes: with it the chain of the origin begins.
    public let publicKey: [UInt8]
    /// The entry before the first.
    public let after: LedgerSequence
    public let hashBefore: [UInt8]
    public let last: LedgerSequence

    var header: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 7)
        encoder.append(Self.mark)
        encoder.append(holdsAnswers)
        encoder.append(origin.text)
        encoder.append(byteString: publicKey)
        encoder.append(after.rawValue)
        encoder.append(byteString: hashBefore)
        encoder.append(last.rawValue)
        return encoder.bytes
    }

    init(
        path: String, holdsAnswers: Bool, origin: LedgerOrigin, publicKey: [UInt8], after: LedgerSequence,
        hashBefore: [UInt8],
        last: LedgerSequence
    ) {
        self.path = path
        self.holdsAnswers = holdsAnswers
        self.origin = origin
        self.publicKey = publicKey
        self.after = after
        self.hashBefore = hashBefore
        self.last = last
    }

    init(path: String, header: [UInt8]) throws(CanonicalDecodingError) {
        self.path = path
        var decoder = CanonicalDecoder(header)
        guard try decoder.array() == 7, try decoder.text() == Self.mark else { throw decoder.failure }
        holdsAnswers = try decoder.bool()
        origin = LedgerOrigin(try decoder.text())
        publicKey = try decoder.byteString()
        after = LedgerSequence(try decoder.integer())
        hashBefore = try decoder.byteString()
        last = LedgerSequence(try decoder.integer())
        // An origin names a folder: nothing but what nodes are called.
        guard Self.isName(origin.text), publicKey.count == 32, hashBefore.count == 32,
            after.rawValue >= 0, after < last, last.rawValue < LedgerSequence.limit, decoder.isAtEnd
        else { throw decoder.failure }
    }

    private static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && text.utf8.first != UInt8(ascii: ".")
            && text.unicodeScalars.allSatisfy { $0.value > 32 && $0 != "/" && $0 != "~" && $0.value != 127 }
    }
}

/// The bytes that a bundle's maker vouches for.
struct BundleMAC {
    private var code: HMAC<SHA256>

    init(siteKey: SiteKey) {
        let key = HMAC<SHA256>.authenticationCode(for: Array(ChainBundle.mark.utf8), using: siteKey.key)
        code = HMAC<SHA256>(key: SymmetricKey(data: key))
    }

    mutating func take(_ bytes: [UInt8]) { code.update(data: bytes) }

    /// 32 bytes.
    func finished() -> [UInt8] { Array(code.finalize()) }
}

/// The byte count before each frame.
enum BundleFrame {
    static func prefix(_ count: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * $0)) }
    }

    static func count(_ prefix: [UInt8]) -> Int { prefix.reduce(0) { $0 << 8 | Int($1) } }
}
