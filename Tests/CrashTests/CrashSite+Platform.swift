import AttendanceLedger
import Foundation
import SiteModel
import Testing

@testable import SandboxPlatform

/// What a site needs that reports to a platform.
extension CrashSite {
    private static let employer = "测试建设有限公司"

    /// How the deliveries stand, as `sync status --json` says.
    struct Standing: Decodable {
        /// 0 before the ledger was looked at.
        let position: Int64?
        let open: Int?
        let sent: Int?
        let unknown: Int?
        let confirmed: Int?
        let rejected: Int?
        let recorded: Int?
        let changesOpen: Int?
        let changesSent: Int?
        let changesRejected: Int?
        let lastError: String?
    }

    /// A pass of the ledger.
    struct Pass {
        let sequence: Int64
        /// As the platform keys it.
        let key: String
        let worker: String
        /// In which run of the service it was recorded, from 1.
        let life: Int
    }

    /// Companies, teams and what a platform demands of each worker, while no service runs.
    func completeTheRoster(teamCount: Int = 4) async throws {
        let key = try #require(try SiteKey.find(directory: state, credentials: nil))
        let ledger = try LedgerWriter.open(directory: state, node: "crash", siteKey: key)
        let reader = try LedgerReader.open(directory: state, siteKey: key)
        let now = try SystemSiteClock().now()
        let start = CivilDate(daysSince1970: now.wall.day(offsetMilliseconds: 0).daysSince1970 - 30)
        var drafts = [
            EntryDraft(
                EmployerProfile(
                    name: Self.employer, corpCode: "91650000TEST00001X", corpType: "009", enteredOn: start),
                kind: .employerProfile, clock: now)
        ]
        for number in 0..<teamCount {
            drafts.append(
                EntryDraft(
                    TeamProfile(team: Self.team(number), enteredOn: start), kind: .teamProfile, clock: now))
        }
        var workers: [WorkerID] = []
        try reader.forEachPeopleEntry { entry throws(LedgerError) in
            if entry.kind == .personnelChange, let worker = entry.subject { workers.append(worker) }
        }
        for (number, id) in workers.enumerated() {
            let worker = try #require(try reader.newestChange(of: id)).worker
            drafts += Self.completed(worker, number, Self.team(number % teamCount), id, now)
        }
        _ = try await ledger.append(drafts)
        await ledger.close()
    }

    private static func team(_ number: Int) -> Team { Team(name: "测试\(number)班", employer: employer) }

    private static func completed(
        _ worker: ProjectWorker, _ number: Int, _ team: Team, _ id: WorkerID, _ now: ClockReading
    ) -> [EntryDraft] {
        var worker = worker
        let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0, UInt8(number & 0x7F), 0xFF, 0xD9]
        (worker.team, worker.workType, worker.phone) = (team, "钢筋工", "13000000000")
        worker.dossier.identity = IdentityRead(
            sexCode: 1, ethnicGroupCode: "01", address: "测试路1号", authority: "测试公安局",
            validFrom: CivilDate(year: 2020, month: 1, day: 1), isValidForEver: true)
        worker.dossier.photo = PhotoReference(digest: EvidenceDigest.digest(jpeg), byteCount: jpeg.count)
        return [
            EntryDraft(WorkerPhoto(jpeg: jpeg), kind: .workerPhoto, subject: .worker(id), clock: now),
            EntryDraft(
                PersonnelChange(
                    kind: .updated, occurredAt: now.wall, dueAt: now.wall, worker: worker, source: "test"),
                kind: .personnelChange, subject: .worker(id), clock: now),
        ]
    }

    /// Nil while nobody answers.
    func standing() async throws -> Standing? {
        let process = try process("sync", "status", "--json")
        guard try await process.wait() == .exited(0) else { return nil }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode([Standing].self, from: Data(process.output.utf8)).first
    }

    /// Waits until the platform has judged so many passes and every change.
    func waitUntilDelivered(_ count: Int) async throws {
        var last: Standing?
        let deadline = SystemSiteClock.uptime() + MusterProcess.patience
        while SystemSiteClock.uptime() < deadline {
            last = try await standing() ?? last
            if let last, last.position ?? 0 > 0, last.recorded == count, last.confirmed == count,
                last.changesOpen == 0,
                last.changesSent == 0
            {
                return
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("\(count) passes, and not delivered: \(last.map { "\($0)" } ?? "nothing said")")
    }

    /// The passes of the ledger, oldest first.
    func passes() async throws -> [Pass] {
        let numbers = Dictionary(uniqueKeysWithValues: workers.enumerated().map { ($1, $0) })
        var life = 0
        var passes: [Pass] = []
        for entry in try await export() {
            if entry.kind == "serviceStarted" { life += 1 }
            guard entry.kind == "attendance", entry.decision == "granted", let worker = entry.worker,
                let number = numbers[worker], let text = entry.correctedAt,
                let at = UTCInstant(rfc3339: text)
            else { continue }
            let second = PlatformTime.secondText(of: at)
            let key =
                "\(Self.idNumber(number))|\(second)|\(entry.direction == "entering" ? "01" : "02")"
            passes.append(Pass(sequence: entry.sequence, key: key, worker: worker, life: life))
        }
        return passes
    }
}
