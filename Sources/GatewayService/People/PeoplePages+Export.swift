import AttendanceLedger
import LocalWeb
import PersonnelChanges
import Reports
import SiteModel

// Files to take along, made by the code of the commands.
extension PeoplePages {
    @Sendable func export(_ order: ExportOrder) async throws -> ExportOutcome {
        if order.kind == .evidence { return await evidence(order) }
        let content = await people.latest()
        let made = try await onLedgerThread { [self] () -> Result<ExportOutcome, PersonnelError> in
            Result { () throws(PersonnelError) in try table(order, of: content) }
        }
        do throws(PersonnelError) { return try made.get() } catch { return .refused(error.sentences) }
    }

    /// A worker's copy of their own data; nil when there is no such worker.
    @Sendable func copy(of worker: WorkerID) async throws -> [UInt8]? {
        let copy = WorkerCopy(
            reader: reader, content: await people.latest(), calendar: calendar, corrected: time.corrected,
            siteName: siteName)
        let made = try await onLedgerThread { () -> Result<[UInt8]?, LedgerError> in
            Result { () throws(LedgerError) in try copy.html(of: worker) }
        }
        return try made.get()
    }

    private func table(
        _ order: ExportOrder, of content: PeopleBook.Content
    ) throws(PersonnelError) -> ExportOutcome {
        let calendar = calendar
        let format: RosterFileFormat = order.isWorkbook ? .xlsx : .csv
        let language: RosterListing.HeaderLanguage = order.isInEnglish ? .english : .chinese
        let terms = PeopleTableTerms(
            month: order.month.map { ($0.year, $0.month) }, team: order.team, calendar: calendar,
            corrected: time.corrected, language: language)
        var (bytes, count) = ([UInt8](), 0)
        switch order.kind {
        case .roster:
            let members = content.roster.members.filter { order.team == nil || $0.worker.team == order.team }
            bytes = try RosterListing(
                isRevealed: order.isRevealed, siteOffsetMilliseconds: siteOffsetMilliseconds
            ).file(format, members, headers: language)
            count = order.isRevealed ? members.count : 0
        case .changes: bytes = try PeopleTable(changesOf: content, terms).file(format, headers: language)
        case .enrolment: bytes = try PeopleTable(enrolmentsOf: content, terms).file(format, headers: language)
        case .corrections:
            bytes = try PeopleTable(correctionsOf: content, terms).file(format, headers: language)
        case .evidence: preconditionFailure("evidence is no table")
        }
        let isOfMonth = order.kind == .changes || order.kind == .corrections
        let period = isOfMonth ? order.month?.text ?? "all" : calendar.today.description
        return .file(
            bytes: bytes, name: "muster-\(order.kind.rawValue)-\(period).\(format.rawValue)",
            workerCount: count, worker: nil)
    }

    private func evidence(_ order: ExportOrder) async -> ExportOutcome {
        guard let from = CivilDate(iso8601: order.from), let to = CivilDate(iso8601: order.to) else {
            return .refused([BoardWords("请填写起止日期。", "Say the first and the last day.")])
        }
        do throws(BundleError) {
            let content = await people.latest()
            let asked = try BundleRequest.Worker(order.worker)
            let member =
                switch asked {
                case .id(let id): content.roster.member(id)
                case .number(let number): content.roster.member(number)
                }
            guard let member else { throw .workerUnknown }
            let bytes = try await bundles.bundle(
                try BundleRequest(
                    worker: .id(member.id), from: from, to: to, isRevealed: order.isRevealed,
                    isKeyWithheld: !order.isRevealed))
            return .file(
                bytes: bytes, name: "muster-evidence-\(member.id)-\(from)-\(to).zip",
                workerCount: order.isRevealed ? 1 : 0, worker: member.id)
        } catch {
            return .refused([error.sentence])
        }
    }
}

extension BundleError {
    fileprivate var sentence: BoardWords {
        switch self {
        case .workerUnreadable:
            BoardWords("请填写人员编号（如 cc0eee-2）或证件号码。", "Say an id such as cc0eee-2, or an identity number.")
        case .workerUnknown: BoardWords("没有这名人员。", "There is no such worker.")
        case .daysTurned: BoardWords("止日不能早于起日。", "The last day lies before the first.")
        case .spanEmpty: BoardWords("所选日期内没有记录。", "Nothing was recorded on those days.")
        case .tooManyEntries: BoardWords("记录过多，请缩短日期。", "Too many entries: choose fewer days.")
        case .ledger(let error): .ledgerCannotWrite(error)
        case .archive: BoardWords("证据包未能生成：打包失败。", "No bundle was made: \(self).")
        }
    }
}
