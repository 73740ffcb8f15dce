import AttendanceLedger
import Foundation
import SandboxPlatform
import SiteModel
import Synchronization
import Testing

@testable import PlatformSync

/// Sites without a network: bundles on sticks.
@Suite(.serialized) struct CarryingTests {
    @Test func aBundleIsDeliveredElsewhereAndItsAnswersComeHome() async throws {
        let key = SiteKey.random()
        let gate = try CarryingNode(key, name: "gate")
        let office = try CarryingNode(key, name: "office")
        try await gate.site.addCompany(teams: ["钢筋一班"])
        let worker = try await gate.site.join(1, team: "钢筋一班")
        try await gate.site.pass(worker, count: 45)
        try await withSandbox(in: office.site.path) { port in
            try await withStick { stick in
                let bundle = try await gate.export(to: stick)
                let first = try await office.carrying.take(bundle, by: "officer")
                #expect(first.newCount > 45)
                let again = try await office.carrying.take(bundle, by: "officer")
                #expect(again.ledger === first.ledger && again.newCount == 0)
                try await deliverCarried([first.ledger], office.site, port: port)
                let receipts = try await office.carrying.writeReceipts(to: stick)
                let taken = try await gate.carrying.takeReceipts(try #require(receipts.first), by: "officer")
                #expect(taken.confirmedCount == 45)
                #expect(taken.strangeCount == 0)
                #expect(try gate.confirmedCount() == 45)
                let repeated = try await gate.carrying.takeReceipts(receipts[0], by: "officer")
                #expect(repeated.confirmedCount == 0)
            }
            #expect(try await SandboxView(port: port).rows("attendance").count == 45)
            // The gate gets a network: there is nothing left to send.
            let head = try #require(try gate.site.reader.head()).sequence.rawValue
            let status = try await deliver(gate.site, try gate.site.platform(port: port)) {
                $0.isSettled(upTo: head)
            }
            #expect(status.confirmed == 45)
            #expect(try await SandboxView(port: port).rows("attendance").count == 45)
        }
        await office.carrying.close()
    }

    @Test("what a platform took of a month is known at its gate", arguments: [false, true])
    func aMonthThatWentUpElsewhereIsKnownAtHome(wasPassedOver: Bool) async throws {
        let key = SiteKey.random()
        let (gate, office) = (try CarryingNode(key, name: "gate"), try CarryingNode(key, name: "office"))
        try await gate.site.addCompany(teams: ["钢筋一班"])
        let worker = try await gate.site.join(1, team: "钢筋一班")
        try await gate.site.pass(worker, count: 2)
        let statement = try await gate.site.state(
            "钢筋一班", [MonthRow(worker: worker, days: 1, minutes: 60)])
        try await withSandbox(in: office.site.path) { port in
            try await withStick { stick in
                let bundle = try await gate.export(to: stick)
                let taken = try await office.carrying.take(bundle, by: "officer")
                try await deliverCarried([taken.ledger], office.site, port: port) {
                    $0.payroll.confirmed == 1
                }
                let receipts = try #require(try await office.carrying.writeReceipts(to: stick).first)
                if wasPassedOver {
                    // An earlier version took the answers and left this kind out.
                    let head = try #require(try taken.ledger.answers.head())
                    _ = try await gate.site.ledger.append([
                        EntryDraft(
                            BundleTaken(
                                origin: head.origin, sequence: head.sequence, hash: head.hash,
                                ours: LedgerSequence(1), by: "officer"),
                            kind: .bundleTaken, clock: gate.site.clock.now())
                    ])
                }
                for _ in 0..<2 { _ = try await gate.carrying.takeReceipts(receipts, by: "officer") }
                var proofs: [PayrollConfirmed] = []
                try gate.site.reader.forEachEntry { entry in
                    // try?: one that cannot be read is missed below.
                    guard entry.kind == .payrollConfirmed,
                        let proof = try? PayrollConfirmed(encoded: entry.body)
                    else { return }
                    proofs.append(proof)
                }
                #expect(proofs.map(\.statement) == [statement] && proofs[0].rows == [1])
                #expect(proofs[0].carried?.by == taken.ledger.ledger.origin)
            }
            let status = try await deliver(gate.site, OddPlatform()) { $0.payroll.confirmed == 1 }
            #expect(status.isPayrollSettled)
        }
        await office.carrying.close()
    }

    /// Between the commit and the reading of its clocks nobody knows when anything in it was.
    @Test func nothingIsTakenInBeforeItsClocksAreKnown() async throws {
        let key = SiteKey.random()
        let (gate, office) = (try CarryingNode(key, name: "gate"), try CarryingNode(key, name: "office"))
        try await gate.site.addCompany(teams: ["钢筋一班"])
        let worker = try await gate.site.join(1, team: "钢筋一班")
        try await withStick { stick in
            let bundle = try await gate.export(to: stick)
            let carried = try await office.carrying.take(bundle, by: "officer").ledger
            let first = try #require(try carried.reader.head()).sequence.rawValue
            try await gate.site.pass(worker, count: 30)
            let more = try await gate.export(to: stick, isWhole: true)
            _ = try LedgerReplica(directory: carried.directory, siteKey: key).take(more)
            let last = try #require(try carried.reader.head()).sequence.rawValue
            let delivery = try carriedDelivery(carried, office.site, port: 9)
            while try await delivery.takeIn() {}
            #expect(try await delivery.status().position == first && last > first)
            _ = try await office.carrying.take(more, by: "officer")
            while try await delivery.takeIn() {}
            #expect(try await delivery.status().position == last)
            await delivery.close()
        }
        await office.carrying.close()
    }

    /// A record is at the platform once, although the gate gets a network before it heard of the answers.
    @Test func aGateThatGetsANetworkLooksForWhatItHandedOver() async throws {
        let key = SiteKey.random()
        let gate = try CarryingNode(key, name: "gate")
        let office = try CarryingNode(key, name: "office")
        try await gate.site.addCompany(teams: ["钢筋一班"])
        let worker = try await gate.site.join(1, team: "钢筋一班")
        try await gate.site.pass(worker, count: 30)
        try await withSandbox(in: office.site.path) { port in
            try await withStick { stick in
                let bundle = try await gate.export(to: stick)
                let taken = try await office.carrying.take(bundle, by: "officer")
                try await deliverCarried([taken.ledger], office.site, port: port)
            }
            try await gate.site.pass(worker, count: 10, age: .seconds(3_600))
            let head = try #require(try gate.site.reader.head()).sequence.rawValue
            let status = try await deliver(gate.site, try gate.site.platform(port: port)) {
                $0.isSettled(upTo: head)
            }
            #expect(status.confirmed == 40)
            let rows = try await SandboxView(port: port).rows("attendance")
            #expect(rows.count == 40)
            #expect(Set(rows.map(passKey)).count == 40)
        }
        await office.carrying.close()
    }

    @Test func whatThePlatformRefusesIsShownAtItsGate() async throws {
        let key = SiteKey.random()
        let gate = try CarryingNode(key, name: "gate")
        let office = try CarryingNode(key, name: "office")
        try await gate.site.addCompany(teams: ["钢筋一班"])
        let worker = try await gate.site.join(1, team: "钢筋一班")
        try await gate.site.pass(worker, count: 20)
        try await withSandbox(in: office.site.path) {
            $0.faults = [FaultRule(text: "bad-record:1@WorkerAttendance.Add")!]
        } _: { port in
            try await withStick { stick in
                let taken = try await office.carrying.take(try await gate.export(to: stick), by: "officer")
                try await deliverCarried([taken.ledger], office.site, port: port)
                let receipts = try await office.carrying.writeReceipts(to: stick)
                let outcome = try await gate.carrying.takeReceipts(receipts[0], by: "officer")
                #expect(outcome.confirmedCount == 19)
                #expect(outcome.rejectedCount == 1)
            }
            let delivery = try gate.site.delivery(to: try gate.site.platform(port: 1))
            let running = Task { try await delivery.run() }
            let deadline = SystemSiteClock.uptime() + .seconds(20)
            while try await delivery.status().confirmed < 19, SystemSiteClock.uptime() < deadline {
                try await Task.sleep(for: .milliseconds(20))
            }
            let rejected = try await delivery.rejected(limit: 10)
            #expect(rejected.map(\.words) == ["数据异常,处理失败"])
            let item = try #require(rejected.first)
            try await delivery.settle(
                item.entry, pass: item.pass, resend: true, by: "officer", reason: "corrected")
            await delivery.stop()
            try await running.value
            await delivery.close()
            try await SandboxView(port: port).order(#"{"forget_bad_records": true}"#)
            // The decision travels like all else.
            try await withStick { stick in
                let taken = try await office.carrying.take(try await gate.export(to: stick), by: "officer")
                try await deliverCarried([taken.ledger], office.site, port: port)
            }
            #expect(try await SandboxView(port: port).rows("attendance").count == 20)
        }
        await office.carrying.close()
    }

    /// Refused and settled elsewhere, told at home before anything was planned there; then the gate has a
    /// network of its own.
    @Test func whatIsToBeSentOnceMoreGoesUpFromTheGateToo() async throws {
        let key = SiteKey.random()
        let gate = try CarryingNode(key, name: "gate")
        let office = try CarryingNode(key, name: "office")
        try await gate.site.addCompany(teams: ["钢筋一班"])
        let worker = try await gate.site.join(1, team: "钢筋一班")
        try await gate.site.pass(worker, count: 20)
        // It has looked at its ledger, and planned nothing for want of a network.
        let unplugged = ScriptedPlatform()
        unplugged.setReachable(false)
        let known = try #require(try gate.site.reader.head()).sequence.rawValue
        _ = try await deliver(gate.site, unplugged) { $0.position >= known }
        try await withSandbox(in: office.site.path) {
            $0.faults = [FaultRule(text: "bad-record:1@WorkerAttendance.Add")!]
        } _: { port in
            try await withStick { stick in
                let taken = try await office.carrying.take(try await gate.export(to: stick), by: "officer")
                try await deliverCarried([taken.ledger], office.site, port: port)
                try await settleTheRefused(of: taken.ledger, office.site, port: port)
                let receipts = try await office.carrying.writeReceipts(to: stick)
                _ = try await gate.carrying.takeReceipts(receipts[0], by: "officer")
            }
            try await SandboxView(port: port).order(#"{"forget_bad_records": true}"#)
            let head = try #require(try gate.site.reader.head()).sequence.rawValue
            let status = try await deliver(gate.site, try gate.site.platform(port: port)) {
                $0.isSettled(upTo: head)
            }
            #expect(status.confirmed == 20 && status.recorded == 20)
            #expect(try await SandboxView(port: port).rows("attendance").count == 20)
        }
        await office.carrying.close()
    }

    private func settleTheRefused(
        of carried: CarriedLedger, _ office: DeliverySite, port: Int
    ) async throws {
        let delivery = try carriedDelivery(carried, office, port: port)
        let item = try #require(try await delivery.rejected(limit: 10).first)
        try await delivery.settle(
            item.entry, pass: item.pass, resend: true, by: "officer", reason: "corrected")
        await delivery.close()
    }

    /// Three gates, two sticks that go about in any order, get lost and are read again.
    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func threeGatesAndTwoSticksEndExact(seed: UInt64) async throws {
        let random = SplitMix(seed: seed)
        let key = SiteKey.random()
        let gates = try (1...3).map { try CarryingNode(key, name: "gate-\($0)") }
        let office = try CarryingNode(key, name: "office")
        var workers: [[WorkerID]] = []
        for (number, gate) in gates.enumerated() {
            try await gate.site.addCompany(teams: ["班组\(number)"])
            var here: [WorkerID] = []
            for person in 0..<3 {
                here.append(try await gate.site.join(number * 10 + person, team: "班组\(number)"))
            }
            workers.append(here)
        }
        let sent = Counter()
        try await withSandbox(in: office.site.path) { [workers, random] port in
            var random = random
            var ledgers: [String: CarriedLedger] = [:]
            var lost = 0
            try await withStick { stick in
                var bundles: [String] = []
                for round in 0..<4 {
                    for (number, gate) in gates.enumerated() {
                        for (place, worker) in workers[number].enumerated() {
                            let count = 1 + Int(random.next() % 8)
                            try await gate.site.pass(
                                worker, count: count, age: .seconds(round * 100), lane: "\(number)-\(place)")
                            sent.add(count)
                        }
                        // The last round's bundles are not lost: something must arrive in the end.
                        bundles.append(try await gate.export(to: stick, isWhole: round == 3))
                        if round < 3, random.next() % 4 == 0 {
                            bundles.removeLast()
                            lost += 1
                        }
                    }
                    for bundle in bundles.shuffled(by: &random) where round == 3 || random.next() % 3 > 0 {
                        // try?: one that leaves a gap is refused, and comes again in the last round.
                        guard let taken = try? await office.carrying.take(bundle, by: "officer") else {
                            continue
                        }
                        ledgers[taken.ledger.directory] = taken.ledger
                    }
                    try await deliverCarried(Array(ledgers.values), office.site, port: port)
                    guard round < 3 else { continue }
                    for receipts in try await office.carrying.writeReceipts(to: stick)
                    where random.next() % 2 == 0 {
                        for gate in gates {
                            // try?: it is for one of them.
                            _ = try? await gate.carrying.takeReceipts(receipts, by: "officer")
                        }
                    }
                }
                for receipts in try await office.carrying.writeReceipts(to: stick) {
                    var homes = 0
                    for gate in gates {
                        // try?: it is for one of them.
                        if (try? await gate.carrying.takeReceipts(receipts, by: "officer")) != nil {
                            homes += 1
                        }
                    }
                    #expect(homes == 1)
                }
            }
            let rows = try await SandboxView(port: port).rows("attendance")
            #expect(rows.count == sent.value, "seed \(seed), \(lost) bundles lost")
            #expect(Set(rows.map(passKey)).count == sent.value)
            var confirmed = 0
            for gate in gates { confirmed += try gate.confirmedCount() }
            #expect(confirmed == sent.value)
        }
        await office.carrying.close()
    }
}

/// Counts within one test.
private final class Counter: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    func add(_ more: Int) { count.withLock { $0 += more } }
}

extension Array {
    fileprivate func shuffled(by random: inout SplitMix) -> [Element] {
        var left = self
        var result: [Element] = []
        while !left.isEmpty { result.append(left.remove(at: Int(random.next() % UInt64(left.count)))) }
        return result
    }
}
