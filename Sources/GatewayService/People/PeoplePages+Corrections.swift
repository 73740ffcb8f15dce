import AttendanceLedger
import LocalWeb
import PersonnelChanges
import PlatformSync
import SiteModel

// Corrections of attendance beside what they put right, and the site manager's word on them.
extension PeoplePages {
    var correctionClosures: OfficeCorrections { OfficeCorrections(list: corrections, judge: judge) }

    @Sendable private func corrections(_ isOfAll: Bool, _ limit: Int) async throws -> CorrectionList {
        let content = await people.latest()
        let book = content.corrections
        let chosen = isOfAll ? book.corrections.reversed() : book.unconfirmed
        let read = try await onLedgerThread { [self] () -> Result<[CorrectionLine], LedgerError> in
            Result { () throws(LedgerError) in
                try lines(Array(chosen.prefix(limit)), in: content, isRevealed: false)
            }
        }
        return CorrectionList(
            lines: try read.get(), totalCount: chosen.count, openCount: book.openCount,
            objectedCount: book.unconfirmed.count - book.openCount)
    }

    @Sendable private func judge(_ order: CorrectionOrder) async -> PeopleOutcome {
        await written { () throws(PersonnelError) in
            let entry = try await personnel.judge(
                CorrectionJudged(
                    correction: order.correction, verdict: order.verdict, by: order.by, words: order.words),
                names: [order.by, order.displayName])
            _ = await people.content(upTo: entry)
            return []
        }
    }

    /// Blocks while it reads what each correction names.
    func lines(
        _ corrections: [TrackedCorrection], in content: PeopleBook.Content, isRevealed: Bool
    ) throws(LedgerError) -> [CorrectionLine] {
        var lines: [CorrectionLine] = []
        for tracked in corrections {
            guard let member = content.roster.member(tracked.worker) else { continue }
            let original = try original(of: tracked.correction)
            let worker = member.worker
            let words = { (text: String) in isRevealed ? text : text.masking(worker) }
            lines.append(
                CorrectionLine(
                    correction: tracked.sequence, worker: member.id,
                    name: isRevealed ? worker.name : worker.maskedName, team: worker.team,
                    action: tracked.correction.action, original: original,
                    passes: tracked.correction.passes.map {
                        CorrectionLine.Pass(at: $0.at, direction: $0.direction)
                    },
                    by: tracked.correction.by, reason: words(tracked.correction.reason),
                    recordedAt: time.corrected(tracked.recorded).instant,
                    standing: tracked.judgement.map {
                        .judged(
                            $0.verdict, by: $0.by, at: time.corrected($0.recorded).instant,
                            words: words($0.words))
                    } ?? .open))
        }
        return lines
    }

    /// What a reader saw; nil of a pass that none did, and of another node's, which only that node has.
    private func original(of correction: Correction) throws(LedgerError) -> CorrectionLine.Pass? {
        guard let target = correction.target, let entry = try reader.entry(target.sequence),
            entry.origin == target.origin, entry.kind == .attendance || entry.kind == .rawRead,
            // try?: an entry that cannot be read is the evidence watch's.
            let record = try? AttendanceRecord(encoded: entry.body)
        else { return nil }
        return CorrectionLine.Pass(
            at: time.corrected(entry.clock).instant, direction: record.direction, lane: record.reader.lane,
            decision: record.decisionWords(isRepeat: entry.kind == .rawRead))
    }
}

extension AttendanceRecord {
    func decisionWords(isRepeat: Bool) -> BoardWords {
        if isRepeat { return BoardWords("重复读卡，不计", "A repeat; does not count") }
        guard let reason else { return BoardWords("放行", "Let through") }
        let words = reason.words
        return isOpened
            ? BoardWords("\(words.chinese)，已放行", "\(words.english), let out")
            : BoardWords("拒绝：\(words.chinese)", "Refused: \(words.english)")
    }
}
