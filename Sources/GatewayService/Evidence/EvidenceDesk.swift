import AccessControl
import AttendanceLedger
import PersonnelChanges
import SiteModel

/// Where a person puts the evidence right or takes it along: checkpoints, corrections, the end of the
/// project, erasure. Everything is an entry; nothing is edited.
struct EvidenceDesk: Sendable {
    /// Order 724, Article 28(3): kept until three years after the project is completed and paid.
    static let retentionYears = 3

    let ledger: LedgerWriter
    let reader: LedgerReader
    /// Nil for a command that works on the ledger while no service runs.
    let index: WorkerIndex?
    let clock: any SiteClock
    let siteOffsetMilliseconds: Int64
    /// Reads of identity documents; nil without site key.
    let reads: CardReads?

    /// Signs where the chain stands, in an entry of its own.
    func checkpoint() async throws(EvidenceError) -> CheckpointFile {
        let entry = try await append([.checkpoint(at: clock.now())])[0]
        do throws(CanonicalDecodingError) {
            return CheckpointFile(try SignedCheckpoint(encoded: entry.body))
        } catch {
            preconditionFailure("the ledger wrote a checkpoint that is none")
        }
    }

    /// One entry for each worker, all in one commit.
    func correct(_ request: CorrectionRequest) async throws(EvidenceError) -> EvidenceAnswer {
        let present = clock.now()
        let roster = try await roster()
        let workers = try members(of: request, in: roster, at: present.wall)
        try check(request, for: workers, at: present)
        let target =
            request.action == .added
            ? nil : Correction.Target(origin: ledger.origin, sequence: request.target)
        let correction = Correction(
            action: request.action, target: target, passes: request.passes, by: request.by,
            reason: request.reason)
        let entries = try await append(
            workers.map {
                EntryDraft(correction, kind: .correction, subject: .worker($0.id), clock: present)
            })
        let (first, last) = (entries[0].sequence, entries[entries.count - 1].sequence)
        let numbers = first == last ? "entry \(first)" : "entries \(first) to \(last)"
        return EvidenceAnswer(
            words: "\(request.action.name) for \(entries.count) of the roster, \(numbers); "
                + "the originals stay as they are",
            entries: entries.map(\.sequence))
    }

    /// Records that the project is completed and paid: retention runs from that day.
    ///
    /// - Throws: `.refused` for a day that has not come, or on which somebody passed afterwards.
    func complete(_ completed: ProjectCompleted) async throws(EvidenceError) -> EvidenceAnswer {
        try refuse(completedOn: completed.on)
        let entries = try await append([
            EntryDraft(completed, kind: .projectCompleted, clock: clock.now())
        ])
        return EvidenceAnswer(
            words: "completed and paid on \(completed.on): workers may be erased from "
                + "\(Self.retentionEnd(of: completed.on)) on", entries: entries.map(\.sequence))
    }

    /// Destroys the key of a worker. Their entries stay and verify; nobody can read them any more.
    func erase(_ request: ErasureRequest) async throws(EvidenceError) -> EvidenceAnswer {
        let member = try Self.member(request.worker, in: try await roster())
        if let refusal = try retentionRefusal(), !request.isForced { throw refusal }
        let name = member.worker.name
        let erased = WorkerErased(
            isForced: request.isForced, by: request.by,
            reason: ClearWords.masked(request.reason, without: name))
        let entries = try await append([
            EntryDraft(
                erased, kind: .workerErased, subject: .worker(member.id), clock: clock.now())
        ])
        do throws(AccessControlError) {
            for entry in entries { _ = try index?.apply(entry) }
        } catch {
            throw .refusal(
                "\(member.id) 已销毁，但闸机尚未更新：请重启服务",
                "\(member.id) is erased, but the lanes still know them: restart the service")
        }
        let rest =
            ledger.isErasurePending
            ? "the log still holds the key until its readers are done; status tells"
            : "no copy of it is left in this ledger"
        var kept = reader.replacedLedgers?.destroyKey(of: member.id) ?? []
        kept += reader.leftovers?.remove() ?? []
        do throws(LedgerError) {
            try await reads?.forget(member.worker.idNumber)
        } catch {
            kept.append(CardReads.fileName)
        }
        let others = kept.isEmpty ? "" : ". DELETE \(kept.joined(separator: ", ")): the key may stand there"
        return EvidenceAnswer(
            words:
                "\(member.id): the key is destroyed, \(rest)\(others). Backups made with keys still hold it",
            entries: entries.map(\.sequence))
    }

    /// A day that was put back shortens what the records are kept for. Where nobody vouches for the clock
    /// nothing is compared.
    private func refuse(completedOn day: CivilDate) throws(EvidenceError) {
        let present = clock.now()
        guard present.isSynchronised else { return }
        let today = present.wall.day(offsetMilliseconds: siteOffsetMilliseconds)
        guard day <= today else {
            throw .refusal("\(day) 还没有到（今天 \(today)）", "\(day) has not come yet: today is \(today)")
        }
        let newest = try reporting { () throws(LedgerError) in
            try reader.newestAttendance(limit: Self.lookedBackAt)
        }
        // A card that was refused is nobody's day.
        guard let last = newest.compactMap(passDay).max() else { return }
        guard day >= last || last > today else {
            throw .refusal(
                "\(last) 还有考勤记录：完工日期不能早于最后一次考勤",
                "somebody passed on \(last): a project is not completed before its newest attendance")
        }
    }

    /// The day on which somebody passed; nil when nobody did, or nobody vouches for the day.
    private func passDay(_ entry: LedgerEntry) -> CivilDate? {
        // try?: the verification names a record that cannot be read.
        guard entry.kind == .attendance, entry.clock.isSynchronised,
            let record = try? AttendanceRecord(encoded: entry.body), record.isPass
        else { return nil }
        return entry.clock.wall.day(offsetMilliseconds: siteOffsetMilliseconds)
    }

