import CFaultyDisk
import Foundation
import Testing

/// A4 and A7 of the fault catalogue: torn and reordered writes, syncs that fail, and what may be lost by
/// them: nothing that was acknowledged.
///
/// `MUSTER_POWER_CUT_SEEDS=N` runs N seeds of each fault in place of a few, and prints what they did. A seed
/// is about 20 lives of a process. `MUSTER_POWER_CUT_SEED=N` replays one.
@Suite(.timeLimit(.minutes(60)))
struct PowerCutTests {
    @Test(arguments: LedgerTorture.Fault.allCases)
    func nothingAcknowledgedIsLostAndNothingIsInvented(fault: LedgerTorture.Fault) throws {
        let variable = "MUSTER_POWER_CUT_SEEDS"
        let replayed = ProcessInfo.processInfo.environment["MUSTER_POWER_CUT_SEED"].flatMap(UInt64.init)
        let seedCount = UInt64(RunLength.count(variable, else: fault == .none ? 3 : 1))
        var (cuts, kills, acknowledged, refused, lost, failed) = (0, 0, 0, 0, Int64(0), 0)
        for seed in replayed.map({ $0...$0 }) ?? 1...seedCount {
            var torture = try LedgerTorture(seed: seed, fault: fault)
            do {
                try torture.run(lives: 20)
            } catch {
                failed += 1
                Issue.record("\(fault.rawValue), seed \(seed), after \(torture.cutCount) cuts: \(error)")
            }
            cuts += torture.cutCount
            kills += torture.killCount
            acknowledged += torture.acknowledgedCount
            refused += torture.refusedCount
            lost += torture.disk.count(FaultyDiskLostSectors)
        }
        if RunLength.isLong(variable) || failed > 0 {
            print(
                "\(fault.rawValue): \(seedCount) seeds, \(cuts) power cuts, \(kills) kills, \(lost) sectors "
                    + "lost, \(acknowledged) entries acknowledged, \(refused) groups refused, "
                    + "\(failed) seeds failed"
            )
        }
    }
}
