import Foundation
import Glibc
import SiteModel
import Testing
import VirtualSite

extension CrashTests {
    /// Starting, being the only one, and stopping in order.
    @Suite struct LifeTests {
        @Test func aSecondProcessOnTheSameLedgerIsRefused() async throws {
            let site = try await CrashSite(laneCount: 1, workerCount: 5)
            let process = try site.start()
            try await process.waitUntilReady()
            // The best of three, so that a busy test machine does not count as slow.
            var fastest = Duration.seconds(60)
            for _ in 0..<3 {
                let second = try site.start()
                #expect(try await second.wait() == .exited(75))
                fastest = min(fastest, SystemSiteClock.uptime() - second.started)
                #expect(second.errors.hasPrefix("muster: 台账：台账被另一个程序占用\n"))
                #expect(
                    second.errors.hasSuffix(
                        "\nledger: \(site.folder)/state/ledger.lock is held by another process: one process"
                            + " writes one ledger\n"))
            }
            #expect(fastest < .seconds(1))
            #expect(site.readers[0].present(site.card(1)))
            #expect(try await eventually { site.pulses[0] == 1 }, "the first serves on")
            process.signal(SIGTERM)
            #expect(try await process.wait() == .exited(0))
        }

        /// With a browser on the live board, which never ends its request by itself.
        @Test(arguments: [SIGTERM, SIGINT])
        func aSignalFinishesWhatWasAcceptedAndEndsInOrder(signal: Int32) async throws {
            let site = try await CrashSite(laneCount: 1, workerCount: 50)
            let notices = try NoticeSocket(site.folder + "/notify")
            let process = try site.start(environment: [
                "NOTIFY_SOCKET=\(site.folder)/notify", "WATCHDOG_USEC=3000000",
            ])
            let page = try await process.waitUntilReady()
            let browser = try Browser(host: page.host, port: page.port)
            #expect(browser.get("/", upTo: "</html>").hasPrefix("HTTP/1.1 200"))
            let board = try Browser(host: page.host, port: page.port)
            #expect(board.get("/events", upTo: "event:").contains("event:"))
            for index in 0..<50 { #expect(site.readers[0].present(site.card(index))) }
            #expect(try await eventually { site.pulses[0] == 50 })

            let asked = SystemSiteClock.uptime()
            process.signal(signal)
            #expect(try await process.wait() == .exited(0))
            #expect(SystemSiteClock.uptime() - asked < .seconds(5))
            #expect(site.relay.offCount() >= 2, "the barrier is closed at the start and at the end")
            let entries = try await site.export()
            #expect(entries.suffix(2).map(\.kind) == ["serviceStopped", "checkpoint"])
            #expect(entries.filter { $0.kind == "attendance" }.map(\.worker) == site.workers)
            try await site.verify()
            let said = notices.all()
            #expect(said.first == "READY=1" && said.last == "STOPPING=1")
            #expect(Set(said).isSubset(of: ["READY=1", "WATCHDOG=1", "STOPPING=1"]))
        }

        /// `systemctl stop` right after `start`: whatever was reached, the end is in order.
        @Test func aStopDuringTheStartIsInOrderToo() async throws {
            let site = try await CrashSite(laneCount: 1, workerCount: 5)
            for milliseconds in stride(from: 0, to: 120, by: 4) {
                let process = try site.start()
                try await Task.sleep(for: .milliseconds(milliseconds))
                process.signal(SIGTERM)
                let ending = try await process.wait()
                // Before the program takes signals the system ends it.
                #expect([.exited(0), .killed(SIGTERM)].contains(ending), "after \(milliseconds) ms")
            }
            try await site.verify()
        }

        @Test func aKillIsVisibleInTheLedger() async throws {
            let site = try await CrashSite(laneCount: 1, workerCount: 5)
            for ending in [SIGKILL, SIGTERM] {
                let process = try site.start()
                try await process.waitUntilReady()
                process.signal(ending)
                try await process.wait()
            }
            let marks = try await site.export().map(\.kind).filter { $0.hasPrefix("service") }
            #expect(marks == ["serviceStarted", "serviceStarted", "serviceStopped"])
        }

        /// A figure, not a bar: Tests/Benchmarks measures it with an optimised build.
        @Test func aLargeSiteIsBackAfterAKill() async throws {
            let site = try await CrashSite(laneCount: 1, workerCount: 10_000)
            let killed = try site.start()
            try await killed.waitUntilReady()
            try await killed.killHard()
            let process = try site.start()
            var shown = 0
            // A card a millisecond, from before the port is open: the first that is read live opens.
            let hasOpened = try await eventually {
                if shown < 5_000 {
                    site.readers[0].present(site.card(shown), patienceMilliseconds: 0)
                    shown += 1
                }
                return site.pulses[0] > 0
            }
            let elapsed = SystemSiteClock.uptime() - process.started
            #expect(hasOpened)
            print("kill -9 to the first lane opened, 10,000 workers: \(elapsed.wholeMilliseconds) ms")
            process.signal(SIGTERM)
            #expect(try await process.wait() == .exited(0))
        }
    }
}
