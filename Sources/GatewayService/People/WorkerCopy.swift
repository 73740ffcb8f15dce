import AttendanceLedger
import LocalWeb
import PersonnelChanges
import Reports
import SiteModel
import Timekeeping

/// Puts together what is held about one worker, for the worker.
struct WorkerCopy: Sendable {
    /// Rows of a table: passes of some ten years. A page has three megabytes at most.
    static let rowLimit = 20_000

    let reader: LedgerReader
    let content: PeopleBook.Content
    let calendar: SiteCalendar
    let corrected: @Sendable (ClockReading) -> CorrectedTime
    let siteName: String

    /// The page as a file; nil when there is no such worker. Blocks while it reads the ledger from their
    /// first entry on.
    func html(of id: WorkerID) throws(LedgerError) -> [UInt8]? {
        guard
            let sheet = WorkerSheet(
                of: id.description, in: content, calendar: calendar, corrected: corrected, isRevealed: true)
        else { return nil }
        var traces = WorkerTraces(of: id, offsetMilliseconds: calendar.offsetMilliseconds)
        try traces.read(reader, corrected: corrected)
        let worker = sheet.member.worker
        let notice = worker.dossier.notice.map { shown in
            WorkerCopyPage.Notice(
                heading: "版本 \(shown.version)，出示于 \(text(shown.shownAt))",
                text: content.site.notice(shown.version)?.text ?? "该版本的全文未在本机公布。")
        }
        let page = WorkerCopyPage(
            siteName: siteName, worker: id, madeAt: text(calendar.instant), facts: facts(of: sheet),
            photo: try reader.photo(of: worker, id), notice: notice,
            tables: [
                enrolment(of: sheet), changes(of: sheet, traces), days(of: traces), passes(of: traces),
                corrections(of: id), badges(of: traces), try files(of: id), looks(of: traces),
            ])
        return Array(page.html.utf8)
    }

    private func text(_ instant: UTCInstant) -> String {
        String(instant.localText(offsetMilliseconds: calendar.offsetMilliseconds).prefix(16))
    }

    private func facts(of sheet: WorkerSheet) -> [(label: String, value: String)] {
        var facts = sheet.fields.fields.compactMap(WorkerFacts.Fact.init).map {
            (label: $0.label.chinese, value: $0.value.chinese)
        }
        if let birth = sheet.member.worker.idNumber.birthDate {
            facts.append((label: "出生日期", value: birth.description))
        }
        return facts
    }

    private func enrolment(of sheet: WorkerSheet) -> WorkerCopyPage.Table {
        WorkerCopyPage.Table(
            "登记检查表", ["项目", "状态"],
            EnrolmentItem.allCases.map {
                [$0.words.chinese, sheet.enrolment.missing.contains($0) ? "缺" : "已有"]
            })
    }

    /// Also those that have no clock: who was taken over, and a leaving that was confirmed later.
    private func changes(of sheet: WorkerSheet, _ traces: WorkerTraces) -> WorkerCopyPage.Table {
        let tracked = Dictionary(uniqueKeysWithValues: sheet.changes.map { ($0.sequence, $0) })
        let rows = traces.changes.map { line -> [String] in
            let change = line.change
            let state =
                switch tracked[line.sequence]?.state {
                case .open: "未报送"
                case .sent: "已报送"
                case .confirmed(_, let isByHand): isByHand ? "平台已确认（人工）" : "平台已确认"
                case .rejected(_, let words): "平台退回：\(words)"
                case nil: "无须报送"
                }
            let leaver = change.kind == .left ? (change.isConfirmedByLeaver ? "，本人已确认离场" : "") : ""
            return [
                change.kind.words.chinese + leaver,
                text(tracked[line.sequence]?.occurredAt(corrected) ?? change.occurredAt),
                text(line.recordedAt), change.source, change.worker.team.name, state,
            ]
        }
        return Self.table("人员变动", ["变动", "发生", "登记", "来源", "班组", "状态"], rows)
    }

