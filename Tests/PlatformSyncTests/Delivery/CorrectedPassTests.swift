import AttendanceLedger
import Foundation
import SandboxPlatform
import SiteModel
import Testing

@testable import PlatformSync

/// Passes that somebody puts right after they were recorded, and passes of one second.
@Suite(.serialized) struct CorrectedPassTests {
    /// The platform keeps it: nobody can take it back by this interface, so a person is told until they
    /// settled it there.
    @Test func whatIsCorrectedAfterItWentUpWaitsForAPerson() async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["钢筋一班"])
        let worker = try await site.join(1, team: "钢筋一班")
        let passes = try await site.pass(worker, count: 3)
        try await withSandbox(in: site.path) { port in
            _ = try await deliver(site, try site.platform(port: port)) { $0.confirmed == 3 }
            try await withdraw(passes[1], of: worker, on: site)
            site.loseDeliveries()
            try await delivering(site, port) { delivery in
                try await wait(for: delivery) { $0.corrected == 1 }
                let item = try #require(try await delivery.rejected(limit: 10).first)
                #expect(item.code == "corrected" && item.entry == passes[1] && item.worker == worker)
                await #expect(throws: DeliveryError.self) {
                    try await delivery.settle(
                        item.entry, pass: 0, resend: true, by: "officer", reason: "x")
                }
                let day = site.clock.now().wall.day(offsetMilliseconds: 28_800_000)
                let found = try await delivery.reconcile(day)
                #expect(found.unexpected == 1 && found.missing.isEmpty && found.elsewhere == 0)
                try await delivery.settle(
                    item.entry, pass: 0, resend: false, by: "officer", reason: "done there")
                try await wait(for: delivery) { $0.corrected == 0 }
            }
            site.loseDeliveries()
            // Put right there, it must not go up again.
            let head = try #require(try site.reader.head()).sequence.rawValue
            let done = try await deliver(site, try site.platform(port: port)) { $0.position >= head }
            #expect(done.corrected == 0 && done.confirmed == 3 && done.recorded == 3)
            #expect(try await SandboxView(port: port).rows("attendance").count == 3)
        }
    }

    /// Both passes of it: nobody has to settle at the platform what never went there.
    @Test func aStatementOfTwoPassesThatIsTakenBackBeforeItWentUpIsGone() async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["钢筋一班"])
        let worker = try await site.join(1, team: "钢筋一班")
        let now = site.clock.now()
        let passes = [Direction.entering, .leaving].enumerated().map { number, direction in
            StatedPass(
                direction: direction, at: now.wall.advanced(byMilliseconds: Int64(number - 2) * 60_000))
        }
        let stated = try await site.ledger.append([
            EntryDraft(
                Correction(
                    action: .added, target: nil, passes: passes, by: "officer", reason: "terminal down"),
                kind: .correction, subject: .worker(worker), clock: now)
        ])
        try await withdraw(stated[0].sequence, of: worker, on: site)
        let kept = try await site.pass(worker)
        try await withSandbox(in: site.path) { port in
            let status = try await deliver(site, try site.platform(port: port)) { $0.confirmed == 1 }
            #expect(status.corrected == 0 && status.recorded == 1, "\(kept)")
            #expect(try await SandboxView(port: port).rows("attendance").count == 1)
        }
    }

    /// A comparison sends what is missing there, never what does not count here.
    @Test func whatWasWithdrawnOrDismissedIsNotSentByAComparison() async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["钢筋一班"])
        let worker = try await site.join(1, team: "钢筋一班", hasPhoto: false)
        let passes = try await site.pass(worker, count: 5)
        try await withSandbox(in: site.path) {
            $0.faults = [FaultRule(text: "bad-record:1@WorkerAttendance.Add")!]
        } _: { port in
            _ = try await deliver(site, try site.platform(port: port)) { $0.changesRejected == 1 }
            try await withdraw(passes[2], of: worker, on: site)
            let told = try #require(try site.reader.newestChange(of: worker))
            try await site.photograph(worker, told.worker, [0xFF, 0xD8, 0xFF, 0xE0, 0xFF, 0xD9])
            for isFileLost in [false, true] {
                if isFileLost { site.loseDeliveries() }
                try await delivering(site, port) { delivery in
                    if !isFileLost {
                        try await wait(for: delivery) { $0.rejected == 1 && $0.confirmed == 3 }
                        let item = try #require(try await delivery.rejected(limit: 10).first)
                        try await delivery.settle(
                            item.entry, pass: 0, resend: false, by: "officer", reason: "nobody was there")
                    }
                    try await wait(for: delivery) {
                        $0.rejected == 0 && $0.confirmed == 3 && $0.recorded == 3
                    }
                    let day = site.clock.now().wall.day(offsetMilliseconds: 28_800_000)
                    let found = try await delivery.reconcile(day)
                    #expect(found.missing.isEmpty && found.confirmed == 3 && found.unexpected == 0)
                }
            }
            #expect(try await SandboxView(port: port).rows("attendance").count == 3)
        }
    }

    @Test(
        "C8: passes of one person within one second are all there, each by itself", arguments: [false, true])
    func passesOfOneSecondAreAllThere(refusesDuplicates: Bool) async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["钢筋一班"])
        let worker = try await site.join(1, team: "钢筋一班")
        try await site.pass(worker, count: 12, age: .seconds(60), apart: .milliseconds(100))
        let head = try #require(try site.reader.head()).sequence.rawValue
        try await withSandbox(in: site.path) {
            $0.refusesDuplicates = refusesDuplicates
        } _: { port in
            _ = try await deliver(site, try site.platform(port: port)) { $0.isSettled(upTo: head) }
            site.loseDeliveries()
            try await delivering(site, port) { delivery in
                try await wait(for: delivery) { $0.confirmed == 12 }
                let day = site.clock.now().wall.advanced(byMilliseconds: -60_000)
                    .day(offsetMilliseconds: 28_800_000)
                let found = try await delivery.reconcile(day)
                #expect(found.missing.isEmpty && found.unexpected == 0 && found.repeated == 0)
                #expect(found.shown == 12)
            }
            let rows = try await SandboxView(port: port).rows("attendance")
            #expect(rows.count == 12 && Set(rows.map(passKey)).count == 12)
        }
    }

    /// Two gates report to one platform: what one of them sent is nothing unexpected to the other.
    @Test func anotherNodesRecordsAreCountedByThemselves() async throws {
        let (north, south) = (try DeliverySite(), try DeliverySite())
        try await withSandbox(in: north.path) { port in
            for (number, site) in [north, south].enumerated() {
                try await site.addCompany(teams: ["钢筋一班"])
                let worker = try await site.join(number, team: "钢筋一班")
                try await site.pass(worker, count: 4, lane: "lane \(number)")
                _ = try await deliver(site, try site.platform(port: port)) { $0.confirmed == 4 }
            }
            try await delivering(south, port) { delivery in
                let day = south.clock.now().wall.day(offsetMilliseconds: 28_800_000)
                let found = try await delivery.reconcile(day)
                #expect(found.shown == 8 && found.confirmed == 4)
                #expect(found.unexpected == 0 && found.elsewhere == 4)
            }
        }
    }

    /// When the clock is known better, what went up keeps the time that it went up with.
    /// The row of a pass that does not count any more stands for no other: what was lost goes up again.
    @Test func whatWasLostIsNotTakenForWhatWasWithdrawn() async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["钢筋一班"])
        let worker = try await site.join(1, team: "钢筋一班")
        try await withSandbox(in: site.path) {
            $0.faults = [FaultRule(text: "lose:1@WorkerAttendance.Add")!]
        } _: { port in
            try await delivering(site, port) { delivery in
                let lost = try await site.pass(worker, count: 1, age: .seconds(600))
                try await wait(for: delivery) { $0.confirmed == 1 }
                let wrong = try await site.pass(worker, count: 1)
                try await wait(for: delivery) { $0.confirmed == 2 }
                try await withdraw(wrong[0], of: worker, on: site)
                try await wait(for: delivery) { $0.corrected == 1 }
                #expect(try await SandboxView(port: port).rows("attendance").count == 1)
                let day = site.clock.now().wall.day(offsetMilliseconds: 28_800_000)
                let found = try await delivery.reconcile(day)
                #expect(found.missing == lost && found.moved == 0 && found.unexpected == 1)
                let deadline = SystemSiteClock.uptime() + .seconds(180)
                while try await SandboxView(port: port).rows("attendance").count < 2,
                    SystemSiteClock.uptime() < deadline
                { try await Task.sleep(for: .milliseconds(20)) }
                #expect(try await SandboxView(port: port).rows("attendance").count == 2)
            }
        }
    }

    @Test func aPassWhoseTimeIsKnownBetterIsNotSentAgain() async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["钢筋一班"])
        let worker = try await site.join(1, team: "钢筋一班")
        try await site.pass(worker, count: 10)
        let day = site.clock.now().wall.day(offsetMilliseconds: 28_800_000)
        try await withSandbox(in: site.path) { port in
            let view = SandboxView(port: port)
            _ = try await deliver(site, try site.platform(port: port)) { $0.confirmed == 10 }
            try await delivering(site, port, offset: .seconds(-1)) { delivery in
                let found = try await delivery.reconcile(day)
                #expect(found.missing.isEmpty && found.moved == 10 && found.unexpected == 0)
            }
            // These may have arrived, and the file that says so is lost.
            try await view.order(#"{"faults":["drop:1@WorkerAttendance.Add"]}"#)
            try await site.pass(worker, count: 6, age: .seconds(100))
            var patient = DeliveryPolicy.hasty
            patient.looks = [.seconds(600)]
            try await delivering(site, port, policy: patient) { delivery in
                try await wait(for: delivery) { $0.unknown == 6 }
            }
            site.loseDeliveries()
            try await delivering(site, port, offset: .seconds(-1)) { delivery in
                try await wait(for: delivery) { $0.confirmed == 16 }
            }
            #expect(try await view.rows("attendance").count == 16)
        }
    }

    private func withdraw(_ pass: LedgerSequence, of worker: WorkerID, on site: DeliverySite) async throws {
        _ = try await site.ledger.append([
            EntryDraft(
                Correction(
                    action: .withdrawn,
                    target: Correction.Target(origin: site.ledger.origin, sequence: pass), passes: [],
                    by: "officer", reason: "somebody else's card"),
                kind: .correction, subject: .worker(worker), clock: site.clock.now())
        ])
    }

    private func delivering(
        _ site: DeliverySite, _ port: Int, policy: DeliveryPolicy = .hasty, offset: Duration = .zero,
        _ body: (PlatformDelivery) async throws -> Void
    ) async throws {
        let delivery = try site.delivery(to: site.platform(port: port), policy: policy, offset: offset)
        let running = Task { try await delivery.run() }
        try await body(delivery)
        await delivery.stop()
        try await running.value
        await delivery.close()
    }

    private func wait(
        for delivery: PlatformDelivery, until isThere: (DeliveryStatus) -> Bool
    ) async throws {
        let deadline = SystemSiteClock.uptime() + .seconds(180)
        while try await !isThere(delivery.status()) {
            guard SystemSiteClock.uptime() < deadline else {
                Issue.record("\(try await delivery.status())")
                return
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}
