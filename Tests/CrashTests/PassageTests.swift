import Foundation
import Glibc
import SiteModel
import Testing
import VirtualSite

extension CrashTests {
    /// A turnstile that tells who passed, on the real program: what counts, and what a kill leaves.
    @Suite struct PassageTests {
        private static let opened: [UInt8] = [0xFE, 0x80, 0x01, 0, 0, 0, 0xAB]
        private static let passed: [UInt8] = [0xFE, 0x81, 0x01, 0, 0, 0, 0xAB]
        private static let turnedBack: [UInt8] = [0xFE, 0x44, 0x01, 0, 0, 0, 0xAB]

        private func onSite(_ site: CrashSite) async throws -> Int64? {
            JSONValue(Array(try await site.command("status", "--json").utf8))?["on_site"]?.wholeNumber
        }

        /// What barriers said, with the card it was about.
        private func words(_ site: CrashSite) async throws -> [String] {
            let entries = try await site.export()
            let cards = Dictionary(
                entries.filter { $0.kind == "attendance" && $0.awaitsPassage == true }.map {
                    ($0.sequence, site.workers.firstIndex(of: $0.worker ?? "") ?? -1)
                }, uniquingKeysWith: { first, _ in first })
            return entries.filter { $0.kind == "passage" }.map {
                "\(cards[$0.attendance ?? 0] ?? -1) \($0.passage ?? "")"
            }
        }

        private func show(_ card: Int, _ site: CrashSite, _ turnstile: VirtualPort) {
            #expect(site.readers[0].present(site.card(card)))
            #expect(turnstile.read(waitingMilliseconds: 10_000) == Self.opened)
        }

        /// One passes, one is turned back, one stands in the lane when the power goes: nobody knows of the
        /// last, so their day counts. Then one stands there when the service stops in order.
        @Test func whatTheBarrierSaidCountsAndWhatAKillTookIsUnknown() async throws {
            let site = try await CrashSite(laneCount: 1, workerCount: 6, hasTurnstile: true)
            let turnstile = try #require(site.turnstile)
            let first = try site.start()
            try await first.waitUntilReady()
            show(0, site, turnstile)
            #expect(try await onSite(site) == 0, "nobody has passed yet")
            _ = turnstile.write(Self.passed)
            #expect(try await eventually { try await onSite(site) == 1 })
            show(1, site, turnstile)
            _ = turnstile.write(Self.turnedBack)
            let isTold = try await eventually { try await words(site) == ["0 passed", "1 not_passed"] }
            #expect(isTold)
            show(2, site, turnstile)
            #expect(try await onSite(site) == 1)
            try await first.killHard()

            let second = try site.start()
            try await second.waitUntilReady()
            #expect(try await words(site) == ["0 passed", "1 not_passed", "2 unknown"])
            #expect(try await onSite(site) == 2)
            show(3, site, turnstile)
            second.signal(SIGTERM)
            #expect(try await second.wait() == .exited(0))
            let third = try site.start()
            try await third.waitUntilReady()
            #expect(
                try await words(site) == ["0 passed", "1 not_passed", "2 unknown", "3 unknown"], "once each")
            #expect(try await onSite(site) == 3)
            third.signal(SIGTERM)
            #expect(try await third.wait() == .exited(0))
            try await site.verify()
        }

        /// A badge is given by the command, read by a QR reader of plain lines, and used once; the service is
        /// killed between, and remembers.
        @Test func aQRBadgeLetsInOnceAcrossAKill() async throws {
            let site = try await CrashSite(laneCount: 1, workerCount: 3, hasQRReader: true)
            let qrReader = try #require(site.qrReader)
            let first = try site.start()
            try await first.waitUntilReady()
            let given = try await site.command(
                "worker", "badge", "give", "--worker", site.workers[0], "--json")
            let code = try #require(JSONValue(Array(given.utf8))?["code"]?.text)
            let page = "\(site.folder)/badge.html"
            _ = try await site.command(
                "worker", "badge", "give", "--worker", site.workers[1], "--out", page)
            #expect(try String(contentsOfFile: page, encoding: .utf8).contains("<path d=\"M"))
            func reasons() async throws -> [String] {
                try await site.export().filter { $0.kind == "attendance" }.map { $0.reason ?? "granted" }
            }
            _ = qrReader.write(Array("\(code)\r\n".utf8))
            #expect(try await eventually { try await reasons() == ["granted"] })
            #expect(try await eventually { site.pulses[0] == 1 })
            try await first.killHard()
            let second = try site.start()
            try await second.waitUntilReady()
            _ = qrReader.write(Array("\(code)\r\n".utf8))
            #expect(try await eventually { try await reasons() == ["granted", "badge_used"] })
            var changed = Array(code)
            changed[12] = changed[12] == "A" ? "B" : "A"
            _ = qrReader.write(Array("\(String(changed))\r\n".utf8))
            #expect(try await eventually { try await reasons().count == 3 })
            #expect(try await reasons().last == "unknown")
            #expect(try await site.settledPulses()[0] == 1)
            second.signal(SIGTERM)
            #expect(try await second.wait() == .exited(0))
            try await site.verify()
        }
    }
}
