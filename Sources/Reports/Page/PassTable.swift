import SiteModel

/// The passes of the page, day by day, each original with what was put right beside it.
struct PassTable {
    let facts: BundleFacts
    let site: BundleSite
    let request: BundleRequest
    let origin: LedgerOrigin

    /// A line of a day: an original with its corrections, or a pass that only a correction states.
    private struct Row {
        let at: UTCInstant
        let html: PageText
    }

    var section: PageText {
        let rows = rowsByDay
        var body: PageText = ""
        var emptyFrom: CivilDate?
        var day = request.from
        while day <= request.to {
            let next = CivilDate(daysSince1970: day.daysSince1970 + 1)
            if let found = rows[day] {
                if let first = emptyFrom { body += Self.emptyDays(first, before: day) }
                emptyFrom = nil
                body += Self.day(day.description, found)
            } else if emptyFrom == nil {
                emptyFrom = day
            }
            day = next
        }
        if let first = emptyFrom { body += Self.emptyDays(first, before: day) }
        let clockless = facts.passes.filter { $0.entry.isClockUnset }.map(row)
        if !clockless.isEmpty { body += Self.day("时钟未设定 clock not set", clockless) }
        return """
            <section><h2>考勤记录 <span lang="en">Passes by day</span></h2>
            <table class="passes"><thead><tr><th class="time">时间 <span lang="en">time</span></th>\
            <th>方向 <span lang="en">way</span></th><th>通道 <span lang="en">lane</span></th>\
            <th>原始记录 <span lang="en">original</span></th><th>更正 <span lang="en">correction</span></th>\
            <th class="number">序号 <span lang="en">entry</span></th></tr></thead>
            \(body)</table></section>

            """
    }

    private var rowsByDay: [CivilDate: [Row]] {
        var rows: [CivilDate: [Row]] = [:]
        for pass in facts.passes where !pass.entry.isClockUnset {
            rows[site.day(of: pass.entry.occurredAt), default: []].append(row(pass))
        }
        for correcting in facts.corrections where correcting.correction.action == .added {
            for pass in correcting.correction.passes {
                rows[site.day(of: pass.at), default: []].append(row(pass, of: correcting))
            }
        }
        return rows.mapValues { rows in rows.sorted { $0.at < $1.at } }
    }

    private func row(_ pass: BundleFacts.Pass) -> Row {
        let (entry, record) = (pass.entry, pass.record)
        let corrections = facts.corrections.filter {
            $0.correction.target == Correction.Target(origin: origin, sequence: entry.sequence)
        }
        var marks: PageText = ""
        if !entry.clock.isSynchronised {
            marks += " <em>时钟未同步 <span lang=\"en\">clock unsynchronised</span></em>"
        }
        if record.isTimeUncertain { marks += " <em>时刻不确定 <span lang=\"en\">time uncertain</span></em>" }
        if record.isLate { marks += " <em>后补写入 <span lang=\"en\">written late</span></em>" }
        if let manual = record.manual {
            marks += """
                 <em>人工放行 <span lang="en">by hand</span> \(outside: manual.by): \(outside: manual.reason)</em>
                """
        }
        let count = record.count(after: facts.passages[entry.sequence])
        if let words = EvidenceWording.outcome(of: record, facts.passages[entry.sequence]) {
            marks += " <em>\(words)</em>"
        }
        let isStruck =
            corrections.contains { $0.correction.action != .added } || (record.isPass && count == .never)
        let mark: PageText =
            isStruck ? " class=\"struck\"" : entry.kind == .rawRead ? " class=\"repeat\"" : ""
        let beside = PageText(joining: corrections.map { words(of: $0, withPasses: true) })
        return Row(
            at: entry.occurredAt,
            html: """
                <tr\(mark)><td class="time">\(outside: site.timeOfDay(entry.occurredAt))\(marks)</td>\
                <td class="original">\(EvidenceWording.direction(record.direction))</td>\
                <td class="original">\(outside: record.reader.lane)</td>\
                <td class="original">\(EvidenceWording.decision(record, kind: entry.kind))</td>\
                <td>\(beside)</td><td class="number">\(entry.sequence)</td></tr>

                """)
    }

    private func row(_ pass: StatedPass, of correcting: BundleFacts.Correcting) -> Row {
        Row(
            at: pass.at,
            html: """
                <tr class="stated"><td class="time">\(outside: site.timeOfDay(pass.at))</td>\
                <td>\(EvidenceWording.direction(pass.direction))</td><td>—</td>\
                <td>无刷卡记录 <span lang="en">no swipe</span></td>\
                <td>\(words(of: correcting, withPasses: false))</td>\
                <td class="number">\(correcting.entry.sequence)</td></tr>

                """)
    }

    /// Who corrected it, when and why.
    private func words(of correcting: BundleFacts.Correcting, withPasses: Bool) -> PageText {
        let (entry, correction) = (correcting.entry, correcting.correction)
        var passes: PageText = ""
        if withPasses {
            for pass in correction.passes {
                passes +=
                    " <b>\(outside: site.text(pass.at)) \(EvidenceWording.direction(pass.direction))</b>"
            }
        }
        return """
            <div>\(EvidenceWording.action(correction.action))\(passes)<br>\
            \(outside: correction.by)：\(outside: request.shown(correction.reason)) \
            <span class="quiet">\(outside: site.text(entry.occurredAt)) #\(entry.sequence)</span>\
            \(judgement(of: entry.sequence))</div>
            """
    }

    /// Whether the site manager stands by a correction.
    private func judgement(of correction: LedgerSequence) -> PageText {
        guard let judging = facts.judgements[correction] else {
            return "<br><em>未经项目经理确认 <span lang=\"en\">not confirmed by the site manager</span></em>"
        }
        let (entry, judged) = (judging.entry, judging.judged)
        return """
            <br><em>\(judged.verdict.words)</em> \(outside: judged.by)\
            \(outside: judged.words.isEmpty ? "" : "：\(request.shown(judged.words))") \
            <span class="quiet">\(outside: site.text(entry.occurredAt)) #\(entry.sequence)</span>
            """
    }

    private static func day(_ title: String, _ rows: [Row]) -> PageText {
        """
        <tbody><tr class="day"><th colspan="6">\(outside: title)</th></tr>
        \(PageText(joining: rows.map(\.html)))</tbody>

        """
    }

    /// Days without a record, in one line.
    private static func emptyDays(_ first: CivilDate, before end: CivilDate) -> PageText {
        let last = CivilDate(daysSince1970: end.daysSince1970 - 1)
        let title = first == last ? first.description : "\(first) — \(last)"
        return """
            <tbody><tr class="day empty"><th colspan="6">\(outside: title) 无记录 \
            <span lang="en">no record</span></th></tr></tbody>

            """
    }
}
