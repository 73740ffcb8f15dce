import AccessControl
import AttendanceLedger
import SiteModel

/// Imports too large for one commit, which swipes would have to wait for.
extension PersonnelService {
    /// Pieces for which the turn is taken once: a single change waits for so many.
    private static let piecesInTurn = 8

    /// Writes the changes in pieces, each announced by a `rosterApplied` that makes them wait, and then the
    /// `rosterApplied` at which all of them take effect (decision 0012).
    ///
    /// - Throws: `PersonnelError`; what was written waits for an end that never comes and has no effect.
    func stage(
        _ plan: RosterPlan, progress: @Sendable (_ done: Int, _ total: Int) -> Void
    ) async throws(PersonnelError) {
        footprint = plan.footprint
        isImportVoid = false
        defer {
            footprint = nil
            importProgress = nil
        }
        let importedAfter = try await newestSequence()
        var done = 0
        while done < plan.changes.count {
            var pieces: [[EntryDraft]] = []
            let basis = done == 0 ? plan.basis : nil
            while pieces.count < Self.piecesInTurn, done < plan.changes.count {
                let piece = plan.changes[done..<min(done + pieceChangeCount, plan.changes.count)]
                let stage = ImportStage(importedAfter: importedAfter, waitingCount: piece.count)
                pieces.append([plan.applied(stage)] + piece)
                done += piece.count
            }
            try await write(pieces: pieces, basis: basis)
            importProgress = (done, plan.changes.count)
            progress(done, plan.changes.count)
        }
        let end = ImportStage(importedAfter: importedAfter, waitingCount: 0)
        try await write([plan.applied(end)], isEnd: true)
        await followToTheirTeams(plan)
    }

    /// Waits for its turn and commits the pieces. Those that are on disk are taken in, also when one behind
    /// them failed.
    private func write(pieces: [[EntryDraft]], basis: LedgerSequence?) async throws(PersonnelError) {
        await takeTurn()
        defer { passTurn() }
        try check(basis)
        let written = await ledger.append(pieces: pieces)
        try await decide(by: written.pieces.flatMap(\.self), of: pieces.flatMap(\.self))
        if let failure = written.failure { throw .ledger(failure) }
    }

    /// Names the import: no entry of an earlier one stands behind it, also none whose commit seemed to fail.
    private func newestSequence() async throws(PersonnelError) -> LedgerSequence {
        do throws(LedgerError) {
            try await ledger.settle()
            return try reader.head()?.sequence ?? LedgerSequence(0)
        } catch {
            throw .ledger(error)
        }
    }

    /// Whoever is inside and changed team is counted with the new one.
    private func followToTheirTeams(_ plan: RosterPlan) async {
        guard let index, let presence else { return }
        for draft in plan.changes {
            guard case .worker(let id) = draft.subject, let worker = index.worker(id) else { continue }
            presence.move(worker: worker.id, to: worker.team)
        }
    }
}
