public import SiteModel

/// A team's month: its figures now, and what was stated of it.
public struct MonthTeam: Sendable, Hashable {
    public let team: Team
    /// In the order of the workers' ids. Whoever was stated and has nothing now stands here with nothing.
    public let rows: [MonthRow]
    /// The newest statement; nil while nobody said that the month is final.
    public let statement: Statement?

    public struct Statement: Sendable, Hashable {
        public let entry: LedgerSequence
        public let stated: MonthStated

        public init(entry: LedgerSequence, stated: MonthStated) {
            self.entry = entry
            self.stated = stated
        }
    }

    init(_ team: Team, figures: [MonthRow], statement: Statement?) {
        self.team = team
        self.statement = statement
        let known = Set(figures.map(\.worker))
        let gone = (statement?.stated.rows ?? []).filter { !known.contains($0.worker) }
            .map { MonthRow(worker: $0.worker, days: 0, minutes: 0) }
        rows = (figures + gone).sorted { $0.worker < $1.worker }
    }

    /// Workers whose figures are not those that were stated: somebody corrected something since.
    public var differences: [MonthRow] {
        let stated = Dictionary((statement?.stated.rows ?? []).map { ($0.worker, $0) }) { $1 }
        return rows.filter { stated[$0.worker] != $0 }
    }

    public var dayCount: Int { rows.reduce(0) { $0 + $1.days } }
    public var minutes: Int { rows.reduce(0) { $0 + $1.minutes } }
    /// Those who have something.
    public var workerCount: Int { rows.count { $0.days + $0.minutes > 0 } }

    /// Whoever looked at these figures saw these: it changes with any of them.
    public var mark: String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for row in rows {
            for number in [row.worker.rawValue, UInt64(row.days), UInt64(row.minutes)] {
                hash = (hash ^ number) &* 0x100_0000_01B3
            }
        }
        return String(hash, radix: 16)
    }
}
