import AccessControl
import AttendanceLedger
import SiteModel

/// Decides every stored record again, by the policy it names and the facts it stores.
struct DecisionAudit {
    private var policies: [Key: AccessPolicy] = [:]
    /// Origins that lost entries: what waited in the reserve meanwhile may name some that are gone.
    private var originsWithLoss: Set<LedgerOrigin> = []

    private struct Key: Hashable {
        let origin: LedgerOrigin
        let sequence: LedgerSequence
    }

    /// Takes the entries of a ledger in their order.
    ///
    /// - Returns: what is wrong with the entry; nil when its decision is the one that its inputs give.
    mutating func check(_ entry: LedgerEntry) -> ChainFault.Reason? {
        do throws(CanonicalDecodingError) {
            switch entry.kind {
            case .policyApplied:
                policies[Key(origin: entry.origin, sequence: entry.sequence)] =
                    AccessPolicy(try PolicyApplied(encoded: entry.body))
                return nil
            case .entriesLost:
                originsWithLoss.insert(entry.origin)
                return nil
            case .attendance, .rawRead:
                return agrees(try AttendanceRecord(encoded: entry.body), of: entry) ? nil : .decisionDiffers
            default: return nil
            }
        } catch {
            return .unreadable
        }
    }

    private func agrees(_ record: AttendanceRecord, of entry: LedgerEntry) -> Bool {
        guard let policy = policies[Key(origin: entry.origin, sequence: record.policy)],
            record.rosterPosition < entry.sequence,
            record.standing.contains(.known) == (entry.subject != nil)
        else { return record.isLate && originsWithLoss.contains(entry.origin) }
        let isOpened =
            entry.kind == .attendance && !record.isTimeUncertain
            && (record.reason == nil || record.direction == .leaving)
        return policy.agrees(with: record, worker: entry.subject) && record.isOpened == isOpened
    }
}

extension LedgerReader {
    /// The whole verification: rows, hashes, signatures, seals and decisions.
    func verifyWithDecisions(
        against checkpoint: SignedCheckpoint? = nil,
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws(LedgerError) -> LedgerVerification {
        var audit = DecisionAudit()
        return try withoutActuallyEscaping(
            { audit.check($0) },
            do: { check throws(LedgerError) in
                try verify(against: checkpoint, audit: check, progress: progress)
            })
    }
}
