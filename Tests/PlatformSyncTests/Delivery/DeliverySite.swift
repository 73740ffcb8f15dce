import AttendanceLedger
import Foundation
import FoundationNetworking
import Logging
import SandboxPlatform
import SiteModel

@testable import PlatformSync

/// A site with a ledger, invented workers, and a sandbox platform on a loopback port.
final class DeliverySite: Sendable {
    static let secret = "0123456789abcdefFEDCBA9876543210"
    static let employer = "测试建设有限公司"

    let path: String
    let ledger: LedgerWriter
    let reader: LedgerReader
    let clock: any SiteClock
    let key: SiteKey
    /// Whose folder it is.
    private let former: DeliverySite?

    /// - Parameters:
    ///   - folder: that the site's folder is made in; nil: that of temporary files.
    ///   - clock: nil: the system's.
    init(
        _ key: SiteKey = .random(), in folder: String? = nil, clock: (any SiteClock)? = nil
    ) throws {
        self.key = key
        former = nil
        path = (folder.map { $0 + "/" } ?? NSTemporaryDirectory()) + "delivery-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        ledger = try LedgerWriter.open(directory: path, node: "gate", siteKey: key)
        reader = try LedgerReader.open(directory: path, siteKey: key)
        self.clock = try clock ?? SystemSiteClock()
    }

    /// A site whose ledger was closed, opened again.
    init(reopening site: DeliverySite) throws {
        (key, path, clock, former) = (site.key, site.path, site.clock, site)
        ledger = try LedgerWriter.open(directory: path, node: "gate", siteKey: key)
        reader = try LedgerReader.open(directory: path, siteKey: key)
    }

    deinit {
        // try?: a folder that is gone is as good.
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Moments of the tests stand where the clock says, or `offset` later: then the clock is known better.
    ///
    /// - Parameter corrected: in place of that.
    func delivery(
        to adapter: any PlatformAdapter, policy: DeliveryPolicy = .hasty, offset: Duration = .zero,
        corrected: (@Sendable (ClockReading) -> CorrectedTime)? = nil
    ) throws -> PlatformDelivery {
        let milliseconds = offset.wholeMilliseconds
        return try PlatformDelivery(
            name: "city", adapter: adapter, directory: path, ledger: ledger, reader: reader, clock: clock,
            corrected: corrected ?? {
                CorrectedTime(
                    instant: $0.wall.advanced(byMilliseconds: milliseconds), errorBound: .zero,
                    basis: .synchronised)
            },
            policy: policy, logger: .silent)
    }

    /// - Parameter clock: nil: the site's.
    func platform(
        port: Int, dialect: String = "national", batch: Int? = nil, clock: (any SiteClock)? = nil
    ) throws -> OpenAPIPlatform {
        var configuration = PlatformConfiguration(
            name: "city", dialect: dialect, url: "http://127.0.0.1:\(port)/open.api", appID: "TESTAPP0001",
            projectCode: "TESTPROJECT01", secret: PlatformSecret(Self.secret)!, attendanceBatch: batch)
        configuration.timeout = .seconds(2)
        return try OpenAPIPlatform(configuration, clock: clock ?? self.clock)
    }

    // MARK: What happens on site

    func addCompany(teams: [String]) async throws {
        let today = clock.now().wall.day(offsetMilliseconds: 28_800_000)
        let start = CivilDate(daysSince1970: today.daysSince1970 - 30)
        var drafts = [
            EntryDraft(
                EmployerProfile(
                    name: Self.employer, corpCode: "91650000TEST00001X", corpType: "009", enteredOn: start),
                kind: .employerProfile, clock: clock.now())
        ]
        for team in teams {
            drafts.append(
                EntryDraft(
                    TeamProfile(team: Team(name: team, employer: Self.employer), enteredOn: start),
                    kind: .teamProfile, clock: clock.now()))
        }
        _ = try await ledger.append(drafts)
    }

    /// - Parameter hasPapers: with a contract and a training.
    /// - Returns: the worker's id.
    @discardableResult
    func join(
        _ number: Int, team: String, isBaseline: Bool = false, hasPhoto: Bool = true,
        hasPapers: Bool = false
    ) async throws -> WorkerID {
        let now = clock.now()
        let today = now.wall.day(offsetMilliseconds: 28_800_000)
        var worker = Self.worker(
            number, team: team, joinedOn: CivilDate(daysSince1970: today.daysSince1970 - 20))
        if hasPapers {
            worker.dossier.contract = WorkContract(
                kind: .labourContract, signedOn: worker.joinedOn, startsOn: worker.joinedOn)
            worker.dossier.trainedOn = worker.joinedOn
        }
        let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0, UInt8(number & 0xFF), 0xFF, 0xD9]
        let joined = try await ledger.append([
            EntryDraft(
                PersonnelChange(
                    kind: .joined, occurredAt: now.wall, dueAt: now.wall, worker: worker, source: "test",
                    isBaseline: isBaseline), kind: .personnelChange, subject: .newWorker, clock: now)
        ])
        let id = joined[0].subject!
        guard hasPhoto else { return id }
        try await photograph(id, worker, jpeg)
        return id
    }

