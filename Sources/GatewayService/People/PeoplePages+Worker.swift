import AttendanceLedger
import LocalWeb
import PersonnelChanges
import SiteModel

// The page of one worker.
extension PeoplePages {
    @Sendable func worker(_ id: WorkerID, isRevealed: Bool) async throws -> WorkerFacts? {
        let content = await people.latest()
        let read = try await onLedgerThread { [self] () -> Result<WorkerFacts?, LedgerError> in
            Result { () throws(LedgerError) in try facts(of: id, in: content, isRevealed: isRevealed) }
        }
        return try read.get()
    }

    private func facts(
        of id: WorkerID, in content: PeopleBook.Content, isRevealed: Bool
    ) throws(LedgerError) -> WorkerFacts? {
        let calendar = calendar
        guard
            let sheet = WorkerSheet(
                of: id.description, in: content, calendar: calendar, corrected: time.corrected,
                isRevealed: isRevealed)
        else { return nil }
        let sources = try sources(of: id)
        var line = PersonLine(sheet.member, at: calendar.instant)
        if isRevealed { line.name = sheet.member.worker.name }
        var changes: [ChangeLine] = []
        for change in sheet.changes.reversed() {
            changes.append(
                ChangeLine(
                    change, name: line.name,
                    words: { isRevealed ? $0 : $0.masking(sheet.member.worker) },
                    source: sources[change.sequence],
                    byHand: try byHand(change, of: sheet.member.worker, isRevealed: isRevealed),
                    at: calendar.instant, time.corrected))
        }
        return WorkerFacts(
            line: line, facts: sheet.fields.fields.compactMap(WorkerFacts.Fact.init),
            items: EnrolmentItem.allCases.map {
                WorkerFacts.Item(BoardWords($0.words), isThere: !sheet.enrolment.missing.contains($0))
            },
            enrolmentElapsed: sheet.enrolment.deadline?.elapsed(at: calendar.instant),
            hasPhoto: sheet.member.worker.dossier.photo != nil, hasCard: sheet.member.worker.card != nil,
            lacksLeaverConfirmation: line.hasLeft
                && sheet.changes.last { $0.kind == .left }?.isConfirmedByLeaver == false,
            changes: changes,
            corrections: try lines(
                content.corrections.corrections(of: sheet.member.id).reversed(), in: content,
                isRevealed: isRevealed),
            files: try reader.files(of: id, corrected: time.corrected).map { kept in
                WorkerFacts.File(
                    entry: kept.sequence, words: BoardWords(kept.file.purpose.words),
                    byteCount: kept.file.bytes.count, recordedAt: kept.recordedAt)
            })
    }

    /// Who brought each change of a worker.
    private func sources(of id: WorkerID) throws(LedgerError) -> [LedgerSequence: String] {
        var sources: [LedgerSequence: String] = [:]
        for entry in try reader.personnelEntries(of: id) where entry.kind == .personnelChange {
            // try?: the fold has read it already; an entry that is damaged since is the evidence watch's.
            guard let opened = try reader.opened(entry),
                let change = try? PersonnelChange(encoded: opened.body)
            else { continue }
            sources[entry.sequence] = change.source
        }
        return sources
    }
}

extension WorkerFacts.Fact {
    /// Nil when nothing is known.
    init?(_ field: FieldList.Field) {
        guard let value = field.value else { return nil }
        let english = field.name.split(separator: "_").map { $0 == "id" ? "ID" : String($0) }
            .joined(separator: " ")
        self.init(
            BoardWords(field.words, english.prefix(1).uppercased() + english.dropFirst()),
            field.shown.map { BoardWords($0.chinese, $0.english) } ?? Self.words(of: field.name, value))
    }

    private static func words(of name: String, _ value: String) -> BoardWords {
        switch name {
        case "role": value == "manager" ? BoardWords("管理人员", "Manager") : BoardWords("建筑工人", "Worker")
        case "contract_kind":
            WorkContract.Kind.allCases.first { $0.name == value }.map { BoardWords($0.words) }
                ?? BoardWords(value, value)
        case "pay_basis":
            WorkContract.PayBasis.allCases.first { $0.name == value }.map { BoardWords($0.words) }
                ?? BoardWords(value, value)
        default: BoardWords(value, value)
        }
    }
}
