import AttendanceLedger
import SQLiteStore
import SiteModel

extension RejectedDelivery {
    /// In place of a platform's code: it has other figures of this worker's month.
    public static let statedCode = "stated"
    static let statedWords =
        "平台已有该工人本月数据且不一致：请在平台上人工更正后结案，或删除后重新发送 (the platform has other figures of "
        + "this worker's month: put them right there, then dismiss it; or delete them there, then resend)"
}

extension PlatformDelivery {
    /// Set aside here where the platform has other figures; else in its words.
    func rejected(
        _ line: PayrollLine, _ refusals: inout Refusals
    ) throws(DeliveryError) -> RejectedDelivery? {
        var found = try answer(to: line.statement, line.row, of: line.worker, &refusals)
        let held = try file.reading { () throws(SQLiteError) in
            try file.heldPayroll(of: line.worker, in: line.month)
        }
        if found == nil || held != nil,
            let entry = try maker.reading({ () throws(LedgerError) in try reader.entry(line.statement) })
        {
            found = RejectedDelivery(
                entry: line.statement, pass: line.row, worker: line.worker, change: nil,
                code: RejectedDelivery.statedCode, words: RejectedDelivery.statedWords, at: entry.clock)
        }
        found?.month = line.month
        return found
    }

    /// Where each month that was stated stands, newest first.
    public func payrollStandings(limit: Int = 1_000) throws(DeliveryError) -> [PayrollStanding] {
        try file.reading { () throws(SQLiteError) in try file.payrollStandings(limit: limit) }
    }
}
