public import SiteModel

/// A checkpoint as it is kept elsewhere: one JSON object in a file, on a memory stick or on paper.
public struct CheckpointFile: Sendable, Equatable {
    public static let format = "muster-checkpoint-1"
    /// A longer file is none.
    public static let byteCountLimit = 4_096

    public let checkpoint: SignedCheckpoint

    public init(_ checkpoint: SignedCheckpoint) {
        self.checkpoint = checkpoint
    }

    /// Reads what `json` wrote; only the signed bytes and the signature count.
    ///
    /// - Throws: `LedgerError.checkpointUnreadable` for anything else, also when the signature does not hold.
    public init(json text: String) throws(LedgerError) {
        guard let statement = Self.bytes("statement", in: text),
            let signature = Self.bytes("signature", in: text),
            // try?: whatever the reason, it is no checkpoint.
            let statement = try? Checkpoint(encoded: statement), signature.count == 64
        else { throw .checkpointUnreadable("it is not of the format \(Self.format)") }
        checkpoint = SignedCheckpoint(statement: statement, signature: signature)
        guard checkpoint.isSignatureValid else {
            throw .checkpointUnreadable("its signature does not hold")
        }
    }

    /// One line, LF at its end.
    public var json: String {
        let statement = checkpoint.statement
        var json = JSONText()
        json.beginObject()
        json.member("format", Self.format)
        json.member("origin", statement.origin.text)
        json.member("sequence", statement.sequence.rawValue)
        json.member("hash", statement.hash.hexadecimal)
        json.member("signed_at", statement.signedAt.rfc3339)
        json.member("public_key", statement.publicKey.hexadecimal)
        json.member("statement", statement.encoded.hexadecimal)
        json.member("signature", checkpoint.signature.hexadecimal)
        json.endObject()
        return json.text + "\n"
    }

    /// The hexadecimal digits of a member, wherever it stands and however the object is spaced.
    private static func bytes(_ name: String, in text: String) -> [UInt8]? {
        let squeezed = text.filter { !$0.isWhitespace }
        let mark = "\"\(name)\":\""
        guard let start = squeezed.firstRange(of: mark)?.upperBound else { return nil }
        return [UInt8](hexadecimal: squeezed[start...].prefix { $0 != "\"" })
    }
}
