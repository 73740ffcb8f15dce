import AttendanceLedger
import Foundation
import SiteModel
import Testing

@testable import PlatformSync

/// The newest entries of a ledger are gone, and their numbers stand for others (decision 0006): what was
/// known of a number is known of none of these.
@Suite(.serialized) struct LostTailTests {
    /// How many passes there are behind the loss: fewer entries than were lost, and more.
    @Test(arguments: [6, 60])
    func whatTakesTheNumbersOfLostEntriesIsDeliveredOnce(newCount: Int) async throws {
        let first = try DeliverySite()
        try await first.addCompany(teams: ["钢筋一班"])
        let worker = try await first.join(1, team: "钢筋一班")
        try await first.pass(worker, count: 20, age: .seconds(7_200))
        try await withSandbox(in: first.path) { port in
            try await settle(first, port)
            let copy = try LedgerCopy(of: first.path)
            let lost = try await first.join(2, team: "钢筋一班")
            try await first.pass(lost, count: 15, age: .seconds(3_600))
            try await first.pass(worker, count: 15, age: .seconds(3_000))
            try await settle(first, port)
            #expect(try await SandboxView(port: port).rows("attendance").count == 50)
            await first.ledger.close()
            try copy.putBack()

            let site = try DeliverySite(reopening: first)
            let fresh = try await site.join(3, team: "钢筋一班")
            try await site.pass(fresh, count: newCount / 2, age: .seconds(600))
            try await site.pass(worker, count: newCount / 2)
            let status = try await settle(site, port)
            #expect(status.recorded == Int64(20 + newCount) && status.confirmed == status.recorded)
            let rows = try await SandboxView(port: port).rows("attendance")
            #expect(Set(rows.map(passKey)).count == 50 + newCount)
            #expect(rows.count == 50 + newCount, "sent twice")
            try expectTrueProofs(in: site)
            await site.ledger.close()
        }
    }

    /// Passes survive whose proofs are lost: the platform has them, and is asked.
    @Test func whatThePlatformHasIsLookedForAndNotSentAgain() async throws {
        let first = try DeliverySite()
        try await first.addCompany(teams: ["钢筋一班"])
        let worker = try await first.join(1, team: "钢筋一班")
        try await first.pass(worker, count: 20, age: .seconds(3_600))
        let copy = try LedgerCopy(of: first.path)
        let platform = ReceiptPlatform()
        try await settle(first, platform)
        await first.ledger.close()
        try copy.putBack()
        let site = try DeliverySite(reopening: first)
        try await site.pass(worker, count: 4)
        let status = try await settle(site, platform)
        #expect(status.confirmed == 24 && status.recorded == 24)
        #expect(platform.passTimes.count == 24)
        #expect(Set(platform.passTimes).count == 24)
        #expect(platform.newWorkerCount == 1)
        #expect(platform.joiningCount == 1)
        try expectTrueProofs(in: site)
        await site.ledger.close()
    }

    /// Verdicts that come after the loss are about entries that are gone.
    @Test func verdictsOnLostEntriesConfirmNothing() async throws {
        let first = try DeliverySite()
        try await first.addCompany(teams: ["钢筋一班"])
        let worker = try await first.join(1, team: "钢筋一班")
        try await first.pass(worker, count: 20, age: .seconds(7_200))
        let platform = ReceiptPlatform()
        try await settle(first, platform)
        let copy = try LedgerCopy(of: first.path)
        try await first.pass(worker, count: 10, age: .seconds(3_600))
        platform.setJudging(false)
        _ = try await deliver(first, platform) { _ in platform.passTimes.count == 30 }
        await first.ledger.close()
        try copy.putBack()

        let site = try DeliverySite(reopening: first)
        platform.setJudging(true)
        try await site.pass(worker, count: 3)
        let status = try await settle(site, platform)
        #expect(status.confirmed == 23 && status.recorded == 23)
        #expect(Set(platform.passTimes).count == 33)
        #expect(platform.passTimes.count == 33)
        try expectTrueProofs(in: site)
        await site.ledger.close()
    }

