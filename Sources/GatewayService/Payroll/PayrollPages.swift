import LocalWeb
import PlatformSync
import Reports
import SiteModel

/// What the page about months sees and does. Counts alone: no personal data.
struct PayrollPages: Sendable {
    let desk: SyncDesk

    var closures: OfficePayroll { OfficePayroll(board: board, state: state) }

    @Sendable private func board(_ month: CivilMonth?) async throws -> PayrollBoard {
        let current = desk.payroll.currentMonth
        let month = month ?? CivilMonth(of: CivilDate(daysSince1970: current.firstDay.daysSince1970 - 1))
        let figures = try await desk.payroll.figures(of: month)
        var teams: [PayrollBoard.TeamMonth] = []
        for team in figures.teams {
            var shown = PayrollBoard.TeamMonth(
                team: team.team, workerCount: team.workerCount, dayCount: team.dayCount,
                tenthsOfHours: PayrollRow.tenthsOfHours(team.minutes), mark: team.mark)
            if let statement = team.statement {
                shown.statement = statement.entry
                shown.statedBy = statement.stated.by
                shown.changedCount = team.differences.count
                shown.platforms = try await desk.payrollStandings(of: statement.entry).map {
                    PayrollBoard.AtPlatform(
                        name: $0.platform, openCount: $0.rows.open, sentCount: $0.rows.sent,
                        confirmedCount: $0.rows.confirmed, refusedCount: $0.rows.rejected,
                        settledCount: $0.rows.settled)
                }
            }
            teams.append(shown)
        }
        return PayrollBoard(month: month, hasEnded: month < current, teams: teams)
    }

    /// An officer signed these figures, and no others.
    @Sendable private func state(_ order: PayrollOrder) async -> SyncOutcome {
        do throws(GatewayError) {
            let figures = try await desk.payroll.figures(of: order.month)
            guard let team = figures.teams.first(where: { $0.team == order.team }), team.mark == order.mark
            else {
                return .refused(
                    BoardWords(
                        "数据已有变动，请核对后再定稿。", "The figures changed meanwhile: look at them again."))
            }
            try await desk.payroll.state([team], of: figures, by: order.by)
            return .done
        } catch {
            return .refused(BoardWords("未完成：\(error)", "Not done: \(error)"))
        }
    }
}
