import AttendanceLedger
import Foundation
import Logging
import PersonnelChanges
import PlatformSync
import SandboxPlatform
import SiteModel

@testable import GatewayService

/// A site with a company, a team and invented workers, for a sandbox platform on a loopback port.
final class SyncSite: Sendable {
    static let secret = "0123456789abcdefFEDCBA9876543210"
    static let team = Team(name: "钢筋一班", employer: "测试建设有限公司")

    let folder = TemporaryFolder()
    let ledger: LedgerWriter
    let reader: LedgerReader
    let people: PeopleBook
    let time: SiteTime
    let clock: SystemSiteClock
    let today: CivilDate

    init() async throws {
        let key = SiteKey.random()
        ledger = try LedgerWriter.open(directory: folder.path, node: "gate", siteKey: key)
        reader = try LedgerReader.open(directory: folder.path, siteKey: key)
        clock = try SystemSiteClock()
        time = SiteTime(clock, history: ClockHistory())
        people = PeopleBook(reader: reader)
        today = clock.now().wall.day(offsetMilliseconds: TestSite.offset)
        try (Self.secret + "\n").write(toFile: folder.path + "/secret", atomically: true, encoding: .utf8)
        let start = CivilDate(daysSince1970: today.daysSince1970 - 30)
        _ = try await ledger.append([
            EntryDraft(
                EmployerProfile(
                    name: Self.team.employer, corpCode: "91650000TEST00001X", corpType: "009",
                    enteredOn: start),
                kind: .employerProfile, clock: vouchedFor()),
            EntryDraft(
                TeamProfile(team: Self.team, enteredOn: start), kind: .teamProfile, clock: vouchedFor()),
        ])
    }

    /// The present, on a machine whose clock is right.
    private func vouchedFor() -> ClockReading {
        let now = clock.now()
        return ClockReading(wall: now.wall, uptime: now.uptime, boot: now.boot, synchronisation: .kernel)
    }

    func join(hasPhoto: Bool = true, daysAgo: Int64 = 20) async throws -> WorkerID {
        let now = vouchedFor()
        var worker = ProjectWorker(
            name: "张测试", idNumber: Person.adult.idNumber, team: Self.team, workType: "钢筋工",
            phone: "13000000000", joinedOn: CivilDate(daysSince1970: today.daysSince1970 - daysAgo))
        worker.dossier.identity = IdentityRead(
            sexCode: 1, ethnicGroupCode: "01", address: "测试路1号", authority: "测试公安局",
            validFrom: CivilDate(year: 2020, month: 1, day: 1), isValidForEver: true)
        let entry = try await ledger.append([.joining(worker, now)])[0]
        guard let id = entry.subject, hasPhoto else { return entry.subject! }
        let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0, 1, 0xFF, 0xD9]
        worker.dossier.photo = PhotoReference(digest: EvidenceDigest.digest(jpeg), byteCount: jpeg.count)
        _ = try await ledger.append([
            EntryDraft(WorkerPhoto(jpeg: jpeg), kind: .workerPhoto, subject: .worker(id), clock: now),
            EntryDraft(
                PersonnelChange(
                    kind: .updated, occurredAt: now.wall, dueAt: now.wall, worker: worker, source: "test"),
                kind: .personnelChange, subject: .worker(id), clock: now),
        ])
        return id
    }

    /// Passes a second apart that end `age` ago.
    func pass(_ worker: WorkerID, count: Int, age: Duration = .zero) async throws {
        let now = vouchedFor()
        _ = try await ledger.append(
            (0..<count).map { number in
                let wall = now.wall.advanced(
                    byMilliseconds: Int64(number - count) * 1_000 - age.wholeMilliseconds)
                return EntryDraft(
                    AttendanceRecord(
                        reader: ReaderName(lane: "north", reader: "reader-1"), direction: .entering,
                        credentialKind: .idNumber, reason: nil, isOpened: true, isTimeUncertain: false,
                        standing: .known, rosterPosition: LedgerSequence(1), policy: LedgerSequence(1),
                        maskedCredential: nil),
                    kind: .attendance, subject: .worker(worker),
                    clock: ClockReading(
                        wall: wall, uptime: now.uptime, boot: now.boot, synchronisation: .kernel))
            })
    }

    func plan(port: Int, pace: String = "normal") throws -> PlatformPlan {
        let yaml = """
            platforms:
              - name: city
                url: http://127.0.0.1:\(port)/open.api
                app_id: TESTAPP0001
                project_code: TESTPROJECT01
                secret: {file: \(folder.path)/secret}
                pace: \(pace)
            """
        return try Configuration(yaml: yaml, file: "muster.yaml").platforms[0]
    }

    /// - Parameter directory: where the file of the deliveries lies; nil: beside the ledger.
    func desk(
        port: Int, pace: String = "normal", deliveriesIn directory: String? = nil
    ) throws -> SyncDesk {
        let plan = try plan(port: port, pace: pace)
        let turn = PlatformTurn()
        let source = DeliverySource(
            directory: directory ?? folder.path, ledger: ledger, reader: reader, time: time)
        let link = PlatformLink(plan, source: source, turn: turn, time: time, logger: .silent)
        let carrying = Carrying(
            directory: folder.path, node: "gate", ledger: ledger, reader: reader, clock: time)
        let carried = CarriedLinks(
            carrying, plans: [plan], turns: [plan.name: turn], time: time, logger: .silent)
        return SyncDesk(
            own: [link], carried: carried, people: people,
            payroll: PayrollDesk(
                ledger: ledger, reader: reader, time: time, offsetMilliseconds: TestSite.offset),
            time: time, siteOffsetMilliseconds: TestSite.offset)
    }

    /// Delivers while `body` runs.
    func delivering(_ desk: SyncDesk, _ body: @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for link in desk.links { tasks.addTask { await link.deliver() } }
            let failure: (any Error)?
            do {
                try await body()
                failure = nil
            } catch {
                failure = error
            }
            for link in desk.links { await link.stop() }
            try await tasks.waitForAll()
            // A connection that nobody ends ends the process.
            for link in desk.links { await link.close() }
            if let failure { throw failure }
        }
    }

    /// Waits until a platform stands so; a minute at most.
    func wait(_ desk: SyncDesk, until isThere: (DeliveryStatus) -> Bool) async throws -> PlatformStanding {
        let deadline = SystemSiteClock.uptime() + .seconds(60)
        while true {
            let standing = await desk.links[0].standing()
            if let status = standing.status, isThere(status) { return standing }
            guard SystemSiteClock.uptime() < deadline else { throw SyncSiteError.late("\(standing)") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    func withSandbox(
        faults: [String] = [], _ body: @escaping @Sendable (Int) async throws -> Void
    ) async throws {
        var configuration = SandboxConfiguration(
            appID: "TESTAPP0001", projectCode: "TESTPROJECT01", secret: AppSecret(Self.secret)!,
            store: folder.path + "/platform.db")
        configuration.delay = .zero
        configuration.faults = faults.compactMap { FaultRule(text: $0) }
        configuration.revealsNumbers = true
        let server = try SandboxServer(configuration: configuration, clock: clock, logger: .silent)
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await server.serve(host: "127.0.0.1", port: 0) { port.yield($0) } }
            for await number in ports {
                try await body(number)
                break
            }
            tasks.cancelAll()
            while let result = await tasks.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { throw error }
            }
        }
    }
}

enum SyncSiteError: Error {
    case late(String)
}
