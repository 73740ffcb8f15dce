import PlatformSync
import SiteModel

/// What a comparison of a day with a platform found.
struct ReconciledLine: Sendable {
    let platform: String
    let found: Reconciliation

    var isComplete: Bool { found.missing.isEmpty && found.unexpected == 0 }

    var line: String {
        var words =
            "\(platform)  \(found.day)  \(found.confirmed) confirmed here, \(found.shown) shown there"
        if !found.missing.isEmpty { words += ", \(found.missing.count) missing there: sent again" }
        if found.unexpected > 0 { words += ", \(found.unexpected) there that are not recorded here" }
        return words + (isComplete ? "  agrees" : "  DIFFERS")
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
        json.member("agrees", isComplete)
        json.endObject()
        return json.text
    }
}