    /// No entry knows of what stands behind it: such a proof was made of entries that were lost.
    @Test func aProofOfEntriesThatComeLaterConfirmsNothing() async throws {
        let site = try DeliverySite()
        try await site.addCompany(teams: ["钢筋一班"])
        let worker = try await site.join(1, team: "钢筋一班")
        try await site.pass(worker, count: 5, age: .seconds(3_600))
        let head = try #require(try site.reader.head()).sequence.rawValue
        _ = try await site.ledger.append([
            EntryDraft(
                AttendanceConfirmed(
                    platform: "city", receipt: "r",
                    entries: (head - 4...head + 6).map { LedgerSequence($0) }),
                kind: .attendanceConfirmed, clock: site.clock.now())
        ])
        try await site.pass(worker, count: 5)
        let platform = ScriptedPlatform()
        let status = try await settle(site, platform)
        #expect(status.confirmed == 10 && status.recorded == 10)
        #expect(platform.passTimes.count == 5)
    }

    /// The office that delivers another node's records loses answers: they are asked for, and go home.
    @Test func answersThatAreLostAreAskedForAndGoHome() async throws {
        let key = SiteKey.random()
        let (gate, office) = (try CarryingNode(key, name: "gate"), try CarryingNode(key, name: "office"))
        try await gate.site.addCompany(teams: ["钢筋一班"])
        let worker = try await gate.site.join(1, team: "钢筋一班")
        try await gate.site.pass(worker, count: 20, age: .seconds(3_600))
        try await withSandbox(in: office.site.path) { port in
            try await withStick { stick in
                let taken = try await office.carrying.take(try await gate.export(to: stick), by: "officer")
                let answers = taken.ledger.directory + "/answers"
                let copy = try LedgerCopy(of: answers)
                try await deliverCarried([taken.ledger], office.site, port: port)
                let told = try await office.carrying.writeReceipts(to: stick)
                #expect(try await gate.carrying.takeReceipts(told[0], by: "officer").confirmedCount == 20)
                await office.carrying.close()
                try copy.putBack()

                let again = Carrying(
                    directory: office.site.path, node: "office", ledger: office.site.ledger,
                    reader: office.site.reader, clock: office.site.clock)
                let ledgers = await again.open().ledgers
                try await gate.site.pass(worker, count: 3)
                _ = try await again.take(try await gate.export(to: stick), by: "officer")
                try await deliverCarried(ledgers, office.site, port: port)
                let rows = try await SandboxView(port: port).rows("attendance")
                #expect(rows.count == 23 && Set(rows.map(passKey)).count == 23)
                // The answers of now stand under the numbers of those that the gate was told before.
                let receipts = try await again.writeReceipts(to: stick)
                let last = try #require(receipts.first)
                _ = try await gate.carrying.takeReceipts(last, by: "officer")
                #expect(try gate.confirmedCount() == 23)
                await again.close()
            }
        }
    }

    @discardableResult
    private func settle(_ site: DeliverySite, _ port: Int) async throws -> DeliveryStatus {
        try await settle(site, try site.platform(port: port))
    }

    @discardableResult
    private func settle(_ site: DeliverySite, _ platform: any PlatformAdapter) async throws -> DeliveryStatus
    {
        let head = try #require(try site.reader.head()).sequence.rawValue
        return try await deliver(site, platform) { $0.isSettled(upTo: head) }
    }

    /// Each names passes that stand before it.
    private func expectTrueProofs(in site: DeliverySite) throws {
        var passes: Set<LedgerSequence> = []
        try site.reader.forEachEntry { entry in
            if entry.kind == .attendance { passes.insert(entry.sequence) }
            guard entry.kind == .attendanceConfirmed else { return }
            // try?: such a body names nothing, and the test fails.
            let named = (try? AttendanceConfirmed(encoded: entry.body))?.entries ?? []
            #expect(!named.isEmpty && passes.isSuperset(of: named), "entry \(entry.sequence)")
        }
    }
}

/// A ledger as it was, log and all.
struct LedgerCopy {
    private let path: String
    private var files: [String: Data] = [:]
    private static let suffixes = ["", "-wal"]

    init(of directory: String) throws {
        path = directory + "/ledger.db"
        for suffix in Self.suffixes { files[suffix] = FileManager.default.contents(atPath: path + suffix) }
    }

    /// The ledger is closed. Who reads the one that is there goes on reading that.
    func putBack() throws {
        for suffix in Self.suffixes + ["-shm"] {
            // try?: not each is there.
            try? FileManager.default.removeItem(atPath: path + suffix)
        }
        for (suffix, bytes) in files { try bytes.write(to: URL(fileURLWithPath: path + suffix)) }
    }
}
