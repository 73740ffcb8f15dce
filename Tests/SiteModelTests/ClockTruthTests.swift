import SiteModel
import Testing

/// The corrected time against the true time of an invented machine, whose crystal runs wrong and whose wall
/// clock lies.
struct ClockTruthTests {
    /// xorshift64*: the same machine for the same seed.
    private struct Dice: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state ^= state >> 12
            state ^= state << 25
            state ^= state >> 27
            return state &* 0x2545_F491_4F6C_DD1D
        }
    }

    /// A machine under true time. Its uptime runs up to 100 millionths wrong, another way in each hour.
    private struct Machine {
        var dice: Dice
        /// Milliseconds.
        var now: Int64 = 1_795_233_600_000
        var uptime = 0.0
        var boot: UInt8 = 0
        /// What the wall clock adds to uptime.
        var epoch: Int64 = 0
        var synchronisation = ClockSynchronisation.none
        private var drift = 0.0

        init(seed: UInt64) {
            dice = Dice(state: seed)
        }

        var reading: ClockReading {
            ClockReading(
                wall: UTCInstant(milliseconds: epoch + Int64(uptime)),
                uptime: Uptime(milliseconds: Int64(uptime)),
                boot: BootID(bytes: [UInt8](repeating: boot, count: 16))!, synchronisation: synchronisation)
        }

        mutating func pass(_ milliseconds: Int64) {
            if Int.random(in: 0..<20, using: &dice) == 0 { turn() }
            now += milliseconds
            uptime += Double(milliseconds) * (1 + drift)
        }

        mutating func turn() { drift = Double.random(in: -0.0001...0.0001, using: &dice) }

        /// Off for a while; then a boot without clock or network.
        mutating func powerCut(off milliseconds: Int64) {
            now += milliseconds
            boot += 1
            uptime = Double.random(in: 5_000...60_000, using: &dice)
            now += Int64(uptime)
            turn()
            jump()
        }

        /// Nobody vouches for what the wall clock says now: somewhere in 1970 to 2099.
        mutating func jump() {
            synchronisation = .none
            epoch = Int64.random(in: 0...4_070_908_800_000, using: &dice)
        }

        /// The network comes; what it says is wrong by up to 15 s.
        mutating func synchronise() {
            synchronisation = .kernel
            epoch = now - Int64(uptime) + Int64.random(in: -15_000...15_000, using: &dice)
        }
    }

    private struct Worst: CustomStringConvertible {
        var error: Int64 = 0
        var bound: Int64 = 0
        var wrongCount = 0
        var recordCount = 0

        mutating func take(_ corrected: CorrectedTime, true now: Int64) {
            let error = abs(corrected.instant.milliseconds - now)
            // One for the rounding of the uptime down to a millisecond.
            let bound = corrected.errorBound?.wholeMilliseconds ?? -1
            if error > bound + 1 { wrongCount += 1 }
            self.error = max(self.error, error)
            self.bound = max(self.bound, bound)
            recordCount += 1
        }

        var description: String {
            "\(recordCount) records, worst error \(error) ms, widest bound \(bound) ms, \(wrongCount) outside"
        }
    }

    /// Three days without battery and network, five power cuts, then the network: every record's true time
    /// lies within its bound, and the bound is half of the time that the machine was off, and what it could
    /// have drifted.
    @Test func threeDaysWithoutAClockAreBoundedOnceTheNetworkComes() {
        var all = Worst()
        for seed in 1...300 as ClosedRange<UInt64> {
            var machine = Machine(seed: seed &* 0x9E37_79B9_7F4A_7C15)
            var history = ClockHistory()
            machine.synchronise()
            history.follow(machine.reading, kind: .serviceStarted)
            machine.pass(3_600_000)
            machine.jump()
            var records: [(ClockReading, Int64)] = []
            var off: Int64 = 0
            for cut in 0...5 {
                if cut > 0 {
                    let pause = Int64.random(in: 10_000...7_200_000, using: &machine.dice)
                    let before = machine.now
                    machine.powerCut(off: pause)
                    off += machine.now - before - Int64(machine.uptime)
                    history.follow(machine.reading, kind: .serviceStarted)
                }
                for _ in 0..<120 {
                    machine.pass(Int64.random(in: 0...720_000, using: &machine.dice))
                    if Int.random(in: 0..<50, using: &machine.dice) == 0 {
                        machine.jump()
                        history.follow(machine.reading, kind: .clockStep)
                    }
                    records.append((machine.reading, machine.now))
                    history.reach(machine.reading)
                }
            }
            let unknown = records.count { !history.corrected($0.0).isKnown }
            #expect(unknown == 600, "all but those of the boot that was synchronised")
            machine.synchronise()
            history.follow(machine.reading, kind: .clockAnchor)
            var worst = Worst()
            for (reading, now) in records { worst.take(history.corrected(reading), true: now) }
            #expect(worst.wrongCount == 0, "seed \(seed): \(worst)")
            // 16 s for each anchor, and 100 millionths of three days and a half on either side.
            #expect(worst.bound <= off / 2 + 16_000 + 61_000, "seed \(seed): \(worst), off \(off)")
            for (reading, now) in records { all.take(history.corrected(reading), true: now) }
        }
        print("three days without a clock, 300 seeds: \(all)")
    }

    /// A hundred jumps of the wall clock in a day change nothing: the uptime and one anchor give every record
    /// its time.
    @Test func aHundredJumpsInADayChangeNothing() {
        var all = Worst()
        for seed in 1...100 as ClosedRange<UInt64> {
            var machine = Machine(seed: seed &* 0x9E37_79B9_7F4A_7C15)
            var history = ClockHistory()
            machine.synchronise()
            history.follow(machine.reading, kind: .serviceStarted)
            var records: [(ClockReading, Int64)] = []
            var last = UTCInstant(milliseconds: .min)
            var worst = Worst()
            for _ in 0..<100 {
                for _ in 0..<10 {
                    machine.pass(Int64.random(in: 0...172_800, using: &machine.dice))
                    records.append((machine.reading, machine.now))
                }
                machine.jump()
                history.follow(machine.reading, kind: .clockStep)
            }
            for (reading, now) in records {
                let corrected = history.corrected(reading)
                worst.take(corrected, true: now)
                all.take(corrected, true: now)
                if !reading.isSynchronised {
                    #expect(corrected.instant >= last, "seed \(seed): the order is that of the uptime")
                    last = corrected.instant
                }
            }
            #expect(worst.wrongCount == 0, "seed \(seed): \(worst)")
            // 16 s, and a day at 100 millionths.
            #expect(worst.bound <= 16_000 + 17_300, "seed \(seed): \(worst)")
        }
        print("a hundred jumps in a day, 100 seeds: \(all)")
    }
}
