import AttendanceLedger
import Foundation
import Glibc
import SiteModel
import SmallDisks
import Testing

@testable import PlatformSync

/// Bundles from and to a node whose disk is full, page by page.
@Suite(.serialized, .timeLimit(.minutes(5)), .enabled(if: SmallDisk.isPossible, "mounting takes root"))
struct CarryingDiskTests {
    private static let levels = [0, 1, 2, 4, 6, 8, 12, 16, 24, 32, 48]

    @Test func aFullDiskHoldsUpWhatLeavesAndSpoilsNothing() async throws {
        let key = SiteKey.random()
        let disk = try SmallDisk(kibibytes: 4_096)
        let gate = try CarryingNode(key, name: "gate", in: disk.path)
        let office = try CarryingNode(key, name: "office")
        try await gate.site.addCompany(teams: ["钢筋一班"])
        let worker = try await gate.site.join(1, team: "钢筋一班")
        var (count, refusedCount) = (0, 0)
        try await withStick { stick in
            for (number, level) in Self.levels.enumerated() {
                try await gate.site.pass(worker, count: 20, age: .seconds(number * 60))
                count += 20
                try disk.fill(leavingPages: level)
                do {
                    _ = try await gate.carrying.export(
                        to: "\(disk.path)/spool-\(number)", isWhole: true, by: "officer")
                } catch {
                    refusedCount += 1
                    #expect("\(error)".contains("full") || "\(error)".contains("No space"), "\(error)")
                }
                unlink("\(disk.path)/spool-\(number)")
                try disk.empty()
                let bundle = try await gate.export(to: stick)
                let taken = try await office.carrying.take(bundle, by: "officer")
                #expect(taken.newCount >= 20)
            }
            #expect(refusedCount >= 1)
            try await deliver(gate, office, count)
        }
        print("export on a full disk: \(Self.levels.count) levels, \(refusedCount) refused")
        #expect(try gate.site.reader.verify().isWhole)
        await office.carrying.close()
    }

    @Test func aFullDiskHoldsUpWhatComesInAndSpoilsNothing() async throws {
        let key = SiteKey.random()
        let disk = try SmallDisk(kibibytes: 4_096)
        let gate = try CarryingNode(key, name: "gate")
        let office = try CarryingNode(key, name: "office", in: disk.path)
        try await gate.site.addCompany(teams: ["钢筋一班"])
        let worker = try await gate.site.join(1, team: "钢筋一班")
        var (count, refusedCount) = (0, 0)
        try await withStick { stick in
            for (number, level) in Self.levels.enumerated() {
                try await gate.site.pass(worker, count: 20, age: .seconds(number * 60))
                count += 20
                let bundle = try await gate.export(to: stick)
                try disk.fill(leavingPages: level)
                do {
                    _ = try await office.carrying.take(bundle, by: "officer")
                } catch {
                    refusedCount += 1
                    #expect("\(error)".contains("full") || "\(error)".contains("No space"), "\(error)")
                }
                try disk.empty()
                // The same stick once more: what was taken in part is whole now.
                _ = try await office.carrying.take(bundle, by: "officer")
            }
            #expect(refusedCount >= 3)
            try await deliver(gate, office, count)
        }
        print("import on a full disk: \(Self.levels.count) levels, \(refusedCount) refused")
        await office.carrying.close()
    }

    private func deliver(_ gate: CarryingNode, _ office: CarryingNode, _ count: Int) async throws {
        let platformFolder = gate.site.path + "/platform"
        try FileManager.default.createDirectory(atPath: platformFolder, withIntermediateDirectories: true)
        try await withSandbox(in: platformFolder) { port in
            try await withStick { stick in
                let last = try await office.carrying.take(
                    try await gate.export(to: stick, isWhole: true), by: "officer")
                try await deliverCarried([last.ledger], office.site, port: port)
                let receipts = try await office.carrying.writeReceipts(to: stick)
                _ = try await gate.carrying.takeReceipts(try #require(receipts.first), by: "officer")
            }
            let rows = try await SandboxView(port: port).rows("attendance")
            #expect(rows.count == count && Set(rows.map(passKey)).count == count)
            #expect(try gate.confirmedCount() == count)
        }
    }
}
