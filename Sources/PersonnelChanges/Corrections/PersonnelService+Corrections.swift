import AttendanceLedger
public import SiteModel

extension PersonnelService {
    /// The site manager confirms a correction or objects to it. When it returns, that is on disk.
    ///
    /// - Parameter names: of whoever judges, by any of which the correction may say who made it: account and
    ///   display name.
    /// - Throws: `PersonnelError.refused` when there is no such correction, it is confirmed already, whoever
    ///   judges made it, or an objection does not say why.
    public func judge(
        _ judged: CorrectionJudged, names: Set<String>
    ) async throws(PersonnelError) -> LedgerSequence {
        // Of two who judge the same correction the second sees what the first said.
        await takeTurn()
        defer { passTurn() }
        let content = try await presentContent()
        guard let found = content.corrections.correction(judged.correction) else {
            throw .refusal(
                "条目 \(judged.correction) 不是考勤更正", "entry \(judged.correction) is no correction")
        }
        guard !found.isConfirmed else {
            throw .refusal(
                "更正 \(judged.correction) 已经确认过", "correction \(judged.correction) is confirmed already")
        }
        guard !names.contains(found.correction.by) else {
            throw .refusal(
                "更正人不能确认自己的更正", "whoever made a correction cannot judge it")
        }
        guard judged.words.count <= CorrectionJudged.wordLimit else {
            throw .refusal(
                "说明不超过 \(CorrectionJudged.wordLimit) 字",
                "say it in at most \(CorrectionJudged.wordLimit) characters")
        }
        guard judged.verdict == .confirmed || !judged.words.isEmpty else {
            throw .refusal("提出异议请说明原因", "an objection says why")
        }
        return try await append([
            EntryDraft(
                judged, kind: .correctionJudged, subject: .worker(found.worker), clock: clock.now())
        ])
    }
}
