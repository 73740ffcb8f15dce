import Foundation
import SQLiteStore
import SiteModel
import SmallDisks
import Testing
import VirtualSite

extension CrashTests {
    /// A gate whose disk is full, killed while leavers wait in the reserve.
    @Suite(.timeLimit(.minutes(10)), .enabled(if: SmallDisk.isPossible, "mounting a tmpfs takes root"))
    struct ReserveTests {
        private static let roundCount = 4
        private static let leaverCount = 150

        /// Each round: people leave while the disk is full, the service is killed in the middle of it or
        /// while it writes what waited, and is started again: on the full disk in every second round. In the
        /// end everybody for whom the lane was seen to open is in the ledger, and nobody twice.
        @Test func whoWasLetOutOnAFullDiskIsRecordedOnceWhateverIsKilled() async throws {
            let seed =
                ProcessInfo.processInfo.environment["SEED"].flatMap(UInt64.init) ?? .random(in: 1...9_999)
            var random = SplitMix64(state: seed)
            let disk = try SmallDisk(kibibytes: 4_096)
            let site = try await CrashSite(
                laneCount: 2, workerCount: Self.leaverCount * Self.roundCount, leavingLaneCount: 1, disk: disk
            )
            var (seen, late) = (0, 0)
            for round in 0..<Self.roundCount {
                let position = try #require(try await site.export().last).sequence
                try site.emptyLog()
                var process = try site.start()
                try await process.waitUntilReady()
                // Whoever reads keeps the log from beginning anew in its own room: then the disk is full.
                let reader = try SQLiteConnection(path: "\(site.state)/ledger.db", access: .readOnly)
                let snapshot = try reader.statement("SELECT 1 FROM entry LIMIT 1")
                _ = try snapshot.step()
                try disk.fill(leavingPages: 0)
                let pulses = try await letOut(round, of: site)
                if round % 2 == 1 {
                    try await process.killHard()
                    process = try site.start()
                    try await process.waitUntilReady()
                    #expect(try await site.command("status").contains("records wait"))
                }
                snapshot.reset()
                try disk.empty()
                try await Task.sleep(for: .milliseconds(Int.random(in: 0..<1_200, using: &random)))
                try await process.killHard()

                process = try site.start()
                try await process.waitUntilReady()
                process.signal(SIGTERM)
                #expect(try await process.wait() == .exited(0))
                try await site.verify()
                let entries = try await site.export(after: position).filter { $0.kind == "attendance" }
                let workers = entries.compactMap(\.worker)
                #expect(Set(workers).count == workers.count, "nobody twice, round \(round), SEED=\(seed)")
                #expect(workers.count == pulses, "round \(round), SEED=\(seed)")
                #expect(entries.allSatisfy { $0.opened == true && $0.lane == "lane1" })
                seen += pulses
                late += entries.count { $0.lateFromReserve != nil }
            }
            print("kill -9 on a full disk: seed \(seed), \(seen) let out, \(late) by the reserve")
            #expect(seen == Self.leaverCount * Self.roundCount && late >= 50 * Self.roundCount)
        }

        /// Shows the round's cards at the leaving lane, each after the pulse for the one before.
        ///
        /// - Returns: pulses seen; and nobody got in meanwhile.
        private func letOut(_ round: Int, of site: CrashSite) async throws -> Int {
            let before = site.pulses
            for index in 0..<Self.leaverCount {
                #expect(site.readers[1].present(site.card(round * Self.leaverCount + index)))
                #expect(try await eventually { site.pulses[1] == before[1] + index + 1 })
            }
            #expect(try await site.settledPulses()[0] == before[0])
            return site.pulses[1] - before[1]
        }
    }
}
