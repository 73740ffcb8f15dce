import LocalWeb
import PlatformSync
import SiteModel

/// How the platforms stand, for `muster sync status`.
struct SyncListing: Sendable {
    let standings: [PlatformStanding]
    let now: UTCInstant

    /// For people.
    var lines: [String] {
        guard !standings.isEmpty else {
            return ["no platform is configured (platforms: in the configuration)"]
        }
        return standings.flatMap(lines)
    }

    private func lines(_ standing: PlatformStanding) -> [String] {
        var lines = standing.transportProblems.map { "WARNING    \($0.english)" }
        if let fault = standing.fault { lines.append("FAULT      \(fault)") }
        guard let status = standing.status else { return ["\(standing.name): not looked at yet"] + lines }
        if let stopped = status.stopped { lines.append("STOPPED    the platform says: \(stopped)") }
        if let words = status.pauseWords(standing.name) { lines.append("PAUSED     \(words.english)") }
        if let time = status.platformTime { lines.append("CLOCK      the platform's says \(time.rfc3339)") }
        if let trouble = status.lastError { lines.append("last error \(trouble)") }
        lines.append(
            "passes     \(status.recorded) recorded: \(status.confirmed) confirmed, \(status.sent) sent, "
                + "\(status.unknown) unknown, \(status.open) open (\(status.held) held), "
                + "\(status.rejected) rejected")
        lines.append(
            "changes    \(status.changesOpen) open, \(status.changesSent) sent, "
                + "\(status.changesRejected) rejected")
        if status.payroll != DeliveryStatus.Payroll() {
            lines.append("payroll    \(PayrollListing.words(status.payroll))")
        }
        if status.corrected > 0 {
            lines.append(
                "by hand    \(status.corrected) confirmed passes were corrected here since: put them "
                    + "right at the platform, then settle them (muster sync rejected)")
        }
        if let age = standing.oldestAge(at: now) {
            lines.append("oldest     \(age.wholeMilliseconds / 60_000) min")
        }
        for unit in status.refusedUnits {
            let name = unit.team.isEmpty ? unit.employer : "\(unit.employer) / \(unit.team)"
            lines.append("not taken  \(name): \(unit.words)")
        }
        return ["\(standing.name): \(words(standing, status)), ledger up to \(status.position)"] + lines
    }

    private func words(_ standing: PlatformStanding, _ status: DeliveryStatus) -> String {
        if standing.fault != nil { return "stands still" }
        if status.isPaused { return "paused" }
        if status.stopped != nil { return "refused" }
        if let next = status.nextTry { return "tries again in \(next.wholeMilliseconds / 1_000) s" }
        if status.waitingCount == 0 { return "up to date" }
        return status.isHeldUp ? "waits for the site" : "delivers"
    }

    /// An array; counts are null before the first look.
    var json: JSONText {
        var json = JSONText()
        json.beginArray()
        for standing in standings { append(standing, to: &json) }
        json.endArray()
        return json
    }

    private func append(_ standing: PlatformStanding, to json: inout JSONText) {
        let status = standing.status
        json.beginObject()
        json.member("name", standing.name)
        json.member("open", status?.open)
        json.member("sent", status?.sent)
        json.member("unknown", status?.unknown)
        json.member("confirmed", status?.confirmed)
        json.member("rejected", status?.rejected)
        json.member("oldest_open_s", standing.oldestAge(at: now).map { $0.wholeMilliseconds / 1_000 })
        json.member("position", status?.position)
        json.member("last_error", standing.fault ?? status?.lastError)
        json.member("stopped", status?.stopped)
        json.member("held", status?.held)
        json.member("changes_open", status?.changesOpen)
        json.member("changes_sent", status?.changesSent)
        json.member("changes_rejected", status?.changesRejected)
        json.member("corrected", status?.corrected)
        json.member("payroll_open", status?.payroll.open)
        json.member("payroll_sent", status?.payroll.sent)
        json.member("payroll_confirmed", status?.payroll.confirmed)
        json.member("payroll_rejected", status?.payroll.rejected)
        json.member("recorded", status?.recorded)
        json.member("paused", status?.isPaused ?? false)
        json.member("pause_code", status?.pauseCode)
        json.member("next_try_s", status?.nextTry.map { $0.wholeMilliseconds / 1_000 })
        json.member("platform_time", status?.platformTime?.rfc3339)
        json.member("certificate_end", standing.certificateEnd?.rfc3339)
        json.name("not_taken")
        json.beginArray()
        for unit in status?.refusedUnits ?? [] {
            json.beginObject()
            json.member("employer", unit.employer)
            json.member("team", unit.team.isEmpty ? nil : unit.team)
            json.member("words", unit.words)
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }
}

/// One thing that a platform refused, with the worker it is about.
struct RejectedLine: Sendable {
    let platform: String
    let item: RejectedDelivery
    /// Masked unless revealed; empty for somebody who was erased.
    let person: String
    /// The platform's; names and numbers are masked unless revealed.
    let words: String
    let at: UTCInstant

    init(
        platform: String, item: RejectedDelivery, person: ProjectWorker?, at: UTCInstant, isRevealed: Bool
    ) {
        self.platform = platform
        self.item = item
        self.at = at
        self.person = (isRevealed ? person?.name : person?.maskedName) ?? ""
        words = isRevealed ? item.words : item.words.masking(person)
    }

    /// What it is about: a pass, a change, or a row of a month.
    var kind: String { item.month != nil ? "payroll" : item.change?.name ?? "attendance" }

    var line: String {
        let pass = item.pass > 0 ? " pass \(item.pass)" : ""
        return "\(platform)  \(item.entry)\(pass)  \(item.worker) \(person)  \(kind)  \(at.rfc3339)  "
            + "\(item.code) \(words)"
    }

    var json: String {
        var json = JSONText()
        json.beginObject()
        json.member("platform", platform)
        json.member("entry", item.entry.rawValue)
        json.member("pass", item.pass)
        json.member("worker", item.worker.description)
        json.member("name", person)
        json.member("kind", kind)
        json.member("code", item.code)
        json.member("words", words)
        json.member("at", at.rfc3339)
        json.endObject()
        return json.text
    }
}

/// A day at a platform.
struct DayLine: Sendable {
    let platform: String
    let day: DeliveryDay

    var isComplete: Bool { day.confirmed == day.recorded }

    var line: String {
        "\(platform)  \(day.day)  \(day.recorded) recorded, \(day.sent) sent, \(day.confirmed) confirmed, "
            + "\(day.rejected) rejected  \(isComplete ? "complete" : "NOT complete")"
    }

    var json: String {
        var json = JSONText()
        json.beginObject()
        json.member("platform", platform)
        json.member("day", day.day.description)
        json.member("recorded", day.recorded)
        json.member("sent", day.sent)
        json.member("confirmed", day.confirmed)
        json.member("rejected", day.rejected)
        json.member("complete", isComplete)
        json.endObject()
        return json.text
    }
}
