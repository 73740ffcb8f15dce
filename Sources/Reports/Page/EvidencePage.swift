import AttendanceLedger
import SiteModel
import Tables

/// `index.html` of a bundle: the same for people. One file, no script, nothing fetched; prints on A4.
struct EvidencePage {
    let facts: BundleFacts
    let checkpoints: [SignedCheckpoint]
    let site: BundleSite
    let request: BundleRequest
    let origin: LedgerOrigin
    let madeAt: UTCInstant

    /// Rows of one table; a reader that comes and goes all month must not bury the passes.
    private static let eventLimit = 400

    var html: String {
        let style = String(decoding: PackageResources.evidence_css, as: UTF8.self)
        let head: PageText = """
            <!doctype html>
            <html lang="zh-CN"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy"
              content="default-src 'none'; style-src 'unsafe-inline'">
            <title>考勤证据 \(outside: facts.worker.description)</title><style>

            """
        let body =
            heading + worker + passes.section + events + signatures + verification + privacy
        return head.html + style + "</style></head>\n<body><main>\n" + body.html + "</main></body></html>\n"
    }

    private var passes: PassTable { PassTable(facts: facts, site: site, request: request, origin: origin) }

    private var heading: PageText {
        let project = site.projectCode.isEmpty ? "" : "（\(site.projectCode)）"
        return """
            <header><h1>考勤证据 <span lang="en">Attendance evidence</span></h1>
            <p class="site">\(outside: site.name + project)</p>
            <p><b>\(outside: request.from.description)</b> 至 <span lang="en">to</span> \
            <b>\(outside: request.to.description)</b></p>
            <p class="quiet">制作于 <span lang="en">made</span> \(outside: site.text(madeAt))，\
            时间均为工地时间 <span lang="en">all times are site time</span> \(outside: site.zone)</p></header>

            """
    }

    private var worker: PageText {
        var rows: PageText = ""
        if let person = facts.person {
            let number = request.isRevealed ? person.idNumber.revealed : person.idNumber.masked
            rows += Self.row(("姓名", "Name"), request.isKeyWithheld ? person.maskedName : person.name)
            rows += Self.row(("证件号码", "ID number"), number, isMono: true)
            rows += Self.row(("班组", "Team"), person.team.name)
            if !person.team.employer.isEmpty { rows += Self.row(("参建单位", "Employer"), person.team.employer) }
            if !person.workType.isEmpty { rows += Self.row(("工种", "Work type"), person.workType) }
        } else {
            rows += Self.row(("姓名", "Name"), "个人信息已销毁，无法读出 personal data destroyed")
        }
        if request.isKeyWithheld {
            rows += Self.row(("个人密钥", "Worker's key"), "未随附（脱敏） withheld: this bundle is masked")
        }
        rows += Self.row(("人员编号", "Worker id"), facts.worker.description, isMono: true)
        for changing in facts.changes { rows += Self.row(changing, site) }
        for erasure in facts.erasures {
            rows += Self.row(
                ("个人密钥销毁", "Key destroyed"), "\(site.text(erasure.occurredAt))  #\(erasure.sequence)")
        }
        return """
            <section><h2>人员 <span lang="en">Worker</span></h2>
            <table class="facts">\(rows)</table></section>

            """
    }

    private static func row(_ changing: BundleFacts.Changing, _ site: BundleSite) -> PageText {
        let worker = changing.change.worker
        let day =
            switch changing.change.kind {
            case .joined: worker.joinedOn.description
            default: site.day(of: changing.change.occurredAt).description
            }
        let text = "\(day)，\(worker.team.name)，登记于 \(site.text(changing.entry.occurredAt))"
        return row(changing.change.kind.words, "\(text)  #\(changing.entry.sequence)")
    }

    private static func row(
        _ label: EvidenceWording.Words, _ text: String, isMono: Bool = false
    ) -> PageText {
        let mark: PageText = isMono ? " class=\"mono\"" : ""
        return "<tr><th>\(label)</th><td\(mark)>\(outside: text)</td></tr>\n"
    }

    private var events: PageText {
        var rows: PageText = ""
        var count = 0
        for entry in facts.events {
            // try?: a body that cannot be read is still in the bundle; it has no row here.
            guard let words = try? EvidenceWording.event(entry, time: site.text) else { continue }
            count += 1
            if count > Self.eventLimit { continue }
            let mark: PageText = entry.clock.isSynchronised ? "" : " <em>未同步</em>"
            rows += """
                <tr><td class="time">\(outside: site.text(entry.occurredAt))\(mark)</td><td>\(words)</td>\
                <td class="number">\(entry.sequence)</td></tr>

                """
        }
        if count > Self.eventLimit {
            rows += """
                <tr><td></td><td>另有 \(count - Self.eventLimit) 条，见 entries.jsonl \
                <span lang="en">more in entries.jsonl</span></td><td></td></tr>

                """
        }
        if count == 0 { rows = "<tr><td colspan=\"3\">无 <span lang=\"en\">none</span></td></tr>\n" }
        return """
            <section><h2>其间设备与时钟 <span lang="en">Devices and clock on these days</span></h2>
            <table><thead><tr><th class="time">时间 <span lang="en">time</span></th>\
            <th>事项 <span lang="en">what</span></th>\
            <th class="number">序号 <span lang="en">entry</span></th></tr></thead>
            <tbody>\(rows)</tbody></table></section>

            """
    }

