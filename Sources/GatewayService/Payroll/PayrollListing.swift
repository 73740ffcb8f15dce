import PlatformSync
import Reports
import SiteModel

/// Months of teams for `muster sync payroll`: names are masked.
struct PayrollListing: Sendable {
    struct Line: Sendable {
        let team: MonthTeam
        /// Of each row, masked.
        let names: [String]
        let platforms: [(platform: String, rows: DeliveryStatus.Payroll)]
    }

    let month: CivilMonth
    let lines: [Line]
    let isDry: Bool

    /// For people, in both languages.
    var text: [String] { lines.flatMap(text) }

    private func text(_ line: Line) -> [String] {
        let team = line.team
        var text = [
            "\(month)  \(team.team.name) / \(team.team.employer)：\(team.workerCount) 人 workers, "
                + "\(team.dayCount) 天 days, \(Self.hours(team.minutes)) 小时 h；\(Self.state(team))"
        ]
        for (platform, rows) in line.platforms { text.append("  \(platform)：\(Self.words(rows))") }
        guard isDry else { return text }
        let changed = Set(team.differences.map(\.worker))
        for (row, name) in zip(team.rows, line.names) {
            let mark = changed.contains(row.worker) ? "→" : " "
            text.append(
                "  \(mark) \(row.worker) \(name)  \(row.days) 天 d  \(Self.hours(row.minutes)) 小时 h")
        }
        return text
    }

    static func hours(_ minutes: Int) -> String {
        let tenths = PayrollRow.tenthsOfHours(minutes)
        return "\(tenths / 10).\(tenths % 10)"
    }

    private static func state(_ team: MonthTeam) -> String {
        guard let statement = team.statement else { return "未定稿 not final" }
        let words = "已定稿 final (\(statement.entry), \(statement.stated.by))"
        return team.differences.isEmpty
            ? words : words + "，之后有 \(team.differences.count) 人更正 corrected since"
    }

    static func words(_ rows: DeliveryStatus.Payroll) -> String {
        "确认 confirmed \(rows.confirmed), 已报 sent \(rows.sent), 待报 open \(rows.open), "
            + "退回 refused \(rows.rejected), 人工结案 settled \(rows.settled)"
    }

    /// An array, an object a team.
    var json: JSONText {
        var json = JSONText()
        json.beginArray()
        for line in lines { append(line, to: &json) }
        json.endArray()
        return json
    }

    private func append(_ line: Line, to json: inout JSONText) {
        json.beginObject()
        json.member("month", month.description)
        json.member("team", line.team.team.name)
        json.member("employer", line.team.team.employer)
        json.member("entry", line.team.statement?.entry.rawValue)
        json.member("stated_by", line.team.statement?.stated.by)
        json.member("changed", line.team.differences.count)
        json.name("rows")
        json.beginArray()
        for (row, name) in zip(line.team.rows, line.names) {
            json.beginObject()
            json.member("worker", row.worker.description)
            json.member("name", name)
            json.member("days", row.days)
            json.member("minutes", row.minutes)
            json.endObject()
        }
        json.endArray()
        json.name("platforms")
        json.beginArray()
        for (platform, rows) in line.platforms {
            json.beginObject()
            json.member("platform", platform)
            json.member("open", rows.open)
            json.member("sent", rows.sent)
            json.member("confirmed", rows.confirmed)
            json.member("rejected", rows.rejected)
            json.member("settled", rows.settled)
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }
}
