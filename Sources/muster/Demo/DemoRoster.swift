import AttendanceLedger
import GatewayService
import SiteModel
import VirtualSite

/// Companies, teams and workers of the invented site, as complete as a platform demands them.
struct DemoRoster {
    let site: InventedSite
    let today: CivilDate
    let clock: ClockReading

    /// Of whom nobody took a photo: the platform refuses them, which the page of deliveries shows.
    static let unphotographed = 4

    /// Taken over before the service starts: baseline, so no clock of 24 hours runs for them.
    func write(to ledger: LedgerWriter) async throws(LedgerError) {
        _ = try await ledger.append(organisation)
        let workers = site.workers.enumerated().map { complete($0.element, $0.offset) }
        let joined = try await ledger.append(workers.map(joining))
        var photos: [EntryDraft] = []
        for (number, entry) in joined.enumerated() where number != Self.unphotographed {
            guard let id = entry.subject else { preconditionFailure("who joins gets an id") }
            photos.append(
                EntryDraft(
                    WorkerPhoto(jpeg: Self.photo(of: number)), kind: .workerPhoto, subject: .worker(id),
                    clock: clock))
        }
        _ = try await ledger.append(photos)
    }

    private func joining(_ worker: ProjectWorker) -> EntryDraft {
        EntryDraft(
            PersonnelChange(
                kind: .joined, occurredAt: clock.wall, dueAt: clock.wall, worker: worker, source: "demo",
                isBaseline: true),
            kind: .personnelChange, subject: .newWorker, clock: clock)
    }

    private var organisation: [EntryDraft] {
        let start = CivilDate(daysSince1970: today.daysSince1970 - 300)
        var drafts: [EntryDraft] = []
        var employers: [String] = []
        for team in InventedSite.teams {
            if !employers.contains(team.employer) {
                employers.append(team.employer)
                drafts.append(
                    EntryDraft(
                        EmployerProfile(
                            name: team.employer, corpCode: "91110000TEST0000\(employers.count)X",
                            corpType: "009", enteredOn: start,
                            registeredOn: CivilDate(daysSince1970: start.daysSince1970 + 3)),
                        kind: .employerProfile, clock: clock))
            }
            drafts.append(
                EntryDraft(
                    TeamProfile(team: team, enteredOn: start), kind: .teamProfile, clock: clock))
        }
        return drafts
    }

    /// What an identity card and an officer would have told.
    private func complete(_ worker: ProjectWorker, _ number: Int) -> ProjectWorker {
        var worker = worker
        worker.phone = "1390000\(1_000 + number)"
        worker.dossier.identity = IdentityRead(
            sexCode: 1, ethnicGroupCode: "01", address: "演示路\(number + 1)号", authority: "演示公安局",
            validFrom: CivilDate(year: 2020, month: 1, day: 1), isValidForEver: true)
        if number != Self.unphotographed {
            let jpeg = Self.photo(of: number)
            worker.dossier.photo = PhotoReference(
                digest: EvidenceDigest.digest(jpeg), byteCount: jpeg.count)
        }
        return worker
    }

    /// Bytes that begin and end as a photo does; a platform that only keeps them does not look.
    static func photo(of number: Int) -> [UInt8] {
        [0xFF, 0xD8, 0xFF, 0xE0, UInt8(number & 0x7F), 0xFF, 0xD9]
    }
}
