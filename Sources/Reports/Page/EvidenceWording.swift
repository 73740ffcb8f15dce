import SiteModel

/// What the page calls things; Chinese first.
enum EvidenceWording {
    typealias Words = (chinese: String, english: String)

    static func direction(_ direction: Direction) -> Words {
        switch direction {
        case .entering: ("进", "in")
        case .leaving: ("出", "out")
        case .unknown: ("未知", "unknown")
        }
    }

    static func gap(_ reason: ReaderGapReason) -> Words {
        switch reason {
        case .unplugged: ("拔出", "unplugged")
        case .refused: ("无法打开", "refused by the system")
        case .silent: ("无应答", "silent")
        case .garbled: ("无法识别", "not understood")
        case .quiet: ("长时间无读数", "nothing read for long")
        }
    }

    /// What was decided, and what the lane did where that differs.
    static func decision(_ record: AttendanceRecord, kind: LedgerEntryKind) -> Words {
        if kind == .rawRead { return ("重复读", "repeat") }
        guard let reason = record.reason else {
            return record.isOpened ? ("放行", "let through") : ("有效，未开闸", "granted, lane not opened")
        }
        let words = reason.words
        guard record.isOpened else { return ("拒绝：\(words.chinese)", "refused: \(words.english)") }
        return ("\(words.chinese)，已放行", "\(words.english), let out")
    }

    /// What became of somebody who was let through; nil where nothing more is to be said.
    static func outcome(of record: AttendanceRecord, _ passage: Passage?) -> Words? {
        switch (record.isPass, passage) {
        case (false, _): nil
        case (true, .notPassed): ("未通过，不计考勤", "did not pass: does not count")
        case (true, .passed): ("已通过", "passed")
        case (true, .unknown): ("通过情况不明，按通过计", "passing unknown: counts")
        case (true, nil): record.awaitsPassage ? ("通过情况不在所选日期内", "passing not told in these days") : nil
        }
    }

    static func action(_ action: CorrectionAction) -> Words {
        switch action {
        case .added: ("补卡", "added")
        case .withdrawn: ("撤销原记录", "original withdrawn")
        case .replaced: ("更正为", "replaced by")
        }
    }

    /// What an entry about the site says; nil when it is not one to be told.
    static func event(
        _ entry: LedgerEntry, time: (UTCInstant) -> String
    ) throws(CanonicalDecodingError) -> Words? {
        switch entry.kind {
        case .readerGap:
            let gap = try ReaderGap(encoded: entry.body)
            let (reason, name) = (Self.gap(gap.reason), "\(gap.reader.lane) / \(gap.reader.reader)")
            let since = time(gap.sinceWall)
            return gap.until == nil
                ? ("读卡器 \(name) 自 \(since) 起中断（\(reason.chinese)）", "reader gone: \(reason.english)")
                : ("读卡器 \(name) 已恢复，中断始于 \(since)", "reader back")
        case .clockStep:
            let step = try ClockStep(encoded: entry.body)
            return ("时钟由 \(time(step.before)) 调到 \(time(step.after))", "clock step")
        case .clockAnchor: return ("时钟已同步", "clock synchronised")
        case .serviceStarted: return ("服务启动", "service started")
        case .serviceStopped: return ("服务停止", "service stopped")
        case .policyApplied: return ("通行规则生效", "rules applied")
        case .ledgerGap:
            let gap = try LedgerGap(encoded: entry.body)
            return (
                "自 \(time(gap.sinceWall)) 起未能写入：拒绝进入 \(gap.refusedCount) 次，放行出场 \(gap.letOutCount) 次",
                "swipes that could not be written"
            )
        case .projectCompleted: return ("项目完工并结清", "project completed and paid")
        case .reserveEmptied: return ("后备记录已补写", "late records written")
        case .entriesLost: return ("此前部分记录已从磁盘丢失", "entries before this one were lost from the disk")
        default: return nil
        }
    }
}