    /// Refused cards and unsure clocks before the newest pass.
    private static let lookedBackAt = 4_096

    /// Why nobody may be erased yet; nil when they may.
    private func retentionRefusal() throws(EvidenceError) -> EvidenceError? {
        let advice = "--force with a reason does it all the same, and the reason is recorded"
        let chineseAdvice = "--force 并说明原因仍可执行，原因会写入记录"
        guard let entry = try reporting({ () throws(LedgerError) in try reader.projectCompleted() }),
            // try?: an entry that cannot be read is none.
            let completed = try? ProjectCompleted(encoded: entry.body)
        else {
            return .refusal(
                "记录保存至项目完工并结清后三年，而台账中没有完工记录（muster ledger complete）；\(chineseAdvice)",
                "records are kept until three years after the project is completed and paid, and no "
                    + "completion is recorded (muster ledger complete); \(advice)")
        }
        let present = clock.now()
        let end = Self.retentionEnd(of: completed.on)
        guard present.isSynchronised else {
            return .refusal(
                "时钟未校准，而记录须保存至 \(end)；\(chineseAdvice)",
                "nobody vouches for the clock, and records are kept until \(end); \(advice)")
        }
        guard present.wall.day(offsetMilliseconds: siteOffsetMilliseconds) < end else { return nil }
        return .refusal(
            "记录须保存至 \(end)（项目完工后三年）；\(chineseAdvice)",
            "records are kept until \(end), three years after the project was completed; \(advice)")
    }

    /// 29 February ends on 1 March.
    static func retentionEnd(of day: CivilDate) -> CivilDate {
        CivilDate(year: day.year + retentionYears, month: day.month, day: day.day)
            ?? CivilDate(daysSince1970: day.daysSince1970 + Int64(365 * retentionYears + 1))
    }

    private func append(_ drafts: [EntryDraft]) async throws(EvidenceError) -> [LedgerEntry] {
        do throws(LedgerError) {
            return try await ledger.append(drafts)
        } catch {
            throw .ledger(error)
        }
    }

    private func roster() async throws(EvidenceError) -> Roster {
        let reader = reader
        let result: Result<Roster, PersonnelError>
        do throws(LedgerError) {
            result = try await onLedgerThread {
                Result { () throws(PersonnelError) in try Roster.folded(from: reader) }
            }
        } catch {
            throw .ledger(error)
        }
        switch result {
        case .success(let roster): return roster
        case .failure(let error): throw .refusal(error.chinese, error.english)
        }
    }

    private func reporting<Value>(_ body: () throws(LedgerError) -> Value) throws(EvidenceError) -> Value {
        do throws(LedgerError) { return try body() } catch { throw .ledger(error) }
    }
}

// Whom a request means, and whether it can be.
extension EvidenceDesk {
    /// - Throws: never with the text itself: it may be an identity number.
    static func member(_ reference: String, in roster: Roster) throws(EvidenceError) -> RosterMember {
        let member: RosterMember?
        if let id = WorkerID(reference) {
            member = roster.member(id)
        } else {
            // try?: whatever the reason, it names nobody.
            member = (try? IDNumber(reading: reference)).flatMap(roster.member)
        }
        guard let member else {
            throw .refusal(
                "花名册中没有这个人员编号或证件号码（muster roster search 可查找）",
                "no worker of the roster has that id or identity number (muster roster search)")
        }
        return member
    }

    private func members(
        of request: CorrectionRequest, in roster: Roster, at instant: UTCInstant
    ) throws(EvidenceError) -> [RosterMember] {
        var members: [RosterMember] = []
        for reference in request.workers { members.append(try Self.member(reference, in: roster)) }
        guard let team = request.team else { return members }
        let query = RosterQuery(team: team, includesLeft: false)
        let first = request.passes.first?.at ?? instant
        members += roster.members(matching: query, now: first)
        guard !members.isEmpty else {
            throw .refusal("该班组没有在场人员", "nobody belongs to that team (muster roster list)")
        }
        return members
    }

    private func check(
        _ request: CorrectionRequest, for workers: [RosterMember], at present: ClockReading
    ) throws(EvidenceError) {
        guard !workers.isEmpty else { throw .refusal("请指定人员或班组", "name a worker, or a team") }
        guard Set(workers.map(\.id)).count == workers.count else {
            throw .refusal(
                "同一人员写了两次：每人只写一条更正",
                "a worker is named twice: one correction keeps one entry for each")
        }
        guard !request.by.isEmpty, !request.reason.isEmpty else {
            throw .refusal("更正须写明责任人和原因", "a correction says who answers for it and why")
        }
        guard request.passes.isEmpty == (request.action == .withdrawn) else {
            throw .refusal("请写明计入的进出；撤销则不写", "say which passes count; a withdrawal has none")
        }
        if present.isSynchronised, request.passes.contains(where: { $0.at > present.wall }) {
            throw .refusal("进出时间在将来", "a pass lies in the future")
        }
        guard request.action != .added else { return }
        guard workers.count == 1, let worker = workers.first else {
            throw .refusal("一条记录只属于一人：请指定这名人员", "one entry belongs to one worker: name that one")
        }
        let entry = try reporting { () throws(LedgerError) in try reader.entry(request.target) }
        guard let entry, entry.kind == .attendance || entry.kind == .rawRead,
            entry.subject == nil || entry.subject == worker.id
        else {
            throw .refusal(
                "条目 \(request.target) 不是该人员（或未知人员）的刷卡：muster ledger export 可查编号",
                "entry \(request.target) is no swipe of that worker, or of somebody unknown: "
                    + "muster ledger export tells the numbers")
        }
    }
}
