import SiteModel

extension EntryJSON {
    /// What platforms answered, and what was decided about it.
    mutating func appendDelivery(_ entry: LedgerEntry, isRevealed: Bool) throws(CanonicalDecodingError) {
        switch entry.kind {
        case .deliveryAnswered:
            let answered = try DeliveryAnswered(encoded: entry.body)
            json.member("worker", entry.subject?.description)
            json.member("platform", answered.platform)
            json.member("entry", answered.entry.rawValue)
            json.member("pass", answered.pass)
            json.member("state", answered.state.name)
            json.member("code", answered.code)
            if isRevealed { json.member("words", answered.words) }
            append(answered.carried)
        case .deliverySettled:
            let settled = try DeliverySettled(encoded: entry.body)
            json.member("worker", entry.subject?.description)
            json.member("platform", settled.platform)
            json.member("entry", settled.entry.rawValue)
            json.member("pass", settled.pass)
            json.member("resent", settled.isResent)
            json.member("by", settled.by)
            if isRevealed { json.member("reason", settled.reason) }
        case .organisationAnswered:
            let answered = try OrganisationAnswered(encoded: entry.body)
            json.member("platform", answered.platform)
            json.member("employer", answered.employer)
            json.member("team", answered.team)
            json.member("number", answered.number)
            json.member("taken", answered.isTaken)
            json.member("words", answered.words)
        case .attendanceConfirmed:
            let confirmed = try AttendanceConfirmed(encoded: entry.body)
            json.member("platform", confirmed.platform)
            json.member("receipt", confirmed.receipt)
            json.name("entries")
            json.beginArray()
            for sequence in confirmed.entries { json.value(sequence.rawValue) }
            json.endArray()
            append(confirmed.carried)
        case .bundleWritten:
            let written = try BundleWritten(encoded: entry.body)
            json.member("after", written.after.rawValue)
            json.member("by", written.by)
        case .bundleTaken:
            let taken = try BundleTaken(encoded: entry.body)
            json.member("taken_origin", taken.origin.text)
            json.member("taken_sequence", taken.sequence.rawValue)
            json.member("taken_hash", taken.hash.hexadecimal)
            json.member("ours", taken.ours.rawValue)
            json.member("by", taken.by)
        case .monthStated: append(try MonthStated(encoded: entry.body))
        case .payrollConfirmed:
            let confirmed = try PayrollConfirmed(encoded: entry.body)
            json.member("platform", confirmed.platform)
            json.member("receipt", confirmed.receipt)
            json.member("entry", confirmed.statement.rawValue)
            json.name("rows")
            json.beginArray()
            for row in confirmed.rows { json.value(Int64(row)) }
            json.endArray()
            append(confirmed.carried)
        default: preconditionFailure("the caller names the kinds")
        }
    }

    private mutating func append(_ stated: MonthStated) {
        json.member("month", stated.month.description)
        json.member("team", stated.team.name)
        json.member("employer", stated.team.employer)
        json.member("counted_to", stated.head.rawValue)
        json.member("counted_hash", stated.headHash.hexadecimal)
        json.member("by", stated.by)
        json.name("rows")
        json.beginArray()
        for row in stated.rows {
            json.beginObject()
            json.member("worker", row.worker.description)
            json.member("days", row.days)
            json.member("minutes", row.minutes)
            json.endObject()
        }
        json.endArray()
    }

    /// Who was told, where that was another node.
    private mutating func append(_ carried: CarriedAnswer?) {
        guard let carried else { return }
        json.member("told_to", carried.by.text)
        json.member("told_at", carried.clock.wall.rfc3339)
    }
}
