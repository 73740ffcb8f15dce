import SiteModel
import Testing

/// What is known of a moment, case by case. Noon is 2026-11-21T04:00:00Z; uptimes and bounds in milliseconds.
struct ClockHistoryTests {
    private static let noon: Int64 = 1_795_233_600_000
    private static let year2099: Int64 = 4_070_908_800_000

    private static func boot(_ number: UInt8) -> BootID {
        BootID(bytes: [UInt8](repeating: number, count: 16))!
    }

    private static func reading(
        _ number: UInt8, uptime: Int64, wall: Int64 = 0, _ synchronisation: ClockSynchronisation = .none
    ) -> ClockReading {
        ClockReading(
            wall: UTCInstant(milliseconds: wall), uptime: Uptime(milliseconds: uptime), boot: boot(number),
            synchronisation: synchronisation)
    }

    private static func time(_ milliseconds: Int64, bound: Int64?, _ basis: TimeBasis) -> CorrectedTime {
        CorrectedTime(
            instant: UTCInstant(milliseconds: milliseconds), errorBound: bound.map { .milliseconds($0) },
            basis: basis)
    }

    /// Boot 1: begun without a clock, synchronised at 100 s of uptime, again at 1,100 s, ended after 2,000 s.
    private static var synchronisedBoot: ClockHistory {
        var history = ClockHistory()
        history.follow(reading(1, uptime: 10_000), kind: .serviceStarted)
        history.follow(reading(1, uptime: 100_000, wall: noon, .kernel), kind: .clockAnchor)
        // A second later on the wall than the uptime says: the nearer anchor counts.
        history.follow(reading(1, uptime: 1_100_000, wall: noon + 1_001_000, .chrony), kind: .clockAnchor)
        history.reach(reading(1, uptime: 2_000_000))
        return history
    }

    @Test(arguments: [
        // uptime, the wall clock, its state, the corrected time
        (
            500_000 as Int64, noon + 7, ClockSynchronisation.kernel,
            time(noon + 7, bound: 16_000, .synchronised)
        ),
        (500_000, noon + 7, .chrony, time(noon + 7, bound: 16_000, .synchronised)),
        (100_000, 0, .none, time(noon, bound: 16_000, .anchored)),
        (99_999, 0, .none, time(noon - 1, bound: 16_001, .anchored)),
        (100_001, year2099, .none, time(noon + 1, bound: 16_001, .anchored)),
        (110_000, year2099, .none, time(noon + 10_000, bound: 16_001, .anchored)),
        (110_001, year2099, .none, time(noon + 10_001, bound: 16_002, .anchored)),
        (10_000, -1, .none, time(noon - 90_000, bound: 16_009, .anchored)),
        (600_000, 0, .none, time(noon + 500_000, bound: 16_050, .anchored)),
        (600_001, 0, .none, time(noon + 501_001, bound: 16_050, .anchored)),
        (1_999_999, 0, .none, time(noon + 1_900_999, bound: 16_090, .anchored)),
    ])
    func inABootWithAnchorsTheNearestOneCounts(
        uptime: Int64, wall: Int64, synchronisation: ClockSynchronisation, expected: CorrectedTime
    ) {
        let reading = Self.reading(1, uptime: uptime, wall: wall, synchronisation)
        #expect(Self.synchronisedBoot.corrected(reading) == expected)
    }

    @Test func aPersonVouchesForOneMomentAndDriftRunsFromThere() {
        var history = ClockHistory()
        history.follow(Self.reading(1, uptime: 10_000), kind: .serviceStarted)
        history.follow(Self.reading(1, uptime: 100_000, wall: Self.noon, .operator), kind: .clockAnchor)
        // A later entry that repeats it is no new look at a watch.
        history.follow(
            Self.reading(1, uptime: 10_100_000, wall: Self.noon + 10_000_000, .operator),
            kind: .serviceStopped)
        let late = Self.reading(1, uptime: 10_100_000, wall: Self.noon + 10_000_000, .operator)
        #expect(history.corrected(late) == Self.time(Self.noon + 10_000_000, bound: 61_000, .synchronised))
        let before = Self.reading(1, uptime: 90_000, wall: 0)
        #expect(history.corrected(before) == Self.time(Self.noon - 10_000, bound: 60_001, .anchored))
        #expect(history.newestConfirmation(of: Self.boot(1))?.uptime == Uptime(milliseconds: 100_000))
        // The network comes: it knows better than the person did.
        history.follow(
            Self.reading(1, uptime: 20_100_000, wall: Self.noon + 20_005_000, .kernel), kind: .clockAnchor)
        #expect(history.corrected(late) == Self.time(Self.noon + 10_005_000, bound: 17_000, .anchored))
    }

    /// Boot 1 anchored, boots 2 and 3 without anything, boot 4 anchored.
    private static var gap: ClockHistory {
        var history = synchronisedBoot
        history.follow(reading(2, uptime: 10_000, wall: year2099), kind: .serviceStarted)
        history.reach(reading(2, uptime: 1_000_000))
        history.follow(reading(3, uptime: 20_000, wall: 0), kind: .serviceStarted)
        history.reach(reading(3, uptime: 500_000))
        history.follow(reading(4, uptime: 30_000), kind: .serviceStarted)
        history.follow(reading(4, uptime: 130_000, wall: noon + 7_000_000, .kernel), kind: .clockAnchor)
        return history
    }

