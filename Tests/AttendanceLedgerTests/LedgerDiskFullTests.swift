import AttendanceLedger
import Foundation
import SiteModel
import SmallDisks
import Testing

/// A disk that is really full: a small tmpfs, which takes the right to mount.
@Suite(.timeLimit(.minutes(10)), .serialized)
struct LedgerDiskFullTests {
    @Test(.enabled(if: SmallDisk.isPossible, "mounting a tmpfs takes root"), arguments: [1, 7, 500])
    func aFullDiskIsSaidNothingIsWrittenAndItHealsByItself(groupCount: Int) async throws {
        let disk = try SmallDisk(kibibytes: 512)
        let writer = try LedgerWriter.open(directory: disk.path, node: "north-gate", siteKey: TestKey.site)
        let group = (0..<groupCount).map { Draft.attendance(Int64($0)) }
        var written = 0
        var refusal: LedgerError?
        while refusal == nil {
            do throws(LedgerError) {
                written += try await writer.append(group).count
            } catch {
                refusal = error
            }
            try #require(written < 20_000, "the disk never fills")
        }
        #expect(refusal == .diskFull(path: disk.path + "/ledger.db"))
        // It goes on refusing while there is no room, and nothing of the refused group is there.
        for _ in 0..<3 {
            await #expect(throws: LedgerError.self) {
                try await writer.append((0..<2_000).map { Draft.attendance($0) })
            }
        }
        let reader = try LedgerReader.open(directory: disk.path, siteKey: TestKey.site)
        #expect(try reader.verify().entryCount == written)
        try disk.resize(kibibytes: 4_096)
        let healed = try await writer.append(group)
        #expect(healed.first?.sequence == LedgerSequence(Int64(written + 1)))
        await writer.close()
        let found = try reader.verify()
        #expect(found.isWhole && found.entryCount == written + groupCount)
    }

    @Test(.enabled(if: SmallDisk.isPossible, "mounting a tmpfs takes root"))
    func aDiskWithoutRoomForALedgerIsSaidAtTheStart() throws {
        let disk = try SmallDisk(kibibytes: 16)
        let refusal = #expect(throws: LedgerError.self) {
            try LedgerWriter.open(directory: disk.path, node: "north-gate", siteKey: TestKey.site)
        }
        guard case .diskFull = refusal else {
            Issue.record("\(String(describing: refusal))")
            return
        }
        try disk.resize(kibibytes: 2_048)
        _ = try LedgerWriter.open(directory: disk.path, node: "north-gate", siteKey: TestKey.site)
    }
}
