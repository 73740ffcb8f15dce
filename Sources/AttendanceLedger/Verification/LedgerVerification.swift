public import SiteModel

/// What walking the whole ledger found.
public struct LedgerVerification: Sendable, Equatable {
    /// Entries that verify.
    public let entryCount: Int
    /// The newest verified entry of this node, as 64 hexadecimal digits; nil in an empty ledger.
    public let headHash: String?
    /// The newest entry of this node that a checkpoint vouches for; 0 before the first.
    public let signedSequence: LedgerSequence
    /// Entries that say what was lost before them.
    public let losses: [LedgerSequence]
    /// The first bad entry; nil when all verify.
    public let fault: ChainFault?
    /// Damage of the file outside its entries (keys, indexes, free pages), in SQLite's words, or of its
    /// schema.
    public let fileFault: String?

    /// The newest entry that verifies, of a ledger with one origin.
    var newest: LedgerSequence { LedgerSequence(Int64(entryCount)) }

    public var isWhole: Bool { fault == nil && fileFault == nil }

    /// One sentence for people.
    public var words: String {
        if let fault {
            return "NOT VERIFIED: origin \(fault.origin), entry \(fault.sequence): \(fault.reason.rawValue); "
                + "\(entryCount) entries before it verify"
        }
        if let fileFault { return "NOT VERIFIED: \(entryCount) entries verify, but \(fileFault)" }
        var words = "verified: \(entryCount) entries\(headHash.map { ", head \($0.prefix(16))…" } ?? "")"
        if entryCount > 0 {
            words += signedSequence.rawValue > 0 ? ", signed up to \(signedSequence)" : ", not signed yet"
        }
        guard !losses.isEmpty else { return words }
        let numbers = losses.map(\.description).joined(separator: ", ")
        return words + "; entries that were lost are on record at \(numbers)"
    }

    /// `{"verified":…,"entries":…,"head":…,"signed":…,"losses":[…],"origin":…,"sequence":…,"reason":…,
    /// "file":…}`; the last four are null when whole.
    public var json: String {
        var json = JSONText()
        json.beginObject()
        json.member("verified", isWhole)
        json.member("entries", entryCount)
        json.member("head", headHash)
        json.member("signed", signedSequence.rawValue)
        json.name("losses")
        json.beginArray()
        for loss in losses { json.value(loss.rawValue) }
        json.endArray()
        json.member("origin", fault?.origin.text)
        json.member("sequence", fault?.sequence.rawValue)
        json.member("reason", fault?.reason.rawValue)
        json.member("file", fileFault)
        json.endObject()
        return json.text
    }
}

extension LedgerVerification {
    /// Of a file that cannot be read at all: nothing verifies.
    public init(unreadable words: String) {
        self.init(
            entryCount: 0, headHash: nil, signedSequence: LedgerSequence(0), losses: [], fault: nil,
            fileFault: words)
    }
}

extension LedgerReader {
    /// Whether the node's key is the one its chain begins with, as far as the site key at hand tells; nil
    /// without site key, and in a copy without keys.
    private func nodeKeyFault(_ rows: EntryRows) throws(LedgerError) -> String? {
        guard let siteKey else { return nil }
        do throws(LedgerError) {
            guard try rows.holdsKeys(), let origin = try rows.origin(1) else { return nil }
            _ = try LedgerIdentity(origin, siteKey: siteKey, on: rows.connection, path: path)
            return nil
        } catch {
            switch error {
            case .siteKeyWrong: return "the key of its node does not open with the site key"
            case .fileDamaged(_, let words): return words
            default: throw error
            }
        }
    }

    /// Reads every row again, hashes it again, walks the chain up to what is there when it begins, checks
    /// every signature, and holds it against what is kept beside the ledger.
    ///
    /// - Parameters:
    ///   - checkpoint: one that was kept elsewhere; its own signature was checked when it was read.
    ///   - audit: sees every entry that verifies, in order, and says what else is wrong with it.
    ///   - progress: called now and then with entries done and in all.
    /// - Throws: `LedgerError` when the file cannot be read at all; damage inside it is a result.
    public func verify(
        against checkpoint: SignedCheckpoint? = nil,
        audit: @escaping (LedgerEntry) -> ChainFault.Reason? = { _ in nil },
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws(LedgerError) -> LedgerVerification {
        // Before the entries are looked at: a writer goes on, and its head must not be newer than what is
        // read.
        let recorded = directory.flatMap(LedgerHeadFile.read)
        let expected = [recorded.map(ExpectedEntry.init), checkpoint.map { ExpectedEntry($0.statement) }]
        var verifier = try LedgerVerifier(
            rows: try connect(), expected: expected.compactMap { $0 }, audit: audit)
        let chain = try verifier.ownChain()
        let total = Int(chain.newest ?? 0)
        try verifier.refuseBeforeFirst()
        if verifier.fault == nil, chain.newest != 0 {
            while try verifier.verifyPage(of: chain) { progress(verifier.entryCount, total) }
        }
        try verifier.refuseForeign()
        do throws(LedgerError) {
            try verifier.finish()
        } catch .fileDamaged {
            // Said below, by the check of the pages.
        }
        progress(verifier.entryCount, total)
        var fileFault = try verifier.fileFault()
        // A copy may lack its keys; a ledger that was written to has them.
        if fileFault == nil, recorded != nil, try !verifier.rows.holdsKeys() {
            fileFault = "the key of its node is gone, and with it the keys of its persons"
        }
        if fileFault == nil { fileFault = try nodeKeyFault(verifier.rows) }
        return LedgerVerification(
            entryCount: verifier.entryCount, headHash: verifier.headHash?.hexadecimal,
            signedSequence: verifier.signedSequence, losses: verifier.losses, fault: verifier.fault,
            fileFault: fileFault)
    }
}
