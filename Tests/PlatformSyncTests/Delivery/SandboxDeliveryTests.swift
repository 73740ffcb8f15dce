import AttendanceLedger
import Foundation
import SQLiteStore
import SandboxPlatform
import SiteModel
import Testing

@testable import PlatformSync

/// The whole way: ledger, delivery, adapter, a platform that was written from the documents alone.
@Suite(.serialized) struct SandboxDeliveryTests {
    /// Runs a delivery until the condition holds, or fails with its status.
    private func deliver(
        _ site: DeliverySite, _ adapter: any PlatformAdapter,
        until isDone: @escaping @Sendable (DeliveryStatus) async throws -> Bool,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> DeliveryStatus {
        let delivery = try site.delivery(to: adapter)
        return try await withThrowingTaskGroup(of: Void.self, returning: DeliveryStatus.self) { tasks in
            tasks.addTask { try await delivery.run() }
            let deadline = SystemSiteClock.uptime() + .seconds(60)
            var status = try await delivery.status()
            while try await !isDone(status) {
                guard SystemSiteClock.uptime() < deadline else {
                    Issue.record("not delivered: \(status)", sourceLocation: sourceLocation)
                    break
                }
                try await Task.sleep(for: .milliseconds(20))
                status = try await delivery.status()
            }
            await delivery.stop()
            try await tasks.waitForAll()
            await delivery.close()
            return status
        }
    }

    private static func isSettled(_ status: DeliveryStatus, head: Int64) -> Bool {
        status.position >= head && status.confirmed + status.rejected == status.recorded
            && status.changesOpen + status.changesSent == 0
    }

    @Test func aWorkerIsRegisteredBeforeTheirPasses() async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["钢筋一班"])
        let worker = try await site.join(1, team: "钢筋一班")
        try await site.pass(worker, count: 45)
        let head = try #require(try site.reader.head()).sequence.rawValue
        try await withSandbox(in: site.path) { port in
            let status = try await deliver(site, try site.platform(port: port)) {
                Self.isSettled($0, head: head)
            }
            #expect(status.confirmed == 45)
            #expect(status.changesRejected == 0)
            let view = SandboxView(port: port)
            #expect(try await view.rows("attendance").count == 45)
            #expect(try await view.rows("workers").count == 1)
            #expect(try await view.rows("teams").count == 1)
        }
    }

    @Test(arguments: [
        "http-500:2", "drop:2", "reset-head:2", "reset-body:2", "duplicate-answer:3", "captive-portal:2",
        "empty:2", "clock-refusal:2", "signature-refusal:2", "permission-refusal:2",
        "address-refusal:2", "system-error:2", "foreign-verdict:2", "late-verdict:2", "hang:1", "slow:2",
    ])
    func aMisbehavingPlatformEndsWithEachPassOnce(fault: String) async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["钢筋一班"])
        let workers = [try await site.join(1, team: "钢筋一班"), try await site.join(2, team: "钢筋一班")]
        for worker in workers { try await site.pass(worker, count: 30) }
        let head = try #require(try site.reader.head()).sequence.rawValue
        let methods = ["Team.Add", "ProjectWorker.Add", "WorkerAttendance.Add", "AsyncHandleResult.Query"]
        let faults = methods.compactMap { FaultRule(text: "\(fault)@\($0)") }
        #expect(faults.count == methods.count)
        try await withSandbox(in: site.path) {
            $0.faults = faults
        } _: { port in
            let view = SandboxView(port: port)
            let status = try await deliver(site, try site.platform(port: port)) {
                Self.isSettled($0, head: head)
            }
            #expect(status.confirmed == 60, "\(status)")
            let rows = try await view.rows("attendance")
            #expect(Set(rows.map(Self.key)).count == 60)
            #expect(rows.count == 60, "sent twice")
        }
    }

    private static func key(_ row: [String: Any]) -> String {
        ["idCardNumber", "date", "direction"].map { "\(row[$0] ?? "")" }.joined(separator: " ")
    }

    @Test func whatThePlatformLostIsFoundByReconciliation() async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["钢筋一班"])
        let worker = try await site.join(1, team: "钢筋一班")
        try await site.pass(worker, count: 50)
        let head = try #require(try site.reader.head()).sequence.rawValue
        try await withSandbox(in: site.path) {
            $0.faults = [FaultRule(text: "lose:1@WorkerAttendance.Add")!]
        } _: { port in
            let view = SandboxView(port: port)
            let status = try await deliver(site, try site.platform(port: port)) {
                Self.isSettled($0, head: head)
            }
            #expect(status.confirmed == 50)
            #expect(try await view.rows("attendance").count == 30)
            let delivery = try site.delivery(to: try site.platform(port: port))
            let running = Task { try await delivery.run() }
            let day = site.clock.now().wall.day(offsetMilliseconds: 28_800_000)
            let found = try await delivery.reconcile(day)
            #expect(found.missing.count == 20)
            #expect(found.confirmed == 50)
            #expect(found.unexpected == 0)
            let deadline = SystemSiteClock.uptime() + .seconds(20)
            while try await delivery.status().confirmed < 50, SystemSiteClock.uptime() < deadline {
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(try await view.rows("attendance").count == 50)
            #expect(try await delivery.reconcile(day).missing.isEmpty)
            await delivery.stop()
            try await running.value
            await delivery.close()
        }
    }

    @Test func oneBadRecordIsFoundSetAsideAndTheRestGoesOn() async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["钢筋一班"])
        let worker = try await site.join(1, team: "钢筋一班")
        try await site.pass(worker, count: 50)
        let head = try #require(try site.reader.head()).sequence.rawValue
        try await withSandbox(in: site.path) {
            $0.faults = [FaultRule(text: "bad-record:1@WorkerAttendance.Add")!]
        } _: { port in
            let status = try await deliver(site, try site.platform(port: port)) {
                Self.isSettled($0, head: head)
            }
            #expect(status.confirmed == 49)
            #expect(status.rejected == 1)
            #expect(try await SandboxView(port: port).rows("attendance").count == 49)
            let delivery = try site.delivery(to: try site.platform(port: port))
            let rejected = try await delivery.rejected(limit: 10)
            #expect(rejected.map(\.words) == ["数据异常,处理失败"])
            await delivery.close()
        }
    }

    @Test func aLostFileIsMadeAgainAndNothingIsSentTwice() async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["钢筋一班"])
        let worker = try await site.join(1, team: "钢筋一班")
        try await site.pass(worker, count: 50)
        let head = try #require(try site.reader.head()).sequence.rawValue
        try await withSandbox(in: site.path) { port in
            _ = try await deliver(site, try site.platform(port: port)) {
                Self.isSettled($0, head: head)
            }
            for suffix in ["", "-wal", "-shm"] {
                // try?: a log that is gone already is as good.
                try? FileManager.default.removeItem(atPath: site.path + "/deliveries-city.db" + suffix)
            }
            try await site.pass(worker, count: 30, age: .seconds(3_600))
            let newHead = try #require(try site.reader.head()).sequence.rawValue
            let status = try await deliver(site, try site.platform(port: port)) {
                Self.isSettled($0, head: newHead)
            }
            #expect(status.confirmed == 80)
            let rows = try await SandboxView(port: port).rows("attendance")
            #expect(rows.count == 80)
            #expect(Set(rows.map(Self.key)).count == 80)
        }
    }

    @Test func aWorkerWithoutPhotoWaitsUntilOneIsTaken() async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["钢筋一班"])
        let worker = try await site.join(1, team: "钢筋一班", hasPhoto: false)
        try await site.pass(worker, count: 5)
        try await withSandbox(in: site.path) { port in
            let status = try await deliver(site, try site.platform(port: port)) { $0.changesRejected == 1 }
            #expect(status.held == 5)
            let told = try #require(try site.reader.newestChange(of: worker))
            try await site.photograph(worker, told.worker, [0xFF, 0xD8, 0xFF, 0xE0, 0xFF, 0xD9])
            let head = try #require(try site.reader.head()).sequence.rawValue
            let done = try await deliver(site, try site.platform(port: port)) {
                Self.isSettled($0, head: head)
            }
            #expect(done.changesRejected == 0)
            #expect(done.confirmed == 5)
            #expect(try await SandboxView(port: port).rows("attendance").count == 5)
        }
    }

    /// `MUSTER_DELIVERY_SEEDS=1-200` runs more of them by hand.
    private static let seeds: ClosedRange<UInt64> = {
        let text = ProcessInfo.processInfo.environment["MUSTER_DELIVERY_SEEDS"] ?? "1-4"
        let ends = text.split(separator: "-").compactMap { UInt64($0) }
        return ends.count == 2 && ends[0] <= ends[1] ? ends[0]...ends[1] : 1...4
    }()

    /// Random misbehaviour, and owners that end without a word in the midst of a call.
    @Test(arguments: seeds)
    func whateverHappensEachPassIsThereOnce(seed: UInt64) async throws {
        var random = SplitMix(seed: seed)
        let site = try DeliverySite()
        let teams = ["钢筋一班", "木工二班", "瓦工三班"]
        try await site.addCompany(teams: teams)
        var workers: [WorkerID] = []
        for number in 0..<9 {
            workers.append(
                try await site.join(number, team: teams[number % 3], isBaseline: number.isMultiple(of: 4)))
        }
        let kinds: [FaultKind] = [
            .http500, .drop, .duplicateAnswer, .foreignVerdict, .captivePortal, .empty, .resetBody,
            .resetHead,
            .systemError, .clockRefusal, .lateVerdict,
        ]
        let faults = kinds.map { FaultRule($0, probability: random.fraction() * 0.04) }
        try await withSandbox(in: site.path) {
            $0.faults = faults
            $0.seed = seed
            $0.keepsPartOfBatch = seed.isMultiple(of: 2)
        } _: { [workers, random] port in
            var random = random
            var count = 0
            for round in 0..<4 {
                for worker in workers {
                    let passes = 1 + Int(random.next() % 20)
                    try await site.pass(worker, count: passes, age: .seconds(round * 100))
                    count += passes
                }
                let delivery = try site.delivery(to: try site.platform(port: port))
                let running = Task { try await delivery.run() }
                try await Task.sleep(for: .milliseconds(50 + Int(random.next() % 400)))
                running.cancel()
                // try?: what it ends with is nobody's business: it was cut off.
                _ = try? await running.value
                try await delivery.forgetItsEnd()
                await delivery.close()
            }
            let head = try #require(try site.reader.head()).sequence.rawValue
            let status = try await deliver(site, try site.platform(port: port)) {
                Self.isSettled($0, head: head)
            }
            #expect(status.confirmed == Int64(count), "\(status)")
            let rows = try await SandboxView(port: port).rows("attendance")
            #expect(Set(rows.map(Self.key)).count == count)
            #expect(rows.count == count, "sent twice: seed \(seed)")
        }
    }
}

extension PlatformDelivery {
    /// As a kill leaves the file: nobody noted an end.
    fileprivate func forgetItsEnd() throws {
        try file.write { () throws(SQLiteError) in try file.setMark(.clean, 0) }
    }
}

/// SplitMix64.
struct SplitMix {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }

    mutating func fraction() -> Double { Double(next() >> 11) / Double(1 << 53) }
}
