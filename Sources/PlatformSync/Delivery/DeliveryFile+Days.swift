import SQLiteStore
import SiteModel

/// What became of the passes of each day.
extension DeliveryFile {
    struct DayCount: Sendable, Hashable {
        var recorded: Int64 = 0
        var confirmed: Int64 = 0
        var refused: Int64 = 0

        mutating func add(recorded: Int64, confirmed: Int64) {
            self.recorded += recorded
            self.confirmed += confirmed
        }
    }

    func count(_ day: CivilDate, recorded: Int64 = 0, confirmed: Int64 = 0, refused: Int64 = 0)
        throws(SQLiteError)
    {
        try run(
            """
            INSERT INTO day (day, recorded, confirmed, refused, is_due) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (day) DO UPDATE SET recorded = recorded + ?2, confirmed = confirmed + ?3,
            refused = refused + ?4, is_due = max(is_due, ?5)
            """, day.daysSince1970, recorded, confirmed, refused, confirmed > 0 ? 1 : 0)
        for (mark, delta) in [(Mark.recorded, recorded), (.confirmed, confirmed), (.refused, refused)]
        where delta != 0 {
            try addToMark(mark, delta)
        }
    }

    func days(from first: CivilDate, to last: CivilDate) throws(SQLiteError) -> [(CivilDate, DayCount)] {
        var days: [(CivilDate, DayCount)] = []
        try rows(
            "SELECT day, recorded, confirmed, refused FROM day WHERE day BETWEEN ?1 AND ?2 ORDER BY day",
            first.daysSince1970, last.daysSince1970
        ) { row in
            days.append(
                (
                    CivilDate(daysSince1970: row.wholeNumber(0)),
                    DayCount(
                        recorded: row.wholeNumber(1), confirmed: row.wholeNumber(2),
                        refused: row.wholeNumber(3))
                ))
        }
        return days
    }

    // MARK: Which days are to be compared with the platform

    /// Up to `limit` days before `end` with confirmations since they were last compared, newest first: one
    /// that the platform does not answer about keeps none of the days after it waiting.
    func dueDays(before end: CivilDate, limit: Int) throws(SQLiteError) -> [CivilDate] {
        var days: [CivilDate] = []
        try rows(
            "SELECT day FROM day WHERE is_due = 1 AND day < ?1 ORDER BY day DESC LIMIT ?2", end.daysSince1970,
            Int64(limit)
        ) { days.append(CivilDate(daysSince1970: $0.wholeNumber(0))) }
        return days
    }

    /// Of a ledger that was folded anew, days of long ago: each was compared in its time.
    func setOldDaysCompared() throws(SQLiteError) {
        try run("UPDATE day SET is_due = 0 WHERE day <= (SELECT max(day) FROM day) - 31")
    }

    func setDue(_ day: CivilDate, _ isDue: Bool) throws(SQLiteError) {
        try run("UPDATE day SET is_due = ?2 WHERE day = ?1", day.daysSince1970, isDue ? 1 : 0)
    }
}
