import SiteModel

/// The files of a bundle; their order is that of the archive. LedgerFormat.md, "A bundle of evidence", says
/// what stands in them.
enum BundleFile: String, CaseIterable {
    case entries = "entries.jsonl"
    case checkpoints = "checkpoints.jsonl"
    case receipts = "receipts.jsonl"
    case page = "index.html"
    case format = "FORMAT.md"
    case keys = "keys.json"

    static let formatName = "muster-evidence-1"
    /// 2,000,000 entries: a year of a site of 1,000 workers. About 100 bytes each.
    static let entryLimit = 2_000_000
}

/// The lines of `entries.jsonl` and `checkpoints.jsonl`, each with its LF.
enum BundleLine {
    /// Begins a segment: the next line is the entry after `sequence`.
    static func segment(after sequence: LedgerSequence, hash: [UInt8]) -> [UInt8] {
        line { json in
            json.member("after", sequence.rawValue)
            json.member("hash", hash.hexadecimal)
        }
    }

    /// An entry in full.
    static func shown(_ entry: LedgerEntry, canonicalBytes: [UInt8]) -> [UInt8] {
        line(byteCount: canonicalBytes.count * 2 + 128) { json in
            json.member("sequence", entry.sequence.rawValue)
            json.member("canonical", canonicalBytes.hexadecimal)
            json.member("hash", entry.hash.hexadecimal)
        }
    }

    /// An entry that is none of the reader's business.
    static func hidden(_ sequence: LedgerSequence, digest: [UInt8]) -> [UInt8] {
        line { json in
            json.member("sequence", sequence.rawValue)
            json.member("digest", digest.hexadecimal)
        }
    }

    static func checkpoint(_ checkpoint: SignedCheckpoint) -> [UInt8] {
        line(byteCount: 640) { json in
            json.member("sequence", checkpoint.statement.sequence.rawValue)
            json.member("hash", checkpoint.statement.hash.hexadecimal)
            json.member("signed_at", checkpoint.statement.signedAt.rfc3339)
            json.member("statement", checkpoint.statement.encoded.hexadecimal)
            json.member("signature", checkpoint.signature.hexadecimal)
        }
    }

    static func line(byteCount: Int = 160, _ members: (inout JSONText) -> Void) -> [UInt8] {
        var json = JSONText(reservingByteCount: byteCount)
        json.beginObject()
        members(&json)
        json.endObject()
        return json.bytes + [UInt8(ascii: "\n")]
    }
}
