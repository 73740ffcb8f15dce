import SiteModel

extension EntryJSON {
    /// What happened to lanes beside attendance, and who may show a code at them.
    mutating func appendLane(_ entry: LedgerEntry) throws(CanonicalDecodingError) {
        switch entry.kind {
        case .laneAlarm:
            let record = try LaneAlarmRecord(encoded: entry.body)
            json.member("lane", record.lane)
            json.member("direction", record.direction.name)
            json.member("alarm", record.alarm.name)
        case .laneOpened:
            let opened = try LaneOpened(encoded: entry.body)
            json.member("lane", opened.lane)
            json.member("direction", opened.direction.name)
            json.member("by", opened.by)
            json.member("reason", opened.reason)
        case .lanesReleased:
            let released = try LanesReleased(encoded: entry.body)
            json.member("lane", released.lane)
            json.member("over", released.isOver)
            json.member("since", released.sinceWall.rfc3339)
            json.member("since_uptime_ms", released.since.milliseconds)
        case .badgeIssued:
            let issued = try BadgeIssued(encoded: entry.body)
            json.member("worker", entry.subject?.description)
            json.member("until", issued.until.rfc3339)
            json.member("by", issued.by)
        case .badgeRevoked:
            let revoked = try BadgeRevoked(encoded: entry.body)
            json.member("badge", revoked.badge.rawValue)
            json.member("by", revoked.by)
        case .deviceCommissioned:
            let commissioned = try DeviceCommissioned(encoded: entry.body)
            json.member("lane", commissioned.reader.lane)
            json.member("reader", commissioned.reader.reader)
            json.member("act", commissioned.act.name)
            json.member("by", commissioned.by)
            json.member("words", commissioned.words)
        default: preconditionFailure("\(entry.kind) is about no lane")
        }
    }
}
