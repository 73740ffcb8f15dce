import AttendanceLedger
public import SiteModel

extension PersonnelService {
    /// Carries out what a person asked for, all of it or nothing: somebody joins, leaves, moves, changes.
    ///
    /// When it returns, the changes are on disk and the lanes decide by them. What is asked for and is so
    /// already writes nothing.
    ///
    /// - Parameters:
    ///   - ages: of the policy: nobody younger is enrolled.
    /// - Throws: `PersonnelError`; nothing was written but for `.lanesBehind`.
    public func change(
        _ request: ChangeRequest, siteOffsetMilliseconds: Int64,
        ages: AgeLimits = AgeLimits()
    ) async throws(PersonnelError) -> ChangeOutcome {
        // Between the pieces of an import that is under way, too: a leaver waits for none.
        await takeTurn()
        defer { passTurn() }
        let content = try await presentContent()
        let roster = content.roster
        let site = content.site
        let reading = clock.now()
        let calendar = SiteCalendar(now: instant(reading), offsetMilliseconds: siteOffsetMilliseconds)
        let plan = try await onOwnThread { () -> Result<ChangePlan, PersonnelError> in
            Result { () throws(PersonnelError) in
                try ChangePlan(
                    request, against: roster, site: site, clock: reading, calendar: calendar,
                    ages: ages)
            }
        }
        noteSingle(plan.drafts)
        let entries = try await commit(plan.drafts, basis: plan.basis)
        return ChangeOutcome(try entries.written(by: plan.drafts), warnings: plan.warnings)
    }

    /// An officer entered a change into the platform by hand: its clock stops. What they attached stands
    /// just before it, in one commit.
    ///
    /// - Throws: `PersonnelError.refused` when there is no such change, it is confirmed already, or the
    ///   attachment cannot be kept.
    public func confirm(_ request: ConfirmationRequest) async throws(PersonnelError) -> LedgerSequence {
        await takeTurn()
        defer { passTurn() }
        let content = try await presentContent()
        guard let change = content.changes.change(request.change) else {
            throw .refusal(
                "条目 \(request.change) 不是人员变动",
                "entry \(request.change) is no change of personnel (muster changes lists them)")
        }
        guard !change.state.isConfirmed else {
            throw .refusal(
                "变动 \(request.change) 已经确认过", "change \(request.change) is confirmed already")
        }
        guard !request.reference.isEmpty, !request.by.isEmpty else {
            throw .refusal(
                "请填写平台显示的编号或说明，以及录入人", "say what the platform shows for it, and who entered it")
        }
        let file = try request.file()
        let confirmed = ChangeConfirmed(
            change: request.change, reference: request.reference, by: request.by,
            attachmentDigest: file.map { EvidenceDigest.digest($0.bytes) }, isAttached: file != nil)
        let (subject, clock) = (EntrySubject.worker(change.worker), clock.now())
        var drafts = [EntryDraft(confirmed, kind: .changeConfirmed, subject: subject, clock: clock)]
        if let file {
            drafts.insert(EntryDraft(file, kind: .workerFile, subject: subject, clock: clock), at: 0)
        }
        return try await append(drafts)
    }

    /// The site, a company or a crew says something new of itself, or a privacy notice is published.
    ///
    /// - Throws: `PersonnelError.refused` for a notice that is empty, too long, or of a version there is.
    public func put(
        _ body: some EntryBody, kind: LedgerEntryKind
    ) async throws(PersonnelError) -> LedgerSequence {
        precondition([.siteProfile, .employerProfile, .teamProfile, .noticePublished].contains(kind))
        // Of two notices of one version the second is refused.
        await takeTurn()
        defer { passTurn() }
        if let notice = body as? NoticePublished {
            let site = try await presentContent().site
            if let fault = site.fault(of: notice) { throw .refused([fault]) }
        }
        return try await append([EntryDraft(body, kind: kind, clock: clock.now())])
    }

    /// Everything as the ledger has it now.
    public func presentContent() async throws(PersonnelError) -> PeopleBook.Content {
        if let people {
            let head = try reporting { () throws(LedgerError) in try reader.head()?.sequence }
            if let content = await people.content(upTo: head ?? LedgerSequence(0)) { return content }
            // The book cannot follow, and says so in health: the ledger itself is asked.
        }
        return try await onOwnThread { [reader] () -> Result<PeopleBook.Content, PersonnelError> in
            Result { () throws(PersonnelError) in try PeopleBook.Content.folded(from: reader) }
        }
    }

    /// Writes entries that the lanes do not decide by, in one commit.
    ///
    /// - Returns: the number of the last one.
    func append(_ drafts: [EntryDraft]) async throws(PersonnelError) -> LedgerSequence {
        do throws(LedgerError) {
            return try await ledger.append(drafts)[drafts.count - 1].sequence
        } catch {
            throw .ledger(error)
        }
    }

    private func reporting<Value>(
        _ body: () throws(LedgerError) -> Value
    ) throws(PersonnelError) -> Value {
        do throws(LedgerError) { return try body() } catch { throw .ledger(error) }
    }
}

extension [LedgerEntry] {
    /// What these entries, of these drafts, tell of changes.
    fileprivate func written(
        by drafts: [EntryDraft]
    ) throws(PersonnelError) -> [ChangeOutcome.Written] {
        var written: [ChangeOutcome.Written] = []
        for (entry, draft) in zip(self, drafts) where entry.kind == .personnelChange {
            guard let worker = entry.subject else { continue }
            do throws(CanonicalDecodingError) {
                let change = try PersonnelChange(encoded: draft.body)
                written.append(
                    ChangeOutcome.Written(
                        sequence: entry.sequence, worker: worker, kind: change.kind, dueAt: change.dueAt))
            } catch {
                throw .damagedEntry(entry.sequence)
            }
        }
        return written
    }
}

extension ChangeOutcome {
    init(_ written: [Written], warnings: [Refusal]) {
        self.written = written
        self.warnings = warnings
    }
}