    /// An invented worker whose card was read.
    static func worker(_ number: Int, team: String, joinedOn: CivilDate) -> ProjectWorker {
        var worker = ProjectWorker(
            name: "测试\(number)", idNumber: idNumber(number), team: Team(name: team, employer: employer),
            workType: "钢筋工", phone: "13000000000", joinedOn: joinedOn)
        worker.dossier.identity = IdentityRead(
            sexCode: 1, ethnicGroupCode: "01", address: "测试路1号", authority: "测试公安局",
            validFrom: CivilDate(year: 2020, month: 1, day: 1), isValidForEver: true)
        return worker
    }

    func photograph(_ id: WorkerID, _ worker: ProjectWorker, _ jpeg: [UInt8]) async throws {
        var worker = worker
        let now = clock.now()
        worker.dossier.photo = PhotoReference(digest: EvidenceDigest.digest(jpeg), byteCount: jpeg.count)
        _ = try await ledger.append([
            EntryDraft(WorkerPhoto(jpeg: jpeg), kind: .workerPhoto, subject: .worker(id), clock: now),
            EntryDraft(
                PersonnelChange(
                    kind: .updated, occurredAt: now.wall, dueAt: now.wall, worker: worker, source: "test"),
                kind: .personnelChange, subject: .worker(id), clock: now),
        ])
    }

    /// Passes of one worker, by turns in and out, that end `age` ago.
    ///
    /// - Returns: their entries.
    @discardableResult
    func pass(
        _ worker: WorkerID, count: Int = 1, age: Duration = .zero, lane: String = "north",
        awaitsPassage: Bool = false, apart: Duration = .seconds(1)
    ) async throws -> [LedgerSequence] {
        let now = clock.now()
        let drafts = (0..<count).map { number in
            let back = age.wholeMilliseconds + Int64(count - number) * apart.wholeMilliseconds
            let reading = ClockReading(
                wall: now.wall.advanced(byMilliseconds: -back), uptime: now.uptime, boot: now.boot,
                synchronisation: .kernel)
            return EntryDraft(
                AttendanceRecord(
                    reader: ReaderName(lane: lane, reader: "reader-1"),
                    direction: number.isMultiple(of: 2) ? .entering : .leaving, credentialKind: .idNumber,
                    reason: nil, isOpened: true, isTimeUncertain: false, standing: .known,
                    rosterPosition: LedgerSequence(1), policy: LedgerSequence(1), maskedCredential: nil,
                    awaitsPassage: awaitsPassage),
                kind: .attendance, subject: .worker(worker), clock: reading)
        }
        return try await ledger.append(drafts).map(\.sequence)
    }

    /// What a barrier says of passes.
    func tell(_ passage: Passage, of attendance: LedgerSequence...) async throws {
        let now = clock.now()
        _ = try await ledger.append(
            attendance.map { sequence in
                EntryDraft(
                    PassageRecord(
                        lane: "north", direction: .entering, passage: passage, attendance: sequence),
                    kind: .passage, clock: now)
            })
    }

    /// An invented number with a true check digit.
    static func idNumber(_ number: Int) -> IDNumber {
        let digits = String(11_010_119_900_101_000 + number).map { Int(String($0))! }
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
        let sum = zip(digits, weights).map(*).reduce(0, +)
        // try!: made to be right.
        return try! IDNumber(
            reading: digits.map(String.init).joined() + String(Array("10X98765432")[sum % 11]))
    }
}

extension DeliveryPolicy {
    /// For tests: milliseconds in place of seconds.
    static var hasty: DeliveryPolicy {
        var policy = DeliveryPolicy()
        policy.polls = [.milliseconds(10), .milliseconds(30), .milliseconds(100)]
        policy.looks = [.milliseconds(30), .milliseconds(200)]
        policy.firstPause = .milliseconds(5)
        policy.longestPause = .milliseconds(50)
        policy.stopPause = .milliseconds(30)
        policy.clockPause = .milliseconds(50)
        policy.clockLook = .milliseconds(50)
        policy.pendingLimit = .seconds(2)
        policy.outage = .milliseconds(500)
        return policy
    }
}

/// What the sandbox holds, read over its own pages.
struct SandboxView: Sendable {
    let port: Int

    func rows(_ name: String) async throws -> [[String: Any]] {
        try await text("/sandbox/\(name).jsonl").split(separator: "\n").map {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
        }
    }

    /// Tells it how to misbehave from now on.
    func order(_ json: String) async throws {
        var request = URLRequest(url: URL(string: "http://127.0.0.1:\(port)/sandbox/faults")!)
        request.httpMethod = "POST"
        request.httpBody = Data(json.utf8)
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        _ = try await URLSession.shared.data(for: request)
    }

    func text(_ path: String) async throws -> String {
        let (data, _) = try await URLSession.shared.data(
            from: URL(string: "http://127.0.0.1:\(port)\(path)")!)
        return String(decoding: data, as: UTF8.self)
    }
}

/// Runs a sandbox while `body` runs.
func withSandbox(
    in folder: String, _ settings: (inout SandboxConfiguration) -> Void = { _ in },
    _ body: @escaping @Sendable (Int) async throws -> Void
) async throws {
    var configuration = SandboxConfiguration(
        appID: "TESTAPP0001", projectCode: "TESTPROJECT01", secret: AppSecret(DeliverySite.secret)!,
        store: folder + "/platform.db")
    configuration.delay = .zero
    configuration.revealsNumbers = true
    settings(&configuration)
    let server = try SandboxServer(
        configuration: configuration, clock: try SystemSiteClock(), logger: Logger(label: "sandbox"))
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

extension Logger {
    /// Platforms of tests are away all the time.
    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
