import Foundation
import SiteModel
import Testing
import VirtualSite

extension CrashTests {
    /// Bundles of evidence as a person asks for them, from the real program.
    @Suite struct BundleTests {
        /// A site where the first worker passed, its service still running.
        private func visitedSite() async throws -> (site: CrashSite, service: MusterProcess) {
            let site = try await CrashSite(laneCount: 1, workerCount: 3)
            let service = try site.start()
            _ = try await service.waitUntilReady()
            #expect(site.readers[0].present(site.card(0)))
            #expect(try await eventually { site.pulses[0] == 1 })
            return (site, service)
        }

        private static let days = ["--from", "2026-01-01", "--to", "2045-12-31"]

        @Test func aBundleIsMadeThroughTheServiceAndWithoutIt() async throws {
            let (site, service) = try await visitedSite()
            let number = try Self.number(of: site)
            for (name, worker) in [("live.zip", site.workers[0]), ("number.zip", number)] {
                try await Self.make("\(site.folder)/\(name)", worker, of: site)
            }
            service.signal(SIGTERM)
            #expect(try await service.wait() == .exited(0))
            try await Self.make("\(site.folder)/stopped.zip", site.workers[0], of: site)
            for name in ["live.zip", "number.zip", "stopped.zip"] {
                // No site is needed: neither configuration nor state folder is named.
                let said = try await MusterProcess.run(
                    ["ledger", "verify", "--bundle", "\(site.folder)/\(name)"], in: site.folder)
                #expect(said.contains("worker \(site.workers[0])"), "\(name): \(said)")
            }
            try await site.verify()
        }

        @Test func nothingIsOverwrittenAndWhatIsWrongIsSaid() async throws {
            let (site, service) = try await visitedSite()
            let state = ["--config", "\(site.folder)/muster.yaml"]
            let out = "\(site.folder)/case.zip"
            try await Self.make(out, site.workers[0], of: site)
            let before = try #require(FileManager.default.contents(atPath: out))
            let unknown = "110101190001010030"
            let rows: [(arguments: [String], code: Int32, says: String)] = [
                (["--worker", site.workers[0], "--out", out] + Self.days, 73, "is there already"),
                (["--worker", unknown, "--out", "\(out).2"] + Self.days, 66, "nobody on this site"),
                (["--worker", "abc", "--out", "\(out).2"] + Self.days, 64, "identity number"),
                (
                    [
                        "--worker", site.workers[0], "--out", "\(out).2", "--from", "2026-02-01", "--to",
                        "2026-01-01",
                    ],
                    64, "the last day"
                ),
                (
                    [
                        "--worker", site.workers[0], "--out", "\(out).2", "--from", "1999-01-01", "--to",
                        "1999-01-02",
                    ],
                    66, "no entry of these days"
                ),
            ]
            for row in rows {
                let process = try MusterProcess(
                    ["ledger", "evidence"] + row.arguments + state, in: site.folder)
                #expect(try await process.wait() == .exited(row.code), "\(row.says): \(process.errors)")
                let said = process.output + process.errors
                #expect(said.contains(row.says), "\(said)")
                #expect(!said.contains(unknown))
            }
            #expect(FileManager.default.contents(atPath: out) == before)
            let names = try FileManager.default.contentsOfDirectory(atPath: site.folder)
            #expect(names.filter { $0.hasPrefix("case.zip") } == ["case.zip"])
            let mode = try FileManager.default.attributesOfItem(atPath: out)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            service.signal(SIGTERM)
            #expect(try await service.wait() == .exited(0))
        }

        @Test func aDamagedBundleIsRefusedWith65() async throws {
            let (site, service) = try await visitedSite()
            let out = "\(site.folder)/case.zip"
            try await Self.make(out, site.workers[0], of: site)
            service.signal(SIGTERM)
            #expect(try await service.wait() == .exited(0))
            var bytes = Array(try #require(FileManager.default.contents(atPath: out)))
            // In the packed bytes of the first file, whose checksum then differs.
            bytes[80] ^= 1
            try Data(bytes).write(to: URL(fileURLWithPath: "\(out).bad"))
            let process = try MusterProcess(
                ["ledger", "verify", "--bundle", "\(out).bad", "--json"], in: site.folder)
            #expect(try await process.wait() == .exited(65))
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(process.output.utf8)) as? [String: Any])
            #expect(object["verified"] as? Bool == false)
            #expect(object["file"] as? String == "entries.jsonl")
            #expect(object["reason"] as? String == "it cannot be unpacked")
        }

        private static func make(_ path: String, _ worker: String, of site: CrashSite) async throws {
            let process = try MusterProcess(
                ["ledger", "evidence", "--worker", worker, "--out", path] + days
                    + ["--config", "\(site.folder)/muster.yaml"], in: site.folder)
            try #require(try await process.wait() == .exited(0), "\(process.errors)")
        }

        /// The first worker's identity number, as the roster was imported.
        private static func number(of site: CrashSite) throws -> String {
            let lines = try String(contentsOfFile: "\(site.folder)/roster.csv", encoding: .utf8)
                .split(separator: "\n")
            return String(lines[1].split(separator: ",")[1])
        }
    }
}
