import AttendanceLedger
import Foundation
import SiteModel
import Testing

/// A disk that is really full: a small tmpfs, which takes the right to mount.
@Suite(.timeLimit(.minutes(2)), .serialized)
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

/// A tmpfs of its own; unmounted with its last reference.
final class SmallDisk: Sendable {
    let path: String

    static var isPossible: Bool { geteuid() == 0 && (try? SmallDisk(kibibytes: 64)) != nil }  // try?: asked.

    init(kibibytes: Int) throws {
        path = NSTemporaryDirectory() + "disk-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        do {
            try Self.run("mount", "-t", "tmpfs", "-o", "size=\(kibibytes)k", "tmpfs", path)
        } catch {
            try FileManager.default.removeItem(atPath: path)
            throw error
        }
    }

    deinit {
        // try?: lazily unmounted; what stays is an empty folder.
        try? Self.run("umount", "-l", path)
        try? FileManager.default.removeItem(atPath: path)
    }

    func resize(kibibytes: Int) throws {
        try Self.run("mount", "-o", "remount,size=\(kibibytes)k", path)
    }

    func makeReadOnly() throws {
        try Self.run("mount", "-o", "remount,ro", path)
    }

    private static func run(_ words: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        struct Failed: Error {}
        if process.terminationStatus != 0 { throw Failed() }
    }
}
