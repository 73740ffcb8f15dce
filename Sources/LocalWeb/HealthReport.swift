import SiteModel

/// What `GET /health` tells a monitor. No personal data, no credential, no port.
struct HealthReport {
    /// `failed`: records are not being written. `degraded`: they are, but a person should look.
    enum Grade: String {
        case ok
        case degraded
        case failed
    }

    let snapshot: BoardSnapshot

    var grade: Grade {
        if snapshot.ledgerFailure != nil { return .failed }
        let isWhole =
            snapshot.isClockSynchronised && snapshot.problems.isEmpty
            && snapshot.devices.allSatisfy { $0.state == .online }
        return isWhole ? .ok : .degraded
    }

    var json: [UInt8] {
        var json = JSONText()
        json.beginObject()
        json.member("status", grade.rawValue)
        json.member("node", snapshot.node)
        json.member("time", snapshot.now.rfc3339)
        json.member("clock_synchronised", snapshot.isClockSynchronised)
        json.member("ledger_position", snapshot.ledgerPosition.rawValue)
        json.member("ledger_failure", snapshot.ledgerFailure?.english)
        json.member("reserve_waiting", snapshot.lateCount)
        json.member("on_site", snapshot.onSiteCount)
        json.member("granted_today", snapshot.grantedTodayCount)
        json.member("refused_today", snapshot.refusedTodayCount)
        append("changes_unconfirmed", snapshot.changes, to: &json)
        append("enrolments_incomplete", snapshot.enrolments, to: &json)
        json.name("devices")
        json.beginArray()
        for device in snapshot.devices { append(device, to: &json) }
        json.endArray()
        json.name("problems")
        json.beginArray()
        for problem in snapshot.problems { json.value(problem.english) }
        json.endArray()
        json.endObject()
        return json.bytes
    }

    private func append(_ name: String, _ counts: StageCounts, to json: inout JSONText) {
        json.name(name)
        json.beginObject()
        for stage in counts.named { json.member(stage.name, stage.count) }
        json.endObject()
    }

    private func append(_ device: DeviceStatus, to json: inout JSONText) {
        json.beginObject()
        json.member("lane", device.lane)
        json.member("name", device.name)
        json.member("state", device.state.rawValue)
        json.member("last_read_at", device.lastReadAt?.rfc3339)
        json.member("reads", device.reads)
        json.member("discarded_bytes", device.discards.values.reduce(0, +))
        json.member("reconnects", device.reconnects)
        json.endObject()
    }
}
