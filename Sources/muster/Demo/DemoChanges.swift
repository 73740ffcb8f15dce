import AttendanceLedger
import GatewayService
import PersonnelChanges
import SiteModel
import VirtualSite

/// What an officer recorded on the invented site before anybody watches: changes with some hours left, late
/// ones, two that the platform will refuse, one confirmed by hand, and two corrections. All of it through the
/// code of commands and pages, only earlier.
struct DemoChanges {
    private static let officer = "演示劳资员"
    private static var otherTeam: [WorkerField: String] {
        let team = InventedSite.teams[2]
        return [.team: team.name, .employer: team.employer]
    }

    let access: SiteAccess
    let site: InventedSite
    let today: CivilDate
    let clock: SystemSiteClock

    func record() async throws {
        let members = try access.roster().members.map(\.id.description)
        // The platform never took the one without a photo: what is told of them waits, and grows late.
        let waiting = members[DemoRoster.unphotographed]
        try await change(.move, waiting, hoursAgo: 26, Self.otherTeam)
        try await change(
            .update, waiting, hoursAgo: 21,
            [.contractKind: "labour_contract", .contractSignedOn: today.description, .payBasis: "day"])
        // Those it takes: one in time, one too late.
        try await change(.move, members[10], hoursAgo: 30, Self.otherTeam)
        try await change(.move, members[3], hoursAgo: 2, Self.otherTeam)
        try await confirmByHand(try await change(.move, members[12], hoursAgo: 9, Self.otherTeam))
        // Newcomers, of whom one has no photo yet.
        let newcomers = InventedSite(seed: 9, today: today).strangers
        _ = try await join(newcomers[0], hoursAgo: 14)
        _ = try await join(newcomers[1], hoursAgo: 5)
        try await addPhoto(to: newcomers[1])
        try await correct(members[6], members[7])
    }

    /// - Returns: the entry of the change.
    @discardableResult
    private func change(
        _ action: ChangeRequest.Action, _ worker: String, hoursAgo: Int64, _ fields: [WorkerField: String]
    ) async throws -> LedgerSequence {
        try await carryOut(
            ChangeRequest(
                action, workers: [worker], at: local(hoursAgo: hoursAgo), fields: fields, by: Self.officer))
    }

    private func join(_ person: ProjectWorker, hoursAgo: Int64) async throws -> LedgerSequence {
        var request = ChangeRequest(
            .join, workers: [person.idNumber.revealed], at: local(hoursAgo: hoursAgo),
            fields: [
                .name: person.name, .team: person.team.name, .employer: person.team.employer,
                .workType: person.workType, .phone: "13900009\(hoursAgo + 100)",
            ], by: Self.officer)
        request.identity = IdentityRead(
            sexCode: 1, ethnicGroupCode: "01", address: "演示路9号", authority: "演示公安局",
            validFrom: CivilDate(year: 2020, month: 1, day: 1), isValidForEver: true)
        request.identityNumber = person.idNumber
        return try await carryOut(request)
    }

    private func addPhoto(to person: ProjectWorker) async throws {
        _ = try await access.change(
            ChangeRequest(
                .update, workers: [person.idNumber.revealed], by: Self.officer,
                photo: DemoRoster.photo(of: 77)),
            format: .text, clock: clock)
    }

    private func carryOut(_ request: ChangeRequest) async throws -> LedgerSequence {
        _ = try await access.change(request, format: .text, clock: clock)
        guard let last = try access.people(clock: clock).content.changes.changes.last else {
            throw CommandFailure("the demo's changes were not recorded", code: 70)
        }
        return last.sequence
    }

    private func confirmByHand(_ change: LedgerSequence) async throws {
        _ = try await access.confirm(
            ConfirmationRequest(
                change: change, reference: "平台回执 DEMO-2026-88", by: Self.officer,
                attachment: DemoRoster.photo(of: 88)),
            format: .text, clock: clock)
    }

    /// Passes that no reader saw, for a site manager to confirm.
    private func correct(_ workers: String...) async throws {
        let now = clock.now().wall
        for (number, worker) in workers.enumerated() {
            let start = now.advanced(byMilliseconds: -Int64(30 + number) * 3_600_000)
            _ = try await access.correct(
                CorrectionRequest(
                    workers: [worker], team: nil, action: .added, target: LedgerSequence(0),
                    passes: [
                        StatedPass(direction: .entering, at: start),
                        StatedPass(direction: .leaving, at: start.advanced(byMilliseconds: 9 * 3_600_000)),
                    ], by: Self.officer, reason: "读卡器检修，班组长签字确认"),
                format: .text, clock: clock)
        }
    }

    /// As an officer types it: site time.
    private func local(hoursAgo hours: Int64) -> String {
        let instant = clock.now().wall.advanced(byMilliseconds: -hours * 3_600_000)
        return String(
            instant.localText(offsetMilliseconds: access.configuration.site.offsetMilliseconds).prefix(16)
        ).replacing(" ", with: "T")
    }
}
