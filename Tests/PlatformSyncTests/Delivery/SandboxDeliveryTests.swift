import AttendanceLedger
import Foundation
import SandboxPlatform
import SiteModel
import Testing

@testable import PlatformSync

/// The whole way: ledger, delivery, adapter, a platform that was written from the documents alone.
@Suite(.serialized) struct SandboxDeliveryTests {
    @Test("jinhua and national end to end", arguments: SandboxDialect.allCases)
    func aWorkerIsRegisteredBeforeTheirPasses(dialect: SandboxDialect) async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["钢筋一班"])
        let worker = try await site.join(1, team: "钢筋一班")
        try await site.pass(worker, count: 45)
        let head = try #require(try site.reader.head()).sequence.rawValue
        try await withSandbox(in: site.path) {
            $0.dialect = dialect
        } _: { port in
            let status = try await deliver(site, try site.platform(port: port, dialect: dialect.rawValue)) {
                $0.isSettled(upTo: head)
            }
            #expect(status.confirmed == 45)
            #expect(status.changesRejected == 0)
            let view = SandboxView(port: port)
            #expect(try await view.rows("attendance").count == 45)
            #expect(try await view.rows("workers").count == 1)
            #expect(try await view.rows("teams").count == 1)
            let told = try #require(try await view.rows("workers").first)
            #expect((told["projectCode"] == nil) == (dialect == .jinhua))
            #expect((told["gender"] != nil) == (dialect == .jinhua))
        }
    }

    @Test(
        "D1, D2, D3: a misbehaving platform ends with each pass once",
        arguments: [
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
                $0.isSettled(upTo: head)
            }
            #expect(status.confirmed == 60, "\(status)")
            let rows = try await view.rows("attendance")
            #expect(Set(rows.map(passKey)).count == 60)
            #expect(rows.count == 60, "sent twice")
        }
    }

    @Test("D5: what the platform lost is found by reconciliation")
    func whatThePlatformLostIsFoundByReconciliation() async throws {
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
                $0.isSettled(upTo: head)
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
            let deadline = SystemSiteClock.uptime() + .seconds(180)
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

    /// Some platforms keep the good records of a batch that they refuse, others none of it.
    @Test(
        "D4: one bad record of a hundred is set aside, the rest goes on, and it goes up once mended",
        arguments: [false, true])
    func oneBadRecordIsFoundSetAsideAndTheRestGoesOn(keepsPart: Bool) async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["钢筋一班"])
        let worker = try await site.join(1, team: "钢筋一班")
        try await site.pass(worker, count: 100)
        let head = try #require(try site.reader.head()).sequence.rawValue
        try await withSandbox(in: site.path) {
            $0.faults = [FaultRule(text: "bad-record:1@WorkerAttendance.Add")!]
            $0.attendanceBatch = 100
            $0.keepsPartOfBatch = keepsPart
        } _: { port in
            let view = SandboxView(port: port)
            let status = try await deliver(site, try site.platform(port: port, batch: 100)) {
                $0.isSettled(upTo: head)
            }
            #expect(status.confirmed == 99)
            #expect(status.rejected == 1)
            #expect(try await view.rows("attendance").count == 99)
            let delivery = try site.delivery(to: try site.platform(port: port, batch: 100))
            let running = Task { try await delivery.run() }
            let rejected = try await delivery.rejected(limit: 10)
            #expect(rejected.map(\.words) == ["数据异常,处理失败"])
            try await view.order(#"{"forget_bad_records":true}"#)
            let bad = try #require(rejected.first)
            try await delivery.settle(
                bad.entry, pass: bad.pass, resend: true, by: "officer", reason: "put right there")
            while try await delivery.status().confirmed < 100 { try await Task.sleep(for: .milliseconds(20)) }
            #expect(try await view.rows("attendance").count == 100)
            await delivery.stop()
            try await running.value
            await delivery.close()
        }
    }

    @Test("D4: the halves of a refused call keep their order")
    func halvesKeepTheirOrder() async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["钢筋一班"])
        let worker = try await site.join(1, team: "钢筋一班")
        try await site.pass(worker, count: 20)
        let head = try #require(try site.reader.head()).sequence.rawValue
        try await withSandbox(in: site.path) {
            $0.faults = [FaultRule(text: "bad-record:1@WorkerAttendance.Add")!]
        } _: { port in
            let status = try await deliver(site, try site.platform(port: port)) {
                $0.isSettled(upTo: head)
            }
            #expect(status.confirmed == 19 && status.rejected == 1)
            let times = try await SandboxView(port: port).rows("attendance").map { "\($0["date"] ?? "")" }
            #expect(times.count == 19 && times == times.sorted())
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
                $0.isSettled(upTo: head)
            }
            for suffix in ["", "-wal", "-shm"] {
                // try?: a log that is gone already is as good.
                try? FileManager.default.removeItem(atPath: site.path + "/deliveries-city.db" + suffix)
            }
            try await site.pass(worker, count: 30, age: .seconds(3_600))
            let newHead = try #require(try site.reader.head()).sequence.rawValue
            let status = try await deliver(site, try site.platform(port: port)) {
                $0.isSettled(upTo: newHead)
            }
            #expect(status.confirmed == 80)
            let rows = try await SandboxView(port: port).rows("attendance")
            #expect(rows.count == 80)
            #expect(Set(rows.map(passKey)).count == 80)
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
                $0.isSettled(upTo: head)
            }
            #expect(done.changesRejected == 0)
            #expect(done.confirmed == 5)
            #expect(try await SandboxView(port: port).rows("attendance").count == 5)
        }
    }
}
