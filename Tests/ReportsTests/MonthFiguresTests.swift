import AttendanceLedger
import Reports
import SiteModel
import Testing

/// Figures of a month as the ledger has them, with corrections.
@Suite struct MonthFiguresTests {
    private func figures(_ site: EvidenceSiteFolder, _ month: String = "2026-11") throws -> MonthFigures {
        try MonthFigures(
            of: try #require(CivilMonth(iso8601: month)), in: site.reader, offsetMilliseconds: 28_800_000,
            corrected: { CorrectedTime(instant: $0.wall, errorBound: .zero, basis: .synchronised) })
    }

    @Test func daysAndHoursFollowPassesAndCorrections() async throws {
        let site = try EvidenceSiteFolder()
        let (first, second, _) = try await site.fill()
        let found = try figures(site)
        let team = try #require(found.teams.first)
        #expect(found.teams.count == 1 && team.team == Team(name: "木工班", employer: "测试建筑"))
        // Five days of 499 minutes; and of 501, of which the second began ten minutes earlier after all.
        #expect(
            team.rows == [
                MonthRow(worker: first, days: 5, minutes: 5 * 501 + 10),
                MonthRow(worker: second, days: 5, minutes: 5 * 499),
            ])
        #expect(team.statement == nil && team.differences.count == 2)
        #expect(try figures(site, "2026-10").teams.isEmpty && figures(site, "2026-12").teams.isEmpty)
    }

    @Test func whatWasCorrectedBehindAStatementIsADifference() async throws {
        let site = try EvidenceSiteFolder()
        let (first, _, swipe) = try await site.fill()
        let before = try #require(try figures(site).teams.first)
        let head = try #require(try site.reader.head())
        _ = try await site.ledger.append([
            EntryDraft(
                MonthStated(
                    month: try #require(CivilMonth(iso8601: "2026-11")), team: before.team,
                    head: head.sequence, headHash: head.hash, by: "officer", rows: before.rows),
                kind: .monthStated, clock: EvidenceSiteFolder.clock(at: 7 * EvidenceSiteFolder.day))
        ])
        let stated = try #require(try figures(site).teams.first)
        #expect(stated.statement?.stated.rows == before.rows && stated.differences.isEmpty)
        let withdrawn = Correction(
            action: .withdrawn,
            target: Correction.Target(origin: site.ledger.origin, sequence: swipe), passes: [], by: "测试丙",
            reason: "代打卡")
        _ = try await site.ledger.append([
            EntryDraft(
                withdrawn, kind: .correction, subject: .worker(first),
                clock: EvidenceSiteFolder.clock(at: 8 * EvidenceSiteFolder.day))
        ])
        let changed = try #require(try figures(site).teams.first)
        #expect(changed.differences == [MonthRow(worker: first, days: 4, minutes: 4 * 501 + 10)])
        #expect(changed.mark != stated.mark)
    }

    /// The correction of a pass of November is written down after the worker moved in December.
    @Test func aLateCorrectionLeavesTheMonthInTheTeamOfThen() async throws {
        let site = try EvidenceSiteFolder()
        let (first, _, swipe) = try await site.fill()
        let day = EvidenceSiteFolder.day
        var worker = try #require(try site.reader.newestChange(of: first)).worker
        let former = worker.team
        worker.team = Team(name: "瓦工班", employer: former.employer)
        let moved = EvidenceSiteFolder.clock(at: 32 * day)
        let last = EvidenceSiteFolder.clock(at: 20 * day).wall
        _ = try await site.ledger.append([
            EntryDraft(
                PersonnelChange(
                    kind: .moved, occurredAt: moved.wall, dueAt: moved.wall, worker: worker, source: "test"),
                kind: .personnelChange, subject: .worker(first), clock: moved),
            EntryDraft(
                Correction(
                    action: .replaced,
                    target: Correction.Target(origin: site.ledger.origin, sequence: swipe),
                    passes: [StatedPass(direction: .entering, at: last)], by: "测试丙", reason: "漏打卡"),
                kind: .correction, subject: .worker(first),
                clock: EvidenceSiteFolder.clock(at: 33 * day)),
        ])
        let teams = try figures(site).teams
        #expect(teams.map(\.team) == [former] && teams[0].rows.contains { $0.worker == first })
    }
}
