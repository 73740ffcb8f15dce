import AttendanceLedger
import PersonnelChanges
import PlatformSync
import Reports
import SiteModel

/// Where an officer says that a team's month is final. What it says goes to the platforms behind the month's
/// attendance; a platform is told nothing of a month by itself.
struct PayrollDesk: Sendable {
    let ledger: LedgerWriter
    let reader: LedgerReader
    let time: SiteTime
    let offsetMilliseconds: Int64

    var currentMonth: CivilMonth {
        CivilMonth(of: time.instant(of: time.now()).day(offsetMilliseconds: offsetMilliseconds))
    }

    /// The month's figures and statements. Reads for seconds on a large site, on a thread of its own.
    func figures(of month: CivilMonth) async throws(GatewayError) -> MonthFigures {
        do throws(LedgerError) {
            return try await onLedgerThread { [reader, time, offsetMilliseconds] in
                Result { () throws(LedgerError) in
                    try MonthFigures(
                        of: month, in: reader, offsetMilliseconds: offsetMilliseconds,
                        corrected: { time.corrected($0) })
                }
            }.get()
        } catch {
            throw .ledger(error)
        }
    }

    /// - Parameter name: nil: all.
    func teams(named name: String?, of figures: MonthFigures) throws(GatewayError) -> [MonthTeam] {
        let found = figures.teams.filter { name == nil || $0.team.name == name }
        guard !found.isEmpty else {
            throw .refused(
                "\(figures.month) 没有该班组的考勤 (there is no attendance of that team in \(figures.month))")
        }
        return found
    }

    /// Writes down that these teams' figures are final; of those whose figures were stated already, nothing.
    ///
    /// - Throws: `GatewayError.refused` before the month has ended in site time, and for a team that is too
    ///   large for one statement; then nothing was written.
    func state(_ teams: [MonthTeam], of figures: MonthFigures, by name: String) async throws(GatewayError) {
        guard figures.month < currentMonth else {
            throw .refused("\(figures.month) 尚未结束，不能定稿 (\(figures.month) has not ended)")
        }
        guard let head = figures.head, teams.allSatisfy({ $0.rows.count <= MonthStated.rowLimit }) else {
            throw .refused(
                "一个班组最多 \(MonthStated.rowLimit) 人 (a team has at most \(MonthStated.rowLimit) workers)")
        }
        let drafts = teams.filter { $0.statement == nil || !$0.differences.isEmpty }.map { team in
            EntryDraft(
                MonthStated(
                    month: figures.month, team: team.team, head: head.sequence, headHash: head.hash,
                    by: name, rows: team.rows),
                kind: .monthStated, clock: time.now())
        }
        guard !drafts.isEmpty else { return }
        do throws(LedgerError) {
            _ = try await ledger.append(drafts)
        } catch {
            throw .ledger(error)
        }
    }
}

extension SyncDesk {
    /// How a statement stands at each platform that took it in.
    func payrollStandings(
        of statement: LedgerSequence
    ) async throws(GatewayError) -> [(platform: String, rows: DeliveryStatus.Payroll)] {
        var found: [(platform: String, rows: DeliveryStatus.Payroll)] = []
        for link in own {
            guard let delivery = link.delivery else { continue }
            do throws(DeliveryError) {
                let standing = try await delivery.payrollStandings().first { $0.statement == statement }
                if let standing { found.append((link.name, standing.rows)) }
            } catch {
                throw GatewayError(error)
            }
        }
        return found
    }

    /// Shows, and unless it is a dry run states, what a person asked about.
    func payroll(_ asked: PayrollRequest) async throws(GatewayError) -> PayrollListing {
        var figures = try await payroll.figures(of: asked.month)
        var teams = try payroll.teams(named: asked.team, of: figures)
        if !asked.isDry {
            try await payroll.state(teams, of: figures, by: asked.by)
            figures = try await payroll.figures(of: asked.month)
            teams = try payroll.teams(named: asked.team, of: figures)
        }
        let roster = await people.latest().roster
        var lines: [PayrollListing.Line] = []
        for team in teams {
            let platforms =
                if let statement = team.statement { try await payrollStandings(of: statement.entry) } else {
                    [(platform: String, rows: DeliveryStatus.Payroll)]()
                }
            let names = team.rows.map { roster.member($0.worker)?.worker.maskedName ?? "" }
            lines.append(PayrollListing.Line(team: team, names: names, platforms: platforms))
        }
        return PayrollListing(month: asked.month, lines: lines, isDry: asked.isDry)
    }
}
