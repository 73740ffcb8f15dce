import DeviceSessions
import Foundation
import Glibc
import SiteModel
import Testing

@testable import DeviceDrivers

/// 24 readers on four lines of 115200 baud, as busy as the standard allows. Takes half a minute and wants the
/// machine to itself: `MUSTER_OSDP_LOAD=1`. Prints its figures.
@Suite(
    .serialized, .timeLimit(.minutes(5)),
    .enabled(if: PeerProcess.isThere, "no Python with libosdp: set MUSTER_INTEROP_PYTHON"),
    .enabled(
        if: ProcessInfo.processInfo.environment["MUSTER_OSDP_LOAD"] == "1", "MUSTER_OSDP_LOAD=1 runs it"))
struct LoadTests {
    @Test(arguments: ["off", "required"])
    func twentyFourReadersArePolledInTime(secure: String) async throws {
        let site = try PanelSite()
        let lines = try (0..<4).map { line in
            try PeerProcess(
                link: site.path(line), baud: 115_200,
                (0..<6).map { "\($0)=\(secure == "off" ? "plain" : Self.key(UInt8($0)))" })
        }
        for line in lines { try await line.waitUntilReady() }
        let lanes = (0..<4).map { line in
            LanePlan(
                name: "lane\(line)",
                readers: (0..<6).map { site.reader($0, line: line, ["secure": secure]) })
        }
        try await site.run(lanes) { supervisor in
            #expect(
                await eventually { supervisor.statuses.allSatisfy { $0.detail.hasPrefix("vendor") } })
            try await Task.sleep(for: .seconds(1))
            for line in lines { line.say("stats") }
            let isCounting = await eventually { lines.allSatisfy { $0.count(of: "asked") == 6 } }
            try #require(isCounting)
            let (busyBefore, start) = (Self.processorTime(), SystemSiteClock.uptime())
            try await Self.show(lines, family: 1)
            #expect(await eventually { site.swipes.count == 200 })
            let seconds = Double((SystemSiteClock.uptime() - start).wholeMilliseconds) / 1_000
            let busy = (Self.processorTime() - busyBefore) / seconds
            for line in lines { line.say("stats") }
            #expect(await eventually { lines.allSatisfy { $0.count(of: "asked") == 12 } })
            Self.report(lines, secure, seconds, busy)
        }
        let ours = Self.latencies(lines, site.reads.map { ($0.card, Double($0.at.nanoseconds)) })
        let theirs = try await Self.peer(lines, site, secure)
        let ratio = ours[197] / theirs[197]
        print(
            "card to decision, secure \(secure): ours p50 \(ours[100]) ms, p99 \(ours[197]) ms;",
            "libosdp's own panel p50 \(theirs[100]) ms, p99 \(theirs[197]) ms; ratio of p99 \(ratio)")
        #expect(ratio <= 1.2)
    }

    /// The same lines and readers with libosdp's own panel: milliseconds, sorted.
    private static func peer(
        _ lines: [PeerProcess], _ site: PanelSite, _ secure: String
    ) async throws -> [Double] {
        let keys = secure == "off" ? "plain" : (0..<6).map { key(UInt8($0)) }.joined(separator: ",")
        let panel = try PeerProcess("panel.py", ["6", keys] + (0..<4).map(site.path))
        try await panel.waitUntilReady()
        try await Task.sleep(for: .seconds(1))
        try await show(lines, family: 2)
        #expect(await eventually { panel.count(of: "\"card\"") == 200 })
        return latencies(lines, panel.numbers("at", where: "\"card\"").map { ($0.card, $0.value) })
    }

    /// 50 rounds of a card at one reader of each line, at random moments of the poll cycle.
    private static func show(_ lines: [PeerProcess], family: UInt8) async throws {
        for round in 0..<50 {
            for (index, line) in lines.enumerated() {
                let card = [family, UInt8(index), UInt8(round), UInt8(round % 6)]
                line.say("\(round % 6) card \(card.hexadecimal) 32")
            }
            try await Task.sleep(for: .milliseconds(Int.random(in: 150...250)))
        }
    }

    private static func latencies(
        _ lines: [PeerProcess], _ reads: [(card: UInt64, at: Double)]
    ) -> [Double] {
        let shown = Dictionary(
            lines.flatMap { $0.numbers("at", where: "\"card\"") }.map { ($0.card, $0.value) }
        ) { first, _ in first }
        let latencies = reads.compactMap { read in shown[read.card].map { (read.at - $0) / 1_000_000 } }
        #expect(latencies.count == 200)
        return latencies.sorted() + [Double](repeating: .infinity, count: max(0, 200 - latencies.count))
    }

    private static func report(
        _ lines: [PeerProcess], _ secure: String, _ seconds: Double, _ busy: Double
    ) {
        let asked = lines.flatMap { $0.numbers("asked", where: "asked").suffix(6).map(\.value) }
        let longest = lines.flatMap { $0.numbers("longest_ms", where: "asked").suffix(6).map(\.value) }
        #expect(asked.count == 24)
        let rates = asked.map { $0 / seconds }
        print(
            "24 readers, secure \(secure): each asked \(rates.min() ?? 0)",
            "to \(rates.max() ?? 0) times a second,",
            "longest pause \(longest.max() ?? 0) ms, \(busy * 100) % of one core")
        #expect(rates.min() ?? 0 > 12)
    }

    private static func key(_ address: UInt8) -> String {
        OSDPKey(site: PanelSite.siteKey, uniqueID: [0x5C, 0x23, 0x01, 0x00, address, 0x10, 0x00, 0x00])
            .bytes.hexadecimal
    }

    /// Of this process, in seconds.
    private static func processorTime() -> Double {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }
}
