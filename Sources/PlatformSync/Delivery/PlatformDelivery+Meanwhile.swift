import AttendanceLedger
import SQLiteStore
import SiteModel

/// What is done while a request is under way, for a platform takes one at a time: earlier answers are written
/// down, and the next calls are made ready.
extension PlatformDelivery {
    /// A verdict that the platform gave and the ledger does not have yet. Forgotten in a crash: the platform
    /// is asked again then.
    struct Proof {
        let call: Int64
        let receipt: String
        let since: Uptime
    }

    /// Verdicts that are written down together.
    private static let proofsAtOnce = 8
    /// How long one may wait for others.
    private static let proofPatience = Duration.milliseconds(500)

    func meanwhile() async throws {
        let next = try nextSubmission()
        async let preparation: Void = prepare(next)
        if proofs.count >= Self.proofsAtOnce { try await writeProofs() }
        try readAhead()
        await preparation
    }

    /// What goes up next of the backlog, unless it was made ready before.
    private func nextSubmission() throws(DeliveryError) -> Submission? {
        guard openCount(isLive: false) < Self.openCallLimit, let call = try plannedCall(isLive: false),
            call.id != preparedCall, let number = units[call.team]?.number,
            let uploads = try payload(of: call)
        else { return nil }
        preparedCall = call.id
        return .attendance(teamNumber: number, uploads)
    }

    private nonisolated func prepare(_ submission: Submission?) async {
        if let submission { await adapter.prepare(submission) }
    }

    /// Whether verdicts have waited long enough for others.
    func areProofsDue(at now: Uptime) -> Bool {
        proofs.first.map { now - $0.since >= Self.proofPatience } ?? false
    }

    /// The proofs go into the ledger, and are taken in from there.
    func writeProofs() async throws {
        let written = proofs
        proofs = []
        var drafts: [EntryDraft] = []
        for proof in written {
            guard let call = calls.first(where: { $0.id == proof.call }) else { continue }
            let made = try self.drafts(proving: call.items, receipt: proof.receipt)
            // Of workers who were erased nothing is proved any more.
            if made.isEmpty { try removeErased(call) }
            drafts += made
        }
        try await record(drafts)
    }

    private func removeErased(_ call: AttendanceCall) throws(DeliveryError) {
        try file.write { () throws(SQLiteError) in
            for item in call.items { try file.count(day(of: item.at), recorded: -1) }
            try file.addToMark(.dismissed, Int64(call.items.count))
            try file.removeCall(call.id)
        }
        forget(call.id)
    }

    /// One page of the next stretch of the backlog.
    private func readAhead() throws(DeliveryError) {
        guard let part = backlogPart()?.part else { return }
        var read = ahead.flatMap { $0.range == part ? $0 : nil } ?? PassesAhead(of: part)
        ahead = nil
        if !read.isWhole { try read.readPage(with: maker) }
        ahead = read
    }
}
