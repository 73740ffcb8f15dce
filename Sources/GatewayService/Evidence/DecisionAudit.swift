import AccessControl
import AttendanceLedger
import SiteModel

/// Decides every stored record again, by the policy it names and the facts it stores.
struct DecisionAudit {
    private var policies: [Key: AccessPolicy] = [:]
    /// Origins that lost entries: what waited in the reserve meanwhile may name some that are gone.
    private var originsWithLoss: Set<LedgerOrigin> = []
    private var newcomers: [LedgerOrigin: StagedNewcomers] = [:]

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
            case .rosterApplied:
                if let stage = try RosterApplied(encoded: entry.body).stage {
                    newcomers[entry.origin, default: StagedNewcomers()].follow(stage, at: entry.sequence)
                }
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
            record.standing.contains(.known) == (entry.subject != nil),
            entry.subject.map({ isOnRoster($0, at: record.rosterPosition) }) ?? true
        else { return record.isLate && originsWithLoss.contains(entry.origin) }
        let isOpened =
            entry.kind == .attendance && !record.isTimeUncertain
            && (record.reason == nil || record.direction == .leaving)
        guard record.isOpened || !record.awaitsPassage else { return false }
        return policy.agrees(with: record, worker: entry.subject) && record.isOpened == isOpened
    }

    /// Nobody is known by an import that had not ended.
    private func isOnRoster(_ worker: WorkerID, at position: LedgerSequence) -> Bool {
        guard let origin = newcomers.keys.first(where: { $0.tag == worker.originTag }) else { return true }
        return newcomers[origin]?.admits(worker.sequence, at: position) ?? true
    }
}

/// Which sequences of an origin belong to staged imports, and at which entry those took effect: told from
/// clear bodies alone. A newcomer's id carries the sequence of the entry that brought them.
private struct StagedNewcomers {
    private struct Piece {
        let range: ClosedRange<Int64>
        /// Nil: not yet, or never.
        var effectiveFrom: LedgerSequence?
    }

    /// Ascending.
    private var pieces: [Piece] = []
    private var importedAfter = LedgerSequence(0)
    /// The first piece of the import that is not ended.
    private var firstOpen = 0

    mutating func follow(_ stage: ImportStage, at sequence: LedgerSequence) {
        if stage.importedAfter != importedAfter { firstOpen = pieces.count }
        importedAfter = stage.importedAfter
        if stage.isEnd {
            for index in firstOpen..<pieces.count { pieces[index].effectiveFrom = sequence }
            firstOpen = pieces.count
        } else {
            let first = sequence.rawValue + 1
            let range = first...(first + Int64(stage.waitingCount) - 1)
            pieces.append(Piece(range: range, effectiveFrom: nil))
        }
    }

    func admits(_ sequence: LedgerSequence, at position: LedgerSequence) -> Bool {
        var (low, high) = (0, pieces.count)
        while low < high {
            let middle = (low + high) / 2
            if pieces[middle].range.upperBound < sequence.rawValue { low = middle + 1 } else { high = middle }
        }
        guard low < pieces.count, pieces[low].range.contains(sequence.rawValue) else { return true }
        return pieces[low].effectiveFrom.map { $0 <= position } ?? false
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
