import AttendanceLedger
import Foundation
import SQLiteStore
import SandboxPlatform
import SiteModel
import Testing

@testable import PlatformSync

/// Platforms that fail at random, and owners that are cut off.
@Suite(.serialized) struct RandomDeliveryTests {
    /// `MUSTER_DELIVERY_SEEDS=1-200` runs more of them by hand.
    private static let seeds: ClosedRange<UInt64> = {
        let text = ProcessInfo.processInfo.environment["MUSTER_DELIVERY_SEEDS"] ?? "1-4"
        let ends = text.split(separator: "-").compactMap { UInt64($0) }
        return ends.count == 2 && ends[0] <= ends[1] ? ends[0]...ends[1] : 1...4
    }()

    /// Random misbehaviour, and owners that end without a word in the midst of a call.
    @Test("D1, D2, D3: whatever happens, each pass is there once, everybody's in order", arguments: seeds)
    func whateverHappensEachPassIsThereOnce(seed: UInt64) async throws {
        var random = SplitMix(seed: seed)
        let site = try DeliverySite()
        let teams = ["钢筋一班", "木工二班", "瓦工三班"]
        try await site.addCompany(teams: teams)
        var workers: [WorkerID] = []
        for number in 0..<9 {
            workers.append(
                try await site.join(
                    number, team: teams[number % 3], isBaseline: number.isMultiple(of: 4), hasPapers: true))
        }
        let kinds: [FaultKind] = [
            .http500, .drop, .duplicateAnswer, .foreignVerdict, .captivePortal, .empty, .resetBody,
            .resetHead,
            .systemError, .clockRefusal, .lateVerdict,
        ]
        let faults = kinds.map { FaultRule($0, probability: random.fraction() * 0.04) }
        try await withSandbox(in: site.path) {
            $0.faults = faults
            $0.seed = seed
            $0.keepsPartOfBatch = seed.isMultiple(of: 2)
        } _: { [workers, random] port in
            var random = random
            var count = 0
            for round in 0..<4 {
                for worker in workers {
                    let passes = 1 + Int(random.next() % 20)
                    try await site.pass(worker, count: passes, age: .seconds(round * 100))
                    count += passes
                }
                if round > 1 {
                    for (index, team) in teams.enumerated() {
                        let team = (team, workers.indices.filter { $0 % 3 == index }.map { workers[$0] })
                        try await site.state(
                            team.0, team.1.map { MonthRow(worker: $0, days: 9, minutes: 900) })
                    }
                }
                let delivery = try site.delivery(to: try site.platform(port: port))
                let running = Task { try await delivery.run() }
                try await Task.sleep(for: .milliseconds(50 + Int(random.next() % 400)))
                running.cancel()
                // try?: what it ends with is nobody's business: it was cut off.
                _ = try? await running.value
                try await delivery.forgetItsEnd()
                await delivery.close()
            }
            let head = try #require(try site.reader.head()).sequence.rawValue
            let status = try await deliver(site, try site.platform(port: port)) {
                $0.isSettled(upTo: head) && $0.isPayrollSettled
            }
            #expect(status.confirmed == Int64(count), "\(status)")
            #expect(status.payroll.rejected == 0)
            let months = try await SandboxView(port: port).rows("payrolls")
            #expect(Set(months.map(payrollKey)).count == 9)
            #expect(months.count == 9, "a month was sent twice: seed \(seed)")
            // Three of the nine were taken over from before: nobody is told of their papers.
            for (kind, count) in [("entry-exits", 9), ("contracts", 6), ("trainings", 6)] {
                let told = try await SandboxView(port: port).rows(kind)
                #expect(told.count == count, "\(kind) sent twice: seed \(seed)")
            }
            let rows = try await SandboxView(port: port).rows("attendance")
            #expect(Set(rows.map(passKey)).count == count)
            #expect(rows.count == count, "sent twice: seed \(seed)")
            for (person, rows) in Dictionary(grouping: rows, by: { "\($0["idCardNumber"] ?? "")" }) {
                let times = rows.compactMap { Self.second("\($0["date"] ?? "")") }
                #expect(times == Self.recordedOrder(times), "\(person.suffix(4)) overtook: seed \(seed)")
            }
        }
    }

    /// `2026-03-02 07:31:05`, in seconds of whatever zone.
    private static func second(_ text: String) -> Int64? {
        UTCInstant(rfc3339: text.replacing(" ", with: "T") + "Z").map { $0.milliseconds / 1_000 }
    }

    /// Each round recorded passes of 100 s before those of the round before it, a second apart.
    private static func recordedOrder(_ times: [Int64]) -> [Int64] {
        var rounds: [[Int64]] = []
        for time in times.sorted() {
            if let last = rounds.last?.last, time - last < 40 {
                rounds[rounds.count - 1].append(time)
            } else {
                rounds.append([time])
            }
        }
        return rounds.reversed().flatMap { $0 }
    }
}

extension PlatformDelivery {
    /// As a kill leaves the file: nobody noted an end.
    fileprivate func forgetItsEnd() throws {
        try file.write { () throws(SQLiteError) in try file.setMark(.clean, 0) }
    }
}

/// SplitMix64.
struct SplitMix {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }

    mutating func fraction() -> Double { Double(next() >> 11) / Double(1 << 53) }
}
