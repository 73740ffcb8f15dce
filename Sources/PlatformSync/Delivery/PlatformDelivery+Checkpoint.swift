import AttendanceLedger
import SiteModel

/// What platforms confirmed is signed where it stands. Not behind each answer: of a backlog there are many a
/// second, and one signature vouches for all before it.
extension PlatformDelivery {
    /// When the confirmations since the last checkpoint are signed; nil: there are none.
    var checkpointDue: Uptime? {
        guard isCheckpointWanted else { return nil }
        return checkpointedAt.map { $0 + policy.checkpointPause } ?? uptime
    }

    /// Writes answers down and takes them in from there.
    func record(_ drafts: [EntryDraft]) async throws {
        var drafts = drafts
        if drafts.contains(where: { Self.isAnswer($0.kind) }) { isCheckpointWanted = true }
        if let due = checkpointDue, due <= uptime {
            drafts.append(.checkpoint(at: clock.now()))
            (isCheckpointWanted, checkpointedAt) = (false, uptime)
        }
        _ = try await ledger.append(drafts)
        while try takeIn() {}
    }

    /// - Returns: whether one was due.
    func signWhatWasConfirmed() async throws -> Bool {
        guard let due = checkpointDue, due <= uptime else { return false }
        try await record([])
        return true
    }

    private static func isAnswer(_ kind: LedgerEntryKind) -> Bool {
        switch kind {
        case .attendanceConfirmed, .payrollConfirmed, .deliveryAnswered: true
        default: false
        }
    }
}
