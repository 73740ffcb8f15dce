import Foundation
import SiteModel
import Testing
import VirtualSite

@testable import AttendanceLedger

/// A8 of the fault catalogue: damaged, cut, deleted and exchanged files. Nothing crashes or hangs, damage is
/// named, an older copy is seen, and nothing is written after garbage.
///
/// `MUSTER_DAMAGE_SECONDS=N` goes on for that long with fresh seeds, several damages at once, and prints how
/// often and what became of them; the seeds go on from `MUSTER_DAMAGE_SEED`, by default 1,000,000.
@Suite(.timeLimit(.minutes(120)), .serialized)
struct DamageTests {
    private static let images = Result {
        [
            try LedgerImage(entryCount: 150, hasLog: true), try LedgerImage(entryCount: 150, hasLog: false),
        ]
    }

    @Test(arguments: LedgerDamage.allCases)
    func damageIsNamedAndNothingIsWrittenAfterGarbage(damage: LedgerDamage) throws {
        var verdicts: [DamageProbe.Verdict: Int] = [:]
        for seed in 1...2 as ClosedRange<UInt64> {
            if let verdict = try Self.probe(seed, [damage]) { verdicts[verdict, default: 0] += 1 }
        }
        let always: Set<DamageProbe.Verdict>? =
            switch damage {
            case .mainDeleted, .mainEmptied: [.refused]
            case .olderCopy: [.lossNamed]
            case .olderCopyWithItsHead: [.seenFromElsewhere]
            case .headDeleted: [.harmless]
            default: nil
            }
        if let always { #expect(Set(verdicts.keys) == always, "\(damage.rawValue): \(verdicts)") }
    }

    /// Several damages at once. A few seeds: the tests that share the processor with this one wait for hard
    /// disks and lines, not for it. CI goes on with the long run.
    @Test func whateverIsDoneToTheFilesOpeningThemEnds() throws {
        for seed in 1...25 as ClosedRange<UInt64> { _ = try Self.probe(seed, Self.damages(seed)) }
    }

    @Test(
        .enabled(
            if: RunLength.isLong("MUSTER_DAMAGE_SECONDS"), "a long run is asked for by MUSTER_DAMAGE_SECONDS")
    )
    func aLongRunOfDamages() throws {
        let seconds = RunLength.count("MUSTER_DAMAGE_SECONDS", else: 0)
        let first = UInt64(RunLength.count("MUSTER_DAMAGE_SEED", else: 1_000_000))
        let clock = ContinuousClock()
        let start = clock.now
        var (seed, slowest, violations) = (first, Duration.zero, 0)
        var verdicts: [DamageProbe.Verdict: Int] = [:]
        while clock.now - start < .seconds(seconds) {
            let began = clock.now
            if let verdict = try Self.probe(seed, Self.damages(seed)) {
                verdicts[verdict, default: 0] += 1
            } else {
                violations += 1
            }
            slowest = max(slowest, clock.now - began)
            seed += 1
        }
        let counts = verdicts.sorted { $0.value > $1.value }.map { "\($0.value) \($0.key.rawValue)" }
        print(
            "damage: seeds \(first) to \(seed - 1), \(seed - first) executions in \(clock.now - start), "
                + "slowest \(slowest), \(violations) violations; \(counts.joined(separator: ", "))")
    }

    /// One to four damages.
    private static func damages(_ seed: UInt64) -> [LedgerDamage] {
        var random = SplitMix64(state: seed &* 0x9E37)
        return (0..<Int.random(in: 1...4, using: &random)).compactMap { _ in
            LedgerDamage.allCases.randomElement(using: &random)
        }
    }

    /// - Returns: nil after a violation, which is recorded with its seed.
    private static func probe(_ seed: UInt64, _ damages: [LedgerDamage]) throws -> DamageProbe.Verdict? {
        let image = try images.get()[Int(seed % 2)]
        var random = SplitMix64(state: seed)
        var files = image.files
        for damage in damages { damage.inflict(on: &files, of: image, &random) }
        do {
            return try DamageProbe(image: image, files: files).run()
        } catch {
            Issue.record("seed \(seed), \(damages.map(\.rawValue)): \(error)")
            return nil
        }
    }
}
