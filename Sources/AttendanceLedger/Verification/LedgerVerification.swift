import SiteModel

/// What walking the whole ledger found.
public struct LedgerVerification: Sendable, Equatable {
    /// Entries that verify, of all origins.
    public let entryCount: Int
    /// The newest verified entry of this node, as 64 hexadecimal digits; nil in an empty ledger.
    public let headHash: String?
    /// The first bad entry; nil when all verify.
    public let fault: ChainFault?
    /// Damage of the file outside its entries (keys, indexes, free pages), in SQLite's words.
    public let fileFault: String?

    public var isWhole: Bool { fault == nil && fileFault == nil }

    /// One sentence for people.
    public var words: String {
        guard let fault else {
            if let fileFault { return "NOT VERIFIED: \(entryCount) entries verify, but \(fileFault)" }
            return "verified: \(entryCount) entries\(headHash.map { ", head \($0.prefix(16))…" } ?? "")"
        }
        return "NOT VERIFIED: origin \(fault.origin), entry \(fault.sequence): \(fault.reason.rawValue); "
            + "\(entryCount) entries before it verify"
    }

    /// `{"verified":…,"entries":…,"head":…,"origin":…,"sequence":…,"reason":…,"file":…}`; the last four are null
    /// when whole.
    public var json: String {
        var json = JSONText()
        json.beginObject()
        json.member("verified", isWhole)
        json.member("entries", entryCount)
        json.member("head", headHash)
        json.member("origin", fault?.origin.text)
        json.member("sequence", fault?.sequence.rawValue)
        json.member("reason", fault?.reason.rawValue)
        json.member("file", fileFault)
        json.endObject()
        return json.text
    }
}

extension LedgerReader {
    /// Reads every row again, hashes it again and walks every chain, up to what is there when it begins.
    ///
    /// - Parameter progress: called now and then with entries done and in all.
    /// - Throws: `LedgerError` when the file cannot be read at all; damage inside it is a result.
    public func verify(
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws(LedgerError) -> LedgerVerification {
        var verifier = LedgerVerifier(rows: try connect())
        let chains = try verifier.chains()
        let total = chains.reduce(0) { $0 + Int($1.newest ?? 0) }
        for chain in chains where verifier.fault == nil {
            while try verifier.verifyPage(of: chain) { progress(verifier.entryCount, total) }
        }
        progress(verifier.entryCount, total)
        return LedgerVerification(
            entryCount: verifier.entryCount, headHash: verifier.headHash?.hexadecimal, fault: verifier.fault,
            fileFault: try verifier.fileFault())
    }
}
