import Foundation
import SiteModel
import Testing
import VirtualSite

extension CrashTests {
    /// `muster device watch` and `probe` as a person uses them.
    @Suite struct WatchTests {
        @Test func theServiceIsWatchedAndItsPortIsRefused() async throws {
            let site = try await CrashSite(laneCount: 1, workerCount: 2)
            let service = try site.start()
            _ = try await service.waitUntilReady()
            let names = try await site.command("device", "list")
            let reader = try #require(try /lane0\/[a-z0-9-]+/.firstMatch(in: names)).0
            let watch = try site.process("device", "watch", String(reader), "--for", "6s", "--json")
            // Until the watch has begun nobody notes anything.
            while !watch.output.contains("credential"), try await !Self.isOver(watch) {
                #expect(site.readers[0].present(site.card(0)))
                try await Task.sleep(for: .milliseconds(200))
            }
            #expect(watch.output.contains(#""kind":"received""#))
            #expect(!watch.output.contains("\(site.card(0).value)"))
            for line in watch.output.split(separator: "\n") {
                #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) }
            }
            for command in [["watch", "--for", "1s"], ["probe"]] {
                let arguments = ["device", command[0], "\(site.folder)/reader0"] + command.dropFirst()
                let refused = try MusterProcess(
                    arguments + ["--config", "\(site.folder)/muster.yaml"], in: site.folder)
                #expect(try await refused.wait() == .exited(75))
                #expect(refused.errors.contains("in use by another program"), "\(refused.errors)")
                #expect(refused.errors.contains("muster device watch lane0/"), "\(refused.errors)")
            }
            let nobody = try site.process("device", "watch", "lane0/nobody")
            #expect(try await nobody.wait() == .exited(77))
            service.signal(SIGTERM)
            #expect(try await service.wait() == .exited(0))
        }

        @Test func aPortIsProbedAndNothingIsTouchedUnasked() async throws {
            let site = try await CrashSite(laneCount: 1, workerCount: 1)
            let reader = try VirtualIDCardReader(path: "\(site.folder)/sam", baud: 38_400)
            let said = try await site.command(
                "device", "probe", "\(site.folder)/sam", "--listen", "100ms", "--json")
            let results = try JSONSerialization.jsonObject(with: Data(said.utf8)) as? [[String: Any]]
            let findings = results?.first?["findings"] as? [[String: Any]]
            #expect(findings?.first?["driver"] as? String == "resident-id-card")
            #expect(findings?.first?["baud"] as? Int == 38_400)
            #expect(findings?.first?["certainty"] as? String == "certain")
            withExtendedLifetime(reader) {}
            // Without a name it may list, and sends nothing to the site's own lines.
            _ = try await site.command("device", "probe", "--listen", "100ms")
            #expect(site.relay.badByteCount == 0 && site.relay.switchings.isEmpty)
        }

        @Test func withoutAServiceThereIsNothingToWatch() async throws {
            let site = try await CrashSite(laneCount: 1, workerCount: 1)
            let watch = try site.process("device", "watch")
            #expect(try await watch.wait() == .exited(69))
            let alone = try site.process("device", "watch", "\(site.folder)/reader0", "--for", "2s")
            while !alone.output.contains("="), try await !Self.isOver(alone) {
                #expect(site.readers[0].present(site.card(0)))
                try await Task.sleep(for: .milliseconds(200))
            }
            #expect(try await alone.wait() == .exited(0))
            #expect(alone.output.contains("< "))
        }

        private static func isOver(_ process: MusterProcess) async throws -> Bool {
            (try? await process.wait(upTo: .milliseconds(1))) != nil  // try?: it has not ended yet
        }
    }
}
