import AttendanceLedger
import SiteModel

/// `keys.json`: what the node says of the bundle, and its signature.
struct BundleKeys {
    let statement: EvidenceStatement
    /// Ed25519, 64 bytes.
    let signature: [UInt8]

    var json: [UInt8] {
        var json = JSONText(reservingByteCount: 2_048)
        json.beginObject()
        json.member("format", BundleFile.formatName)
        json.member("origin", statement.origin.text)
        json.member("public_key", statement.publicKey.hexadecimal)
        json.member("worker", statement.worker.description)
        json.member("worker_key", statement.workerKey?.hexadecimal)
        json.member("from", statement.from.description)
        json.member("to", statement.to.description)
        json.name("head")
        json.beginObject()
        json.member("sequence", statement.headSequence.rawValue)
        json.member("hash", statement.headHash.hexadecimal)
        json.endObject()
        json.name("files")
        json.beginObject()
        for (name, digest) in statement.files.sorted(by: { $0.key < $1.key }) {
            json.member(name, digest.hexadecimal)
        }
        json.endObject()
        json.member("signature", signature.hexadecimal)
        json.endObject()
        return json.bytes + [UInt8(ascii: "\n")]
    }
}

extension BundleKeys {
    private static let names: Set = [
        "format", "origin", "public_key", "worker", "worker_key", "from", "to", "head", "files", "signature",
    ]

    /// Reads `keys.json`.
    ///
    /// - Returns: nil when a member is missing, is not what it should be, or is not known: nobody signed it.
    init?(_ bytes: [UInt8]) {
        guard let json = JSONObject(bytes), Set(json.names) == Self.names,
            json.text("format") == BundleFile.formatName,
            let origin = json.text("origin"),
            let publicKey = json.bytes("public_key", count: 32),
            let worker = json.text("worker").flatMap({ WorkerID($0) }),
            json.text("worker") == worker.description,
            let from = json.text("from").flatMap(CivilDate.init(iso8601:)),
            let to = json.text("to").flatMap(CivilDate.init(iso8601:)),
            let head = json.object("head"), Set(head.names) == ["sequence", "hash"],
            let headSequence = head.number("sequence"), let headHash = head.bytes("hash", count: 32),
            let files = json.object("files"),
            let signature = json.bytes("signature", count: 64)
        else { return nil }
        var workerKey: [UInt8]?
        if !json.isNull("worker_key") {
            guard let key = json.bytes("worker_key", count: 32) else { return nil }
            workerKey = key
        }
        var digests: [String: [UInt8]] = [:]
        for name in files.names {
            guard let digest = files.bytes(name, count: 32) else { return nil }
            digests[name] = digest
        }
        self.init(
            statement: EvidenceStatement(
                origin: LedgerOrigin(origin), publicKey: publicKey, worker: worker, workerKey: workerKey,
                from: from, to: to, headSequence: LedgerSequence(headSequence), headHash: headHash,
                files: digests),
            signature: signature)
    }
}
