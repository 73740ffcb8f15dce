import SQLiteStore
import SiteModel

/// What must hold of an entry beyond its place in the chain: a checkpoint vouches for the entry before it, a
/// sealed body opens, and whatever the audit asks.
struct EntryCheck {
    private let rows: EntryRows
    private let audit: (LedgerEntry) -> ChainFault.Reason?
    /// Nil when this copy holds no keys at all, or their pages are damaged: then no key of anybody is missed.
    private let erased: Set<WorkerID>?

    init(rows: EntryRows, audit: @escaping (LedgerEntry) -> ChainFault.Reason?) throws(LedgerError) {
        self.rows = rows
        self.audit = audit
        do throws(LedgerError) {
            erased = try rows.holdsKeys() ? try rows.erasedWorkers() : nil
        } catch .fileDamaged {
            // The check of the file's pages says it; the entries are walked all the same.
            erased = nil
        }
    }

    /// - Parameters:
    ///   - previous: the head before the entry.
    ///   - publicKey: of the entry's origin.
    func reason(
        against entry: LedgerEntry, after previous: ChainHead, publicKey: [UInt8]
    ) throws(LedgerError) -> ChainFault.Reason? {
        if entry.kind == .checkpoint, !Self.vouches(entry, for: previous, publicKey: publicKey) {
            return .signatureWrong
        }
        if entry.isUnsealed { return .unsealed }
        if entry.sealing == .workerKey, let reason = try sealReason(entry) { return reason }
        return audit(entry)
    }

    private static func vouches(_ entry: LedgerEntry, for previous: ChainHead, publicKey: [UInt8]) -> Bool {
        // try?: a body that is no checkpoint vouches for nothing.
        guard let checkpoint = try? SignedCheckpoint(encoded: entry.body) else { return false }
        let statement = checkpoint.statement
        return statement.origin == entry.origin && statement.sequence == previous.sequence
            && statement.hash == previous.hash && statement.publicKey == publicKey
            && checkpoint.isSignatureValid
    }

    private func sealReason(_ entry: LedgerEntry) throws(LedgerError) -> ChainFault.Reason? {
        guard let keys = rows.keys, let erased, let worker = entry.subject else { return nil }
        do throws(LedgerError) {
            guard let key = try keys.key(of: worker, on: rows.connection) else {
                // An officer may erase somebody while the ledger is verified.
                if erased.contains(worker) { return nil }
                return try rows.erasedWorkers().contains(worker) ? nil : .keyMissing
            }
            keys.trim()
            return Seal.open(entry.body, with: key, in: entry.sealContext) == nil ? .sealBroken : nil
        } catch .fileDamaged {
            return .sealBroken
        }
    }
}
