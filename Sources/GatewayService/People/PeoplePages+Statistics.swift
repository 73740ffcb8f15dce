import AttendanceLedger
import LocalWeb
import PersonnelChanges
import SiteModel

// How well the 24 hours were kept, by team.
extension PeoplePages {
    @Sendable func statistics(_ asked: StatisticsMonth?) async throws -> ChangeStatisticsBoard {
        let content = await people.latest()
        return try await onLedgerThread { [self] in
            func figures(byTeam: Bool) -> [(period: ChangePeriod, statistics: ChangeStatistics)] {
                content.changes.statistics(
                    byTeam: byTeam, at: calendar.instant, offsetMilliseconds: siteOffsetMilliseconds,
                    time.corrected)
            }
            let all = figures(byTeam: false)
            let months = all.reversed().map { StatisticsMonth($0.period) }
            guard let month = asked ?? months.first else {
                return ChangeStatisticsBoard(months: [], all: nil, managers: nil, teams: [])
            }
            let ofMonth = figures(byTeam: true).filter { StatisticsMonth($0.period) == month }
            return ChangeStatisticsBoard(
                months: months,
                all: all.first { StatisticsMonth($0.period) == month }
                    .map { ChangeBoard.Month($0.period, $0.statistics) },
                managers: ofMonth.first { $0.period.isOfManagers }
                    .map { ChangeBoard.Month($0.period, $0.statistics) },
                teams: ofMonth.compactMap { period, statistics in
                    period.team.map {
                        ChangeStatisticsBoard.Line(
                            team: $0, figures: ChangeBoard.Month(period, statistics))
                    }
                })
        }
    }
}

extension StatisticsMonth {
    fileprivate init(_ period: ChangePeriod) {
        self.init(year: period.year, month: period.month)
    }
}
