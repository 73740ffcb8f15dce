import Foundation
import Testing

/// The core of a site over days, on a disk that forgets, with invariants of Architecture section 8: every
/// swipe once or said to be not recorded (1); a chain that verifies (2); no green without a durable entry
/// (4); the bound of the log (6); an index like one made anew (7).
///
/// Deliveries (3) and the 24 hours of a personnel change (5) have no code yet, so nothing is claimed of them.
/// Presence is not compared: after a jump of the clock the ledger's shift is another one on purpose.
///
/// One seed is one run on one task, so it does the same again, but for the pause after which the writer moves
/// its log: a machine that stands still for 200 ms between two swipes may move it elsewhere.
///
/// `MUSTER_SIMULATION_SEEDS=N` runs seeds 1 to N in place of a few and prints what they did;
/// `MUSTER_SIMULATION_SEED=N` replays one. Seeds of `Seeds.txt` run first, always.
@Suite(.timeLimit(.minutes(60)))
struct SimulationTests {
    private static let dayCount = 5

    @Test func theInvariantsHoldOverDays() async throws {
        let variable = "MUSTER_SIMULATION_SEEDS"
        let environment = ProcessInfo.processInfo.environment
        let replayed = environment["MUSTER_SIMULATION_SEED"].flatMap(UInt64.init)
        let kept = try Self.keptSeeds()
        let seeds = replayed.map { [$0] } ?? kept + (1...UInt64(RunLength.count(variable, else: 2)))
        let clock = ContinuousClock()
        let start = clock.now
        var (swipes, cuts, kills, faults, entries, failed) = (0, 0, 0, 0, 0, 0)
        for seed in seeds {
            var site = try SimulatedSite(seed: seed)
            do {
                try await site.run(days: Self.dayCount)
            } catch {
                failed += 1
                Issue.record("seed \(seed), after \(site.cutCount) cuts, \(site.killCount) kills: \(error)")
            }
            swipes += site.swipeCount
            cuts += site.cutCount
            kills += site.killCount
            faults += site.faultCount
            entries += site.entryCount
        }
        guard RunLength.isLong(variable) || failed > 0 else { return }
        let elapsed = clock.now - start
        let days = Double(seeds.count * Self.dayCount)
        let rate = Int(days / (elapsed / .seconds(60)))
        print(
            "simulation: \(seeds.count) seeds, \(Int(days)) site-days in \(elapsed), \(rate) a minute; "
                + "\(swipes) swipes, \(entries) entries, \(cuts) power cuts, \(kills) kills, "
                + "\(faults) faults, \(failed) failed"
        )
    }

    private static func keptSeeds() throws -> [UInt64] {
        let url = try #require(Bundle.module.url(forResource: "Seeds", withExtension: "txt"))
        return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").compactMap { UInt64($0) }
    }
}
