import Foundation
import Glibc
import SQLiteStore
import SiteModel
import Testing
import VirtualSite

/// What somebody with the file and an SQLite shell might do to a record of attendance.
enum Tampering: CaseIterable {
    case movesTheTime
    case removesThePerson
    case removesTheRecord

    var change: StaticString {
        switch self {
        case .movesTheTime: "UPDATE entry SET occurred_at_ms = occurred_at_ms - 3600000 WHERE kind = 1"
        case .removesThePerson: "UPDATE entry SET subject = NULL WHERE kind = 1 AND subject IS NOT NULL"
        case .removesTheRecord: "DELETE FROM entry WHERE kind = 1"
        }
    }
}

extension CrashTests {
    /// What somebody who inspects the site can rely on, tried on the real program.
    @Suite struct EvidenceTests {
        private static let knownKeys: Set = [
            "origin", "sequence", "kind", "occurred_at", "clock", "corrected_at", "error_ms",
            "time_basis", "hash", "worker", "lane", "reader",
            "direction", "decision", "opened", "time_uncertain", "reason", "credential_kind",
        ]

        /// A site where a worker and a stranger passed, its service stopped, with everything the service
        /// said.
        private func visitedSite() async throws -> (site: CrashSite, log: String, page: String) {
            let site = try await CrashSite(laneCount: 1, workerCount: 3)
            let process = try site.start(["--debug"])
            let page = try await process.waitUntilReady()
            #expect(site.readers[0].present(site.card(1)))
            #expect(try await eventually { site.pulses[0] == 1 })
            #expect(site.readers[0].present(Self.stranger))
            let hasBoth = try await eventually {
                try await site.export().count { $0.kind == "attendance" } == 2
            }
            #expect(hasBoth)
            let board = try Browser(host: page.host, port: page.port).get("/", upTo: "</html>")
            process.signal(SIGTERM)
            #expect(try await process.wait() == .exited(0))
            return (site, process.errors + process.output, board)
        }

        private static let stranger = CardNumber(value: 99_887_766, bitLength: 32)!

        @Test func everyLineOfTheExportHasTheDocumentedKeys() async throws {
            let site = try await visitedSite().site
            for line in try await site.command("ledger", "export").split(separator: "\n") {
                let object = try #require(
                    try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
                #expect(
                    Set(object.keys).isSuperset(of: [
                        "origin", "sequence", "kind", "occurred_at", "clock", "corrected_at", "error_ms",
                        "time_basis", "hash",
                    ])
                )
                let clock = try #require(object["clock"] as? [String: Any])
                #expect(Set(clock.keys) == ["synchronised", "synchronised_by", "uptime_ms", "boot"])
                let time = try #require(object["occurred_at"] as? String)
                #expect(UTCInstant(rfc3339: time)?.rfc3339 == time)
                guard object["kind"] as? String == "attendance" else { continue }
                #expect(Self.knownKeys.isSubset(of: object.keys), "\(line)")
            }
        }

        /// Names, identity numbers and cards stay in the ledger: they are in no log, on no page, in no export
        /// that does not ask for them.
        @Test func personalNumbersComeOutOnlyWhenAskedFor() async throws {
            let (site, log, page) = try await visitedSite()
            let revealed = try await site.command("ledger", "export", "--reveal")
            let secrets = try Self.secrets(of: site)
            #expect(secrets.allSatisfy(revealed.contains), "the test knows what to look for")
            let outputs = [
                "log": log, "page": page, "export": try await site.command("ledger", "export"),
                "status": try await site.command("status"),
                "status --json": try await site.command("status", "--json"),
                "roster list": try await site.command("roster", "list", "--all"),
                "verify": try await site.command("ledger", "verify", "--json"),
            ]
            for (name, text) in outputs {
                for secret in secrets + [String(Self.stranger.value)] {
                    #expect(!text.contains(secret), "\(name) shows \(secret.prefix(2))…")
                }
            }
        }

        /// Whoever verifies is told which entry is the first bad one, and the service does not go on as if
        /// nothing had happened.
        @Test(arguments: Tampering.allCases)
        func anAlteredRecordIsFound(by tampering: Tampering) async throws {
            let site = try await visitedSite().site
            let sequence = try #require(try await site.export().first { $0.kind == "attendance" }).sequence
            try site.alter(tampering.change)
            let verify = try site.process("ledger", "verify")
            #expect(try await verify.wait() == .exited(65))
            #expect(verify.output.contains("NOT VERIFIED"))
            #expect(verify.output.contains("entry \(sequence)"), "\(verify.output)")
            let service = try site.start()
            #expect(try await service.wait() == .exited(65))
            #expect(service.errors.contains("chain"), "\(service.errors)")
        }

        /// The codes that scripts and systemd act on.
        @Test func exitCodesAreTheDocumentedOnes() async throws {
            let site = try await CrashSite(laneCount: 1, workerCount: 1)
            let folder = site.folder
            try "listen: 8470\n".write(toFile: "\(folder)/bad.yaml", atomically: true, encoding: .utf8)
            try "name,id_number,team\n测,1,测试班\n".write(
                toFile: "\(folder)/bad.csv", atomically: true, encoding: .utf8)
            let rows: [(arguments: [String], code: Int32, says: String)] = [
                (["status", "--state", "\(folder)/state"], 0, "not running"),
                (["run", "--no-such-flag"], 64, "no-such-flag"),
                (["ledger", "export", "--format", "xml"], 64, "xml"),
                (["roster", "import", "\(folder)/bad.csv", "--state", "\(folder)/state"], 65, "line 2"),
                (["roster", "import", "\(folder)/none.csv", "--state", "\(folder)/state"], 66, "none.csv"),
                (["ledger", "verify", "--state", "\(folder)/nothing"], 66, "no ledger"),
                (["device", "list", "--state", "\(folder)/state"], 69, "no service runs"),
                (["config", "check", "--config", "\(folder)/bad.yaml"], 78, "bad.yaml:1: 'listen' must be"),
                (["run", "--config", "\(folder)/bad.yaml"], 78, "bad.yaml:1: 'listen' must be"),
                (["run", "--state", "/dev/null/state"], 73, "/dev/null"),
            ]
            for row in rows {
                let process = try MusterProcess(row.arguments, in: folder)
                #expect(try await process.wait() == .exited(row.code), "\(row.arguments)")
                let said = process.output + process.errors
                #expect(said.contains(row.says), "\(row.arguments): \(said)")
            }
        }

        @Test func theHelpOfTheExportNamesEveryKindAndReason() async throws {
            let help = try await MusterProcess.run(
                ["ledger", "export", "--help"], in: NSTemporaryDirectory())
            for name in LedgerEntryKind.allCases.map(\.name) + DenialReason.allCases.map(\.name) {
                #expect(help.contains(name), "\(name)")
            }
        }

        /// Identity numbers and cards of the roster as they were imported.
        private static func secrets(of site: CrashSite) throws -> [String] {
            try String(contentsOfFile: "\(site.folder)/roster.csv", encoding: .utf8).split(separator: "\n")
                .dropFirst().flatMap { line -> [String] in
                    let cells = line.split(separator: ",")
                    return [String(cells[1]), String(Int(cells[3]) ?? 0)]
                }
        }
    }
}
