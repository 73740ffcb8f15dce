import AttendanceLedger
import Foundation
import Reports
import SiteModel
import Tables
import Testing

/// What platforms took stands in a bundle, with the entries that prove it.
struct BundleReceiptTests {
    /// A site whose passes a platform took two days after the days of the bundle, but for the last of them.
    private func site() async throws -> (site: EvidenceSiteFolder, worker: WorkerID, bundle: [UInt8]) {
        let site = try EvidenceSiteFolder()
        let (worker, _, _) = try await site.fill()
        var passes: [LedgerSequence] = []
        try site.reader.forEachEntry { entry in if entry.kind == .attendance { passes.append(entry.sequence) }
        }
        for (receipt, entries) in [("r1", passes.prefix(6)), ("", passes.dropFirst(6).prefix(5))] {
            _ = try await site.ledger.append([
                EntryDraft(
                    AttendanceConfirmed(platform: "city", receipt: receipt, entries: Array(entries)),
                    kind: .attendanceConfirmed,
                    clock: EvidenceSiteFolder.clock(at: 7 * EvidenceSiteFolder.day)),
                .checkpoint(at: EvidenceSiteFolder.clock(at: 7 * EvidenceSiteFolder.day)),
            ])
        }
        return (site, worker, try await site.bundle(of: .id(worker)))
    }

    private static func lines(of bundle: [UInt8]) throws -> [String] {
        let file = try #require(try ZipReader(bundle).files.first { $0.name == "receipts.jsonl" })
        return String(decoding: file.bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test func eachPassThatAPlatformTookHasALine() async throws {
        let (site, _, bundle) = try await site()
        #expect(BundleVerification(checking: bundle).fault == nil)
        let lines = try Self.lines(of: bundle)
        // Of the first two days both proofs tell; of the third day's passes one was not taken.
        #expect(lines.count >= 4)
        #expect(lines.contains { $0.contains("\"receipt\":\"r1\"") })
        #expect(lines.contains { $0.contains("\"receipt\":\"\"") })
        #expect(lines.allSatisfy { $0.contains("\"platform\":\"city\"") })
        _ = site
    }

    @Test(arguments: ["altered", "of another pass", "dropped", "twice"])
    func whatIsNotProvenIsNamed(change: String) async throws {
        let (site, _, bundle) = try await site()
        var lines = try Self.lines(of: bundle)
        switch change {
        case "altered": lines[0] = lines[0].replacingOccurrences(of: "\"city\"", with: "\"town\"")
        case "of another pass":
            lines[0] = lines[1]
        case "dropped": lines.removeLast()
        default: lines.append(lines[0])
        }
        let writer = try ZipWriter()
        let changed = lines.map { $0 + "\n" }.joined()
        for file in try ZipReader(bundle).files {
            try writer.add(file.name, file.name == "receipts.jsonl" ? Array(changed.utf8) : file.bytes)
        }
        let fault = try #require(BundleVerification(checking: try writer.finish()).fault)
        #expect(fault.file == "receipts.jsonl")
        #expect(fault.reason == .receiptDiffers)
        _ = site
    }
}
