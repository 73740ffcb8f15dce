public import SiteModel

/// Somebody with a day pass who has not been seen to leave. Never a worker.
public struct Visitor: Sendable, Hashable {
    /// Of the entry that admitted them: their number for `visitor leave`.
    public let sequence: LedgerSequence
    public let admitted: VisitorAdmitted
    public let since: ClockReading

    /// on_site, or overdue once the pass is over.
    public func stateName(at instant: UTCInstant) -> String {
        instant < admitted.until ? "on_site" : "overdue"
    }

    /// Masked, like the entry itself.
    public func fields(
        at instant: UTCInstant, offsetMilliseconds: Int64, _ corrected: TimeCorrection
    ) -> FieldList {
        var list = FieldList()
        list.append("visitor", "访客号", String(sequence.rawValue))
        list.append("name", "姓名", admitted.name)
        list.append("company", "单位", admitted.company)
        list.append("purpose", "事由", admitted.purpose)
        list.append("host", "接待人", admitted.host?.description)
        list.append(
            "admitted_at", "进场", at: corrected(since).instant, offsetMilliseconds: offsetMilliseconds)
        list.append("until", "有效至", at: admitted.until, offsetMilliseconds: offsetMilliseconds)
        list.append("state", "状态", stateName(at: instant))
        list.append("by", "放行人", admitted.by)
        return list
    }
}