    private var signatures: PageText {
        let shown = checkpoints.suffix(40)
        var rows: PageText = ""
        for checkpoint in shown {
            let statement = checkpoint.statement
            rows += """
                <tr><td class="time">\(outside: site.text(statement.signedAt))</td>\
                <td class="mono">\(outside: String(statement.hash.hexadecimal.prefix(16)))…</td>\
                <td class="number">\(statement.sequence)</td></tr>

                """
        }
        let left: PageText =
            checkpoints.count > shown.count
            ? "<p class=\"quiet\">最近 \(shown.count) 个，共 \(checkpoints.count) 个，见 checkpoints.jsonl</p>" : ""
        return """
            <section><h2>签名检查点 <span lang="en">Signed checkpoints</span></h2>
            <table><thead><tr><th class="time">签名时间 <span lang="en">signed</span></th>\
            <th>哈希 <span lang="en">hash</span></th>\
            <th class="number">至序号 <span lang="en">up to entry</span></th></tr></thead>
            <tbody>\(rows)</tbody></table>\(left)</section>

            """
    }

    private var verification: PageText {
        guard let head = checkpoints.last?.statement else { return "" }
        let groups = Self.groups(of: head.hash.hexadecimal)
        return """
            <section class="proof"><h2>核验 <span lang="en">Verification</span></h2>
            \(picture(of: "muster:\(origin.text):\(head.sequence):\(head.hash.hexadecimal)"))
            <p class="hash mono">\(outside: groups)</p>
            <p class="quiet">台账 <span lang="en">ledger</span> \
            <span class="mono">\(outside: origin.text)</span>，\
            至序号 <span lang="en">up to entry</span> \(head.sequence)</p>
            <p class="quiet">本包含记录 \(facts.shownCount) 条全文、\(facts.hiddenCount) 条仅摘要 \
            <span lang="en">\(facts.shownCount) entries in full, \(facts.hiddenCount) as digest only</span>\
            </p>
            <ol><li>运行 <code>muster ledger verify --bundle 本文件.zip</code>，或按包内 FORMAT.md 自写程序，\
            逐条重算哈希并核对签名。<span lang="en">Run the command, or a program of your own after FORMAT.md: it \
            computes every hash again and checks the signatures.</span></li>
            <li>把上面的哈希与另处留存的检查点、签字考勤表上的二维码对照，一致即出自同一台账。<span lang="en">Compare \
            the hash above with a checkpoint or a signed sheet that was kept elsewhere: if they agree, it is \
            the same ledger.</span></li>
            <li>任何一条被改、被删、被插入，哈希或签名即不符，程序会指出位置。<span lang="en">Whatever was changed, \
            removed or put in makes a hash or a signature fail, and the program names the place.</span></li>
            </ol></section>

            """
    }

    /// The code for a phone; without it the hash above says the same.
    private func picture(of text: String) -> PageText {
        guard let code = QRCode(text) else { return "" }
        let side = code.sideWithQuietZone
        return """
            <svg class="code" viewBox="0 0 \(side) \(side)" role="img" aria-label="QR">\
            <rect width="\(side)" height="\(side)" fill="#fff"/><path d="\(ours: code.svgPath)"/></svg>
            """
    }

    private var privacy: PageText {
        """
        <footer><h2>个人信息 <span lang="en">Privacy</span></h2>
        <p>本包内含打开该人员加密记录的密钥（姓名、完整证件号码、电话），只可交给有权知悉者，用毕删除；\
        他人的记录只有摘要，不含姓名和号码。<span lang="en">This bundle holds the key to this worker's sealed records \
        (name, full ID number, phone): hand it only to those who may know, and delete it afterwards. \
        Of others it holds digests only: no name and no number.</span></p></footer>

        """
    }

    /// `2a2d 1f68 091a …`: as people read it to each other.
    private static func groups(of digits: String) -> String {
        let characters = Array(digits)
        return stride(from: 0, to: characters.count, by: 4)
            .map { String(characters[$0..<min($0 + 4, characters.count)]) }.joined(separator: " ")
    }
}
