import Foundation
import Glibc
import SiteModel
import Testing
import VirtualSite

extension CrashTests {
    /// Gateway and platform, both real processes, both killed at random moments, while the platform
    /// misbehaves at random.
    @Suite(.serialized, .timeLimit(.minutes(600))) struct SyncKillTests {
        /// `MUSTER_SYNC_KILLS=1-200` runs more of them by hand.
        private static let seeds: ClosedRange<UInt64> = {
            let text = ProcessInfo.processInfo.environment["MUSTER_SYNC_KILLS"] ?? "1-4"
            let ends = text.split(separator: "-").compactMap { UInt64($0) }
            return ends.count == 2 && ends[0] <= ends[1] ? ends[0]...ends[1] : 1...4
        }()

        private static let workerCount = 40
        /// Cards come so slowly that nobody passes a lane twice in one second: the platform keeps seconds.
        private static let pause = Duration.milliseconds(75)

        /// In the end the platform's passes are the ledger's, each once, and everybody's in order in each of
        /// the two lanes of delivery.
        @Test("D1, D2, D3, D5: each pass is at the platform once, whoever is killed", arguments: seeds)
        func eachPassIsAtThePlatformOnceWhoeverIsKilled(seed: UInt64) async throws {
            var random = SplitMix64(state: seed)
            let platform = try CrashPlatform()
            try await platform.start()
            let site = try await CrashSite(
                laneCount: 2, workerCount: Self.workerCount, leavingLaneCount: 1,
                more: platform.configuration)
            try await site.completeTheRoster()
            var gateway = try site.start()
            var (gatewayKills, platformKills, shown) = (0, 0, 0)
            let isLying = seed.isMultiple(of: 3)
            // Passes wait for their workers: where these are there first, the faults meet passes.
            if isLying || Bool.random(using: &random) { try await site.waitUntilDelivered(0) }
            for _ in 0..<Int.random(in: 4...7, using: &random) {
                let faults = Self.faults(isLying: isLying, &random)
                try platform.order(faults)
                if Bool.random(using: &random) { try await gateway.waitUntilReady() }
                try await Self.load(site, &shown, for: .milliseconds(.random(in: 50..<900, using: &random)))
                if Int.random(in: 0..<3, using: &random) < 2 {
                    try await gateway.killHard()
                    gatewayKills += 1
                    gateway = try site.start()
                }
                if Bool.random(using: &random) {
                    try await platform.killHard()
                    platformKills += 1
                    try await Self.load(
                        site, &shown, for: .milliseconds(.random(in: 0..<300, using: &random)))
                    try await platform.start(faults, seed: random.next())
                }
            }
            try await gateway.waitUntilReady()
            try platform.order(isLying ? [Self.lie] : [])
            _ = try await site.settledPulses()
            let count = try await site.passes().count
            try await site.waitUntilDelivered(count)
            try platform.order([])
            let resent = isLying ? try await Self.reconcile(site, count) : 0
            gateway.signal(SIGTERM)
            #expect(try await gateway.wait() == .exited(0))
            try await platform.killHard()
            try await site.verify()
            let passes = try await site.passes()
            let kept = try await platform.attendance()
            let joinings = try await platform.memberships()
            #expect(Set(joinings).count == joinings.count, "a joining was sent twice: seed \(seed)")
            let moved = Self.moved(kept, passes.map(\.key))
            #expect(moved != nil, "the same, each once: seed \(seed): \(Self.difference(kept, passes))")
            if resent == 0 {
                let fault = Self.overtaking(passes, kept)
                #expect(fault == nil, "seed \(seed)")
            }
            print(
                "sync kill -9: seed \(seed): gateway \(gatewayKills)x, platform \(platformKills)x, "
                    + "\(shown) cards shown, \(passes.count) passes recorded, \(kept.count) kept by the "
                    + "platform, \(kept.count - Set(kept).count) of them twice, "
                    + "\(resent) lost by it and resent, \(moved ?? 0) a second off"
            )
        }

        /// Of ten calls it takes two and keeps nothing of them.
        private static let lie = "lose=0.2@WorkerAttendance.Add"

        private static func faults(isLying: Bool, _ random: inout SplitMix64) -> [String] {
            let kinds = [
                "http-500", "drop", "duplicate-answer", "foreign-verdict", "captive-portal", "empty",
                "reset-body", "reset-head", "system-error", "clock-refusal", "late-verdict", "slow", "hang",
                "signature-refusal", "permission-refusal", "address-refusal",
            ]
            var faults = kinds.filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
                .map { $0 + "=0.0" + String(Int.random(in: 1...5, using: &random)) }
            if isLying { faults.append(lie) }
            return faults
        }

        private static func load(_ site: CrashSite, _ shown: inout Int, for life: Duration) async throws {
            let end = SystemSiteClock.uptime() + life
            while SystemSiteClock.uptime() < end {
                for lane in site.readers.indices {
                    site.readers[lane].present(site.card(shown / 2 + lane * workerCount / 2))
                    shown += 1
                }
                try await Task.sleep(for: pause)
            }
        }

        /// What a moment truly was is worked out anew once its clock is known better: a pass at the very end
        /// of a second may have gone up with the next one.
        ///
        /// - Returns: how many; nil where both do not hold the same passes, each once.
        private static func moved(_ kept: [String], _ recorded: [String]) -> Int? {
            guard kept.count == recorded.count, Set(kept).count == kept.count else { return nil }
            var left = Set(recorded).subtracting(kept)
            let strange = Set(kept).subtracting(recorded)
            for key in strange {
                guard let near = left.first(where: { isNear($0, key) }) else { return nil }
                left.remove(near)
            }
            return left.isEmpty ? strange.count : nil
        }

        /// Keys of one person and direction, a second apart.
        private static func isNear(_ one: String, _ other: String) -> Bool {
            let (one, other) = (one.split(separator: "|"), other.split(separator: "|"))
            guard one[0] == other[0], one[2] == other[2] else { return false }
            let times = [one[1], other[1]].compactMap {
                UTCInstant(rfc3339: $0.replacing(" ", with: "T") + "Z")?.milliseconds
            }
            return times.count == 2 && abs(times[0] - times[1]) <= 1_000
        }

        private static func difference(_ kept: [String], _ passes: [CrashSite.Pass]) -> String {
            let recorded = Set(passes.map(\.key))
            return "strange \(Set(kept).subtracting(recorded).sorted()), "
                + "missing \(recorded.subtracting(kept).sorted()), \(kept.count) of \(passes.count)"
        }

        /// Compares with the platform until nothing is missing there.
        ///
        /// - Returns: passes that it said it took and did not keep.
        private static func reconcile(_ site: CrashSite, _ count: Int) async throws -> Int {
            struct Line: Decodable { let missing: [Int64] }
            var missing = 0
            for _ in 0..<3 {
                let text = try await site.command("sync", "reconcile", "--json")
                let lines = try text.split(separator: "\n").map {
                    try JSONDecoder().decode(Line.self, from: Data($0.utf8))
                }
                let found = lines.map(\.missing.count).reduce(0, +)
                if found == 0 { break }
                missing += found
                try await site.waitUntilDelivered(count)
            }
            return missing
        }

        /// After a start what waits goes behind what comes: of the passes of one run of the service those
        /// before some moment may be overtaken by those after it, and by no others.
        private static func overtaking(_ passes: [CrashSite.Pass], _ kept: [String]) -> String? {
            let ranks = Dictionary(kept.enumerated().map { ($1, $0) }) { first, _ in first }
            var (lows, highs): ([Int: Int64], [Int: Int64]) = ([:], [:])
            for ofWorker in Dictionary(grouping: passes, by: \.worker).values {
                for (index, early) in ofWorker.enumerated() {
                    for late in ofWorker[(index + 1)...] where late.life == early.life {
                        guard let first = ranks[early.key], let second = ranks[late.key], first > second
                        else { continue }
                        lows[early.life] = max(lows[early.life] ?? 0, early.sequence)
                        highs[early.life] = min(highs[early.life] ?? .max, late.sequence)
                    }
                }
            }
            let bad = lows.filter { life, low in (highs[life] ?? .max) <= low }
            return bad.isEmpty ? nil : "passes overtook each other in runs \(bad.keys.sorted())"
        }
    }
}
