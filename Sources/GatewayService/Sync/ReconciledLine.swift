import PlatformSync
import SiteModel

/// What a comparison of a day with a platform found.
struct ReconciledLine: Sendable {
    let platform: String
    let found: Reconciliation
    let offsetMilliseconds: Int64

    /// Rows that are unexpected there stand below it.
    var line: String {
        var words =
            "\(platform)  \(found.day)  \(found.confirmed) confirmed here, \(found.shown) shown there"
        if !found.missing.isEmpty { words += ", \(found.missing.count) missing there: sent again" }
        if found.unexpected > 0 { words += ", \(found.unexpected) there that are not recorded here" }
        if found.moved > 0 { words += ", \(found.moved) there with another time" }
        if found.elsewhere > 0 { words += ", \(found.elsewhere) of other nodes' lanes" }
        if found.repeated > 0 { words += ", \(found.repeated) there more than once" }
        words += found.agrees ? "  agrees" : "  DIFFERS"
        for row in found.unexpectedRows {
            let time = row.at.localSecondText(offsetMilliseconds: offsetMilliseconds)
            words += "\n    not recorded here: \(row.idNumber?.masked ?? "?")  \(time)  \(row.direction.name)"
            if let lane = row.lane { words += "  \(lane)" }
        }
        let more = found.unexpected - found.unexpectedRows.count
        return more > 0 ? words + "\n    and \(more) more" : words
    }

    var json: String {
        var json = JSONText()
        json.beginObject()
        json.member("platform", platform)
        json.member("day", found.day.description)
        json.member("confirmed", found.confirmed)
        json.member("shown", found.shown)
        json.name("missing")
        json.beginArray()
        for entry in found.missing { json.value(entry.rawValue) }
        json.endArray()
        json.member("unexpected", found.unexpected)
        json.member("moved", found.moved)
        json.member("elsewhere", found.elsewhere)
        json.member("repeated", found.repeated)
        json.name("unexpected_rows")
        json.beginArray()
        for row in found.unexpectedRows {
            json.beginObject()
            json.member("id_number", row.idNumber?.masked)
            json.member("at", row.at.rfc3339)
            json.member("direction", row.direction.name)
            json.member("lane", row.lane)
            json.endObject()
        }
        json.endArray()
        json.member("agrees", found.agrees)
        json.endObject()
        return json.text
    }
}