    private func days(of traces: WorkerTraces) -> WorkerCopyPage.Table {
        let days = WorkDay.days(of: traces.countedPasses, offsetMilliseconds: calendar.offsetMilliseconds)
        let rule = DayRule()
        return Self.table(
            "出勤（按日）", ["日期", "首次", "末次", "次数", "在场时长", "计出勤"],
            days.map { day in
                [
                    day.day.description, text(day.first), text(day.last), "\(day.passCount)",
                    "\(day.minutes / 60) 小时 \(day.minutes % 60) 分", day.counts(by: rule) ? "是" : "否",
                ]
            })
    }

    private func passes(of traces: WorkerTraces) -> WorkerCopyPage.Table {
        Self.table(
            "刷卡记录", ["时间", "方向", "通道", "结果", "备注"],
            traces.passes.map { pass in
                let record = pass.record
                let direction =
                    switch record.direction {
                    case .entering: "进"
                    case .leaving: "出"
                    case .unknown: "未知"
                    }
                let marks = [
                    record.manual.map { "人工放行：\($0.reason)" },
                    traces.passages[pass.sequence] == .notPassed ? "未通过，不计考勤" : nil,
                    record.isTimeUncertain ? "时刻不确定" : nil,
                ]
                return [
                    text(pass.at), direction, record.reader.lane,
                    record.decisionWords(isRepeat: pass.isRepeat).chinese,
                    marks.compactMap { $0 }.joined(separator: "；"),
                ]
            })
    }

    private func corrections(of id: WorkerID) -> WorkerCopyPage.Table {
        Self.table(
            "考勤更正", ["更正", "内容", "更正人", "原因", "登记", "项目经理意见"],
            content.corrections.corrections(of: id).map { tracked in
                let correction = tracked.correction
                let action =
                    switch correction.action {
                    case .added: "补卡"
                    case .withdrawn: "撤销原记录"
                    case .replaced: "更正为"
                    }
                let passes = correction.passes.map {
                    "\(text($0.at)) \($0.direction == .entering ? "进" : $0.direction == .leaving ? "出" : "")"
                }
                return [
                    action + (correction.target.map { "（第 \($0.sequence) 号）" } ?? ""),
                    passes.joined(separator: "；"), correction.by, correction.reason,
                    text(corrected(tracked.recorded).instant),
                    tracked.judgement.map { "\($0.verdict.words.chinese) \($0.words)" } ?? "待确认",
                ]
            })
    }

    private func badges(of traces: WorkerTraces) -> WorkerCopyPage.Table {
        Self.table(
            "临时二维码", ["发放", "有效至", "发放人"],
            traces.badges.map { [text($0.at), text($0.issued.until), $0.issued.by] })
    }

    private func files(of id: WorkerID) throws(LedgerError) -> WorkerCopyPage.Table {
        let files = try reader.files(of: id, corrected: corrected)
        return WorkerCopyPage.Table(
            "存档文件", ["文件", "大小", "存入"],
            files.map { kept in
                [
                    kept.file.purpose.words.chinese, "\(kept.file.bytes.count) 字节", text(kept.recordedAt),
                ]
            }, note: files.isEmpty ? "" : "文件原件可向劳资专管员索取。")
    }

    private func looks(of traces: WorkerTraces) -> WorkerCopyPage.Table {
        Self.table(
            "本人信息的查看记录", ["时间", "账号", "位置"],
            traces.looks.map { [text($0.at), $0.shown.account, $0.shown.place] })
    }

    /// The newest rows, as many as a page holds.
    private static func table(
        _ title: String, _ columns: [String], _ rows: [[String]]
    ) -> WorkerCopyPage.Table {
        let more = rows.count - rowLimit
        return WorkerCopyPage.Table(
            title, columns, Array(rows.suffix(rowLimit)),
            note: more > 0 ? "另有较早的 \(more) 条未列出，可向劳资专管员索取考勤证据包。" : "")
    }
}

extension LedgerReader {
    /// The photo that stands in a worker's dossier; nil without one. Blocks while it reads.
    func photo(of worker: ProjectWorker, _ id: WorkerID) throws(LedgerError) -> [UInt8]? {
        guard let reference = worker.dossier.photo else { return nil }
        for entry in try photoEntries(of: id).reversed() {
            // try?: one that is damaged is the evidence watch's; here it is no photo.
            guard let opened = try opened(entry), let photo = try? WorkerPhoto(encoded: opened.body),
                EvidenceDigest.digest(photo.jpeg) == reference.digest
            else { continue }
            return photo.jpeg
        }
        return nil
    }
}
