import AttendanceLedger
import Foundation
import FoundationNetworking
import LocalWeb
import PersonnelChanges
import PlatformSync
import SiteModel
import SmallDisks
import Testing

@testable import GatewayService

/// The disk under the file of the deliveries fails; the ledger's has room.
@Suite(.serialized, .timeLimit(.minutes(5)), .enabled(if: SmallDisk.isPossible, "mounting takes root"))
struct SyncDiskTests {
    /// Wherever the disk ends: what is recorded is recorded, health and status say it, and once there is room
    /// all is at the platform, each once.
    @Test func aFullDiskUnderTheDeliveriesIsSaidAndHealsByItself() async throws {
        let site = try await SyncSite()
        let worker = try await site.join()
        try site.people.fold()
        let disk = try SmallDisk(kibibytes: 8_192)
        try await site.withSandbox { port in
            let desk = try site.desk(port: port, pace: "brisk", deliveriesIn: disk.path)
            var (count, faultCount) = (0, 0)
            try await retrying(desk) {
                _ = try await site.wait(desk) { $0.position > 0 && $0.waitingCount == 0 }
                for pages in [0, 1, 2, 3, 5, 8, 13, 0] {
                    try disk.fill(leavingPages: pages)
                    try await site.pass(worker, count: 40, age: .seconds(count * 2))
                    count += 40
                    if try await standsStill(desk, or: count) {
                        faultCount += 1
                        try await expectToBeSaid(desk, "full")
                    }
                    try disk.empty()
                    try await arrives(count, site, desk)
                }
            }
            print("full disk under the deliveries: 8 levels, \(faultCount) times they stood still")
            #expect(faultCount >= 3)
            await desk.own[0].close()
            try await expectExact(count, port)
        }
        #expect(try site.reader.verify().isWhole)
        await site.ledger.close()
    }

    /// An error of the disk makes it read-only under the open file; it is repaired and put back.
    @Test(.enabled(if: SmallDisk.isExt4Possible, "mounting an ext4 takes root and a loop device"))
    func aReadOnlyDiskUnderTheDeliveriesIsSaidAndHealsByItself() async throws {
        let site = try await SyncSite()
        let worker = try await site.join()
        try site.people.fold()
        let disk = try SmallDisk(ext4Mebibytes: 4)
        try await site.withSandbox { port in
            let desk = try site.desk(port: port, pace: "brisk", deliveriesIn: disk.path)
            try await retrying(desk) {
                try await site.pass(worker, count: 40)
                _ = try await site.wait(desk) { $0.confirmed == 40 }
                try disk.failReadOnly()
                try await site.pass(worker, count: 40, age: .seconds(100))
                #expect(try await standsStill(desk, or: 80))
                try await expectToBeSaid(desk, "deliveries-city.db")
            }
            // Nobody holds the file open: the disk can be taken out while the service runs.
            try disk.replug()
            try await retrying(desk) {
                try await site.pass(worker, count: 40, age: .seconds(200))
                try await arrives(120, site, desk)
            }
            await desk.own[0].close()
            try await expectExact(120, port)
        }
        await site.ledger.close()
    }

    /// As the service does, with a shorter pause.
    private func retrying(_ desk: SyncDesk, _ body: () async throws -> Void) async throws {
        let link = desk.own[0]
        let running = Task {
            while !Task.isCancelled {
                await link.deliver()
                // try?: a pause cut short is over all the same.
                try? await Task.sleep(for: .milliseconds(30))
            }
        }
        let failure: (any Error)?
        do {
            try await body()
            failure = nil
        } catch {
            failure = error
        }
        running.cancel()
        await link.stop()
        await running.value
        if let failure {
            await link.close()
            throw failure
        }
    }

    /// - Returns: false when so many are confirmed instead.
    private func standsStill(_ desk: SyncDesk, or count: Int) async throws -> Bool {
        let deadline = SystemSiteClock.uptime() + .seconds(180)
        while SystemSiteClock.uptime() < deadline {
            let standing = desk.own[0].lastStanding
            if standing.fault != nil { return true }
            if let status = await desk.own[0].standing().status, status.confirmed == count { return false }
            try await Task.sleep(for: .milliseconds(2))
        }
        throw SyncSiteError.late("neither delivered nor at a standstill")
    }

    /// Attempts follow each other, and between two it is said.
    private func expectToBeSaid(_ desk: SyncDesk, _ word: String) async throws {
        let deadline = SystemSiteClock.uptime() + .seconds(120)
        while SystemSiteClock.uptime() < deadline {
            let standing = desk.own[0].lastStanding
            let listing = SyncListing(standings: [standing], now: desk.now)
            if let fault = standing.fault, fault.contains(word), listing.json.text.contains(word),
                listing.lines.contains(where: { $0.hasPrefix("FAULT") && $0.contains(word) }),
                desk.problems.contains(where: {
                    $0.english.contains("stand still") && $0.chinese.contains("上报中断")
                })
            {
                return
            }
            try await Task.sleep(for: .milliseconds(2))
        }
        Issue.record("health and status do not say it: \(desk.own[0].lastStanding)")
    }

    private func arrives(_ count: Int, _ site: SyncSite, _ desk: SyncDesk) async throws {
        let standing = try await site.wait(desk) { $0.confirmed == count && $0.waitingCount == 0 }
        #expect(standing.status?.rejected == 0)
    }

    private func expectExact(_ count: Int, _ port: Int) async throws {
        let url = try #require(URL(string: "http://127.0.0.1:\(port)/sandbox/attendance.jsonl"))
        let rows = try await URLSession.shared.data(from: url).0.split(separator: UInt8(ascii: "\n"))
        let keys = try rows.map { row in
            let row = try JSONSerialization.jsonObject(with: Data(row)) as? [String: Any] ?? [:]
            return ["idCardNumber", "date", "direction"].map { "\(row[$0] ?? "")" }
        }
        #expect(keys.count == count && Set(keys).count == count)
    }
}
