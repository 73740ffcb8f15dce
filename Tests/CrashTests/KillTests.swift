import Foundation
import Glibc
import SiteModel
import Testing
import VirtualSite

/// What one lane was shown, and what of it stands in the ledger.
private struct LaneBook {
    /// Cards shown so far; the n-th is the card of worker n + `shift`.
    var shown = 0
    /// Cards shown before the last one that is recorded, it included.
    var recorded = 0
    /// Cards that a killed process had read and not yet written.
    var lost = 0
    let shift: Int

    /// Takes the lane's entries of one run of the service: the cards in the order in which they were shown,
    /// each once, and none missing but between two runs.
    mutating func take(_ workers: [Int], of count: Int) -> String? {
        for (position, worker) in workers.enumerated() {
            let step = (worker - shift - recorded % count + 2 * count) % count
            if step > 0 {
                guard position == 0, step <= CrashTests.KillTests.lineLimit else {
                    return "entry \(position) of the run is \(step) cards ahead"
                }
                lost += step
            }
            recorded += step + 1
            guard recorded <= shown else { return "entry \(position) of the run was never shown" }
        }
        return nil
    }
}

extension CrashTests {
    @Suite struct KillTests {
        /// Frames of 14 bytes that a pseudo-terminal holds: 4,095 bytes. More cannot be in the hands of a
        /// killed process.
        static let lineLimit = 292
        /// Cards shown at a lane ahead of its pulses, so that the line never fills.
        private static let aheadLimit = 32
        private static let roundCount = 25
        private static let workerCount = 2_000

        /// Kill -9 at random moments, some of them while the service starts. After each: the chain verifies,
        /// and the entries of every lane are the cards that were shown, in order, each once, with an opened
        /// one for each pulse that was seen.
        @Test func nothingThatOpenedIsLostOrDoubledByAKill() async throws {
            let seed =
                ProcessInfo.processInfo.environment["SEED"].flatMap(UInt64.init) ?? .random(in: 1...9_999)
            var random = SplitMix64(state: seed)
            let site = try await CrashSite(laneCount: 4, workerCount: Self.workerCount)
            let numbers = Dictionary(uniqueKeysWithValues: site.workers.enumerated().map { ($1, $0) })
            var books = (0..<4).map { LaneBook(shift: $0 * 500) }
            var position = try #require(try await site.export().last).sequence
            var pulsesBefore = try await site.settledPulses()
            var opened = 0
            for round in 1...Self.roundCount {
                let process = try site.start()
                let isStarting = Int.random(in: 0..<5, using: &random) == 0
                if !isStarting { try await process.waitUntilReady() }
                let life = Duration.milliseconds(Int.random(in: 0..<300, using: &random))
                try await Self.load(site, &books, for: life)
                try await process.killHard()

                let pulses = try await site.settledPulses()
                try await site.verify()
                let entries = try await site.export(after: position)
                position = entries.last?.sequence ?? position
                for lane in books.indices {
                    let ofLane = entries.filter { $0.kind == "attendance" && $0.lane == "lane\(lane)" }
                    let workers = ofLane.map { numbers[$0.worker ?? ""] ?? -1 }
                    let fault = books[lane].take(workers, of: Self.workerCount)
                    #expect(fault == nil, "lane \(lane), round \(round), SEED=\(seed)")
                    let openedHere = ofLane.count { $0.opened == true }
                    let seen = pulses[lane] - pulsesBefore[lane]
                    #expect(seen <= openedHere, "lane \(lane), round \(round), SEED=\(seed)")
                    opened += seen
                }
                pulsesBefore = pulses
            }
            let recorded = books.map(\.recorded).reduce(0, +) - books.map(\.lost).reduce(0, +)
            print(
                "kill -9: \(Self.roundCount) rounds, seed \(seed): \(opened) pulses seen, \(recorded) cards "
                    + "recorded, \(books.map(\.lost).reduce(0, +)) in the hands of a killed process")
            #expect(opened > Self.roundCount, "the service was under load, SEED=\(seed)")
        }

        /// Cards shown while the service is dead are recorded when it is back, as of uncertain time, and open
        /// nothing.
        @Test func cardsThatWaitInTheLineAreRecorded() async throws {
            let site = try await CrashSite(laneCount: 2, workerCount: 200)
            var books = [LaneBook(shift: 0)]
            let killed = try site.start()
            try await killed.waitUntilReady()
            try await Self.load(site, &books, for: .milliseconds(50))
            try await killed.killHard()
            let pulses = try await site.settledPulses()
            let position = try #require(try await site.export().last).sequence

            for index in 0..<200 {
                try #require(site.readers[1].present(site.card(index), patienceMilliseconds: 0))
            }
            let process = try site.start()
            try await process.waitUntilReady()
            var waited: [CrashSite.Entry] = []
            let areAllThere = try await eventually {
                waited = try await site.export(after: position).filter { $0.lane == "lane1" }
                return waited.count >= 200
            }
            #expect(areAllThere)
            #expect(waited.map(\.worker) == site.workers)
            #expect(waited.allSatisfy { $0.kind == "attendance" && $0.decision == "granted" })
            #expect(waited.allSatisfy { $0.timeUncertain == true && $0.opened == false })
            #expect(try await site.settledPulses()[1] == pulses[1], "nobody stands at the lane any more")

            #expect(site.readers[1].present(site.card(7)))
            #expect(try await eventually { site.pulses[1] == pulses[1] + 1 }, "the next card opens again")
            process.signal(SIGTERM)
            #expect(try await process.wait() == .exited(0))
            try await site.verify()
        }

        /// Shows cards at the first lanes, one for each book, as fast as the lanes open for them.
        private static func load(_ site: CrashSite, _ books: inout [LaneBook], for life: Duration)
            async throws
        {
            let end = SystemSiteClock.uptime() + life
            let before = (books.map(\.shown), site.pulses)
            while SystemSiteClock.uptime() < end {
                for lane in books.indices {
                    let shown = books[lane].shown - before.0[lane]
                    guard shown - (site.pulses[lane] - before.1[lane]) < aheadLimit else { continue }
                    site.readers[lane].present(site.card(books[lane].shown + books[lane].shift))
                    books[lane].shown += 1
                }
                try await waitAMillisecond()
            }
        }
    }
}