    /// Low and high end of each, by hand: boot 1 ended at `noon + 1_901_000`, less 16,090; boot 4 began at
    /// `noon + 6_870_000`, plus 16,013. Uptime counts for what it lasted at the least: 100 millionths less,
    /// so 999,900 for boot 2 and 499,950 for boot 3.
    private static let boundedRows: [(boot: UInt8, uptime: Int64, low: Int64, high: Int64)] = [
        (2, 0, 1_884_910, 5_386_163),
        (2, 1_000_000, 2_884_810, 6_386_063),
        // Later than what is known of the boot: it ended before the next began all the same.
        (2, 1_000_001, 2_884_810, 6_386_063),
        (3, 0, 2_884_810, 6_386_063),
        (3, 500_000, 3_384_760, 6_886_013),
    ]

    @Test(arguments: boundedRows.indices)
    func aBootWithoutAnchorLiesBetweenItsNeighbours(row: Int) {
        let (boot, uptime, low, high) = Self.boundedRows[row]
        for wall in [0, Self.noon, Self.year2099] {
            let corrected = Self.gap.corrected(Self.reading(boot, uptime: uptime, wall: wall))
            #expect(corrected.basis == .bounded)
            let middle: Int64 = low + (high - low) / 2
            #expect(corrected.instant.milliseconds - Self.noon == middle)
            let bound: Int64 = (high - low + 1) / 2
            #expect(corrected.errorBound == .milliseconds(bound))
        }
    }

    @Test func openSidesGiveAGuessAndSaySo() {
        var history = ClockHistory()
        // The first boot of all: nothing before it, nothing after it. The board's clock is plausible.
        history.follow(Self.reading(1, uptime: 10_000, wall: Self.noon), kind: .serviceStarted)
        // Then somebody sets it, twice.
        for wall in [0, Self.year2099, Self.noon] {
            let corrected = history.corrected(Self.reading(1, uptime: 20_000, wall: wall))
            #expect(corrected == Self.time(Self.noon + 10_000, bound: nil, .unknown))
        }
        // The next boot says 1970: it is not before the one that is bounded below.
        history = Self.synchronisedBoot
        for (number, wall) in [(2 as UInt8, 0), (3, Self.year2099)] {
            history.follow(Self.reading(number, uptime: 10_000, wall: wall), kind: .serviceStarted)
            let corrected = history.corrected(Self.reading(number, uptime: 10_000, wall: wall))
            #expect(corrected.basis == .unknown && corrected.errorBound == nil)
            #expect((0..<20_000).contains(corrected.instant.milliseconds - Self.noon - 1_884_910))
        }
        // A battery that kept the time is the better guess.
        history.follow(Self.reading(4, uptime: 0, wall: Self.noon + 9_000_000), kind: .serviceStarted)
        let kept = history.corrected(Self.reading(4, uptime: 5, wall: 0))
        #expect(kept == Self.time(Self.noon + 9_000_005, bound: nil, .unknown))
    }

    @Test(arguments: ClockSynchronisation.allCases)
    func aBootThatTheLedgerDoesNotKnowHasItsWallClockOnly(synchronisation: ClockSynchronisation) {
        let corrected = ClockHistory().corrected(
            Self.reading(9, uptime: 5, wall: Self.noon, synchronisation))
        let expected: [ClockSynchronisation: CorrectedTime] = [
            .none: Self.time(Self.noon, bound: nil, .unknown),
            .kernel: Self.time(Self.noon, bound: 16_000, .synchronised),
            .chrony: Self.time(Self.noon, bound: 16_000, .synchronised),
            .operator: Self.time(Self.noon, bound: 60_000, .synchronised),
        ]
        #expect(corrected == expected[synchronisation])
    }

    @Test func neighboursThatContradictEachOtherBoundNothing() {
        var history = Self.synchronisedBoot
        history.follow(Self.reading(2, uptime: 10_000), kind: .serviceStarted)
        // The boot after is vouched for a day before the boot before.
        history.follow(
            Self.reading(3, uptime: 10_000, wall: Self.noon - 86_400_000, .kernel), kind: .serviceStarted)
        #expect(history.corrected(Self.reading(2, uptime: 10_000)).basis == .unknown)
    }

    /// Somebody may have written any number into the file.
    @Test(arguments: [Int64.min, -1, .max])
    func noWallClockTraps(wall: Int64) {
        var history = Self.gap
        let longest = Int64.max / 1_000_000
        for (number, synchronisation) in [(5 as UInt8, ClockSynchronisation.none), (6, .kernel), (7, .none)] {
            for uptime in [0, longest] {
                let reading = Self.reading(number, uptime: uptime, wall: wall, synchronisation)
                history.follow(reading, kind: .clockAnchor)
                _ = history.corrected(Self.reading(number, uptime: uptime, wall: wall))
            }
        }
        _ = history.corrected(Self.reading(6, uptime: longest, wall: wall))
    }
}
