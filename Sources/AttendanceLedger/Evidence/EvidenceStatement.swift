import Crypto
public import SiteModel

/// What the node signs of a bundle of evidence: who, which days, and every file in it.
///
/// The signed bytes are an array of 10 in canonical encoding: `["muster evidence 1", origin, public key,
/// worker, worker key or null, from, to, head sequence, head hash, [[file name, SHA-256], …]]`, the files in
/// order of their names, byte by byte.
public struct EvidenceStatement: Sendable, Hashable {
    private static let mark = "muster evidence 1"

    public let origin: LedgerOrigin
    /// Ed25519, 32 bytes.
    public let publicKey: [UInt8]
    public let worker: WorkerID
    /// Opens the sealed bodies of the worker, 32 bytes; nil when it was destroyed. Whoever has it reads the
    /// worker's name and number.
    public let workerKey: [UInt8]?
    /// First and last day, in site time.
    public let from: CivilDate
    public let to: CivilDate
    public let headSequence: LedgerSequence
    /// 32 bytes.
    public let headHash: [UInt8]
    /// SHA-256 by file name.
    public let files: [String: [UInt8]]

    public init(
        origin: LedgerOrigin, publicKey: [UInt8], worker: WorkerID, workerKey: [UInt8]?, from: CivilDate,
        to: CivilDate, headSequence: LedgerSequence, headHash: [UInt8], files: [String: [UInt8]]
    ) {
        self.origin = origin
        self.publicKey = publicKey
        self.worker = worker
        self.workerKey = workerKey
        self.from = from
        self.to = to
        self.headSequence = headSequence
        self.headHash = headHash
        self.files = files
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder(reservingByteCount: 512)
        encoder.array(count: 10)
        encoder.append(Self.mark)
        encoder.append(origin.text)
        encoder.append(byteString: publicKey)
        encoder.append(worker.rawValue)
        if let workerKey { encoder.append(byteString: workerKey) } else { encoder.appendNull() }
        encoder.append(from.description)
        encoder.append(to.description)
        encoder.append(headSequence.rawValue)
        encoder.append(byteString: headHash)
        encoder.array(count: files.count)
        for (name, digest) in files.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            encoder.array(count: 2)
            encoder.append(name)
            encoder.append(byteString: digest)
        }
        return encoder.bytes
    }

    /// Whether `signature` is that of the key the statement names.
    public func isSigned(by signature: [UInt8]) -> Bool {
        // try?: bytes that are no key signed nothing.
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
        return key.isValidSignature(signature, for: encoded)
    }
}

/// Signs bundles of evidence with the node's key, and nothing else: what it is given is a statement, never
/// bytes, so nobody makes it sign a checkpoint.
public struct EvidenceSigner: Sendable {
    private let key: NodeKey

    init(_ key: NodeKey) {
        self.key = key
    }

    /// Ed25519, 64 bytes.
    public func signature(of statement: EvidenceStatement) -> [UInt8] {
        key.signature(of: statement.encoded)
    }
}
