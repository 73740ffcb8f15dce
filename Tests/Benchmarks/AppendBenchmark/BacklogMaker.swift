import AttendanceLedger
import Glibc
import SiteModel

/// Makes the ledger of a site that was without its platform for months: the platform has everybody, and none
/// of the attendance. Everybody passes in turn, in and out, up to now; no two passes of one share a second.
struct BacklogMaker {
    let platform: String
    let workerCount: Int
    let teamCount: Int
    let recordCount: Int
    /// Of the time in which the records lie.
    let dayCount: Int

    static let employer = "测试建设"
    private static let groupCount = 4_096

    /// The site key lies beside it, so that the program can open it.
    func make(in folder: String) async throws {
        let (siteKey, _) = try SiteKey.findOrMake(directory: folder, credentials: nil)
        let ledger = try LedgerWriter.open(directory: folder, node: "bench", siteKey: siteKey)
        let now = try SystemSiteClock().now().wall.milliseconds
        let start = now - Int64(dayCount) * UTCInstant.dayMilliseconds
        _ = try await ledger.append(organisation(at: start))
        var workers: [WorkerID] = []
        var roster = LedgerSequence(0)
        for first in stride(from: 0, to: workerCount, by: Self.groupCount) {
            let group = (first..<min(first + Self.groupCount, workerCount)).map { joined($0, at: start) }
            let changes = try await ledger.append(group)
            _ = try await ledger.append(changes.map { confirmed($0, at: start) })
            workers += changes.compactMap { $0.subject }
            roster = changes.last?.sequence ?? roster
        }
        let step = (now - start) / Int64(recordCount + 1)
        precondition(step * Int64(workerCount) >= 1_000, "two passes of one worker would share a second")
        for first in stride(from: 0, to: recordCount, by: Self.groupCount) {
            let indexes = first..<min(first + Self.groupCount, recordCount)
            _ = try await ledger.append(
                indexes.map { index in
                    pass(index, workers, roster, at: start + Int64(index + 1) * step)
                })
        }
        await ledger.close()
    }

    private func organisation(at start: Int64) -> [EntryDraft] {
        let profile = EntryDraft(
            EmployerProfile(
                name: Self.employer, corpCode: "91650000TEST00001X", corpType: "009",
                enteredOn: CivilDate(daysSince1970: 20_000)),
            kind: .employerProfile, clock: reading(start))
        let teams = [nil] + (0..<teamCount).map { Optional($0) }
        return [profile]
            + teams.map { team in
                EntryDraft(
                    OrganisationAnswered(
                        platform: platform, employer: Self.employer, team: team.map(Self.team),
                        number: team.map { Int64(1_900_000_000 + $0) }, isTaken: true),
                    kind: .organisationAnswered, clock: reading(start))
            }
    }

    private func joined(_ index: Int, at start: Int64) -> EntryDraft {
        let worker = ProjectWorker(
            name: "测\(index)", idNumber: LedgerMaker.idNumber(index),
            team: Team(name: Self.team(index % teamCount), employer: Self.employer),
            card: CardNumber(value: UInt64(0x0010_0000 + index * 7), bitLength: 32),
            joinedOn: CivilDate(daysSince1970: 20_000))
        return EntryDraft(
            PersonnelChange(
                kind: .joined, occurredAt: reading(start).wall, dueAt: reading(start).wall, worker: worker,
                source: "bench"),
            kind: .personnelChange, subject: .newWorker, clock: reading(start))
    }

    private func confirmed(_ change: LedgerEntry, at start: Int64) -> EntryDraft {
        guard let worker = change.subject else { preconditionFailure("a change is about somebody") }
        return EntryDraft(
            ChangeConfirmed(change: change.sequence, reference: "", by: "bench"), kind: .changeConfirmed,
            subject: .worker(worker), clock: reading(start))
    }

    private func pass(
        _ index: Int, _ workers: [WorkerID], _ roster: LedgerSequence, at milliseconds: Int64
    ) -> EntryDraft {
        let record = AttendanceRecord(
            reader: ReaderName(lane: "gate", reader: "gate-in"),
            direction: index / workerCount % 2 == 0 ? .entering : .leaving, credentialKind: .cardNumber,
            reason: nil, isOpened: true, isTimeUncertain: false, standing: .known,
            rosterPosition: roster, policy: LedgerSequence(0), maskedCredential: nil)
        return EntryDraft(
            record, kind: .attendance, subject: .worker(workers[index % workerCount]),
            clock: reading(milliseconds))
    }

    private static func team(_ number: Int) -> String { "测试班\(number)" }

    private func reading(_ milliseconds: Int64) -> ClockReading {
        ClockReading(
            wall: UTCInstant(milliseconds: milliseconds),
            uptime: Uptime(milliseconds: milliseconds - 1_700_000_000_000), boot: Sample.boot,
            synchronisation: .kernel)
    }
}
