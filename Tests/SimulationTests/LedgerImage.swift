import Foundation
import SiteModel

@testable import AttendanceLedger

/// The files of a ledger at two moments, as somebody with a copy has them: half of it in the main file, half
/// in the log, and the head beside it.
struct LedgerImage: Sendable {
    static let main = "ledger.db"
    static let log = "ledger.db-wal"
    static let head = "ledger.head"
    static let names = [main, log, head]
    static let siteKey = SiteKey.random()

    let files: [String: [UInt8]]
    /// The same ledger when it had half of the entries.
    let older: [String: [UInt8]]
    /// Of every entry, in order.
    let hashes: [[UInt8]]
    /// How many of them the older copy has.
    let olderCount: Int
    let checkpoint: SignedCheckpoint

    /// - Parameter hasLog: false: closed in order, everything in the main file.
    init(entryCount: Int, hasLog: Bool) throws {
        let folder = try LedgerCopy()
        let file = try LedgerWriterFile(directory: folder.path, node: "image", siteKey: Self.siteKey)
        let reader = try LedgerReader.open(directory: folder.path, siteKey: Self.siteKey)
        var number: Int64 = 0
        func write(_ count: Int) throws {
            let end = number + Int64(count)
            while number < end {
                let group = (0..<7).map { index in
                    index == 3 ? Invented.joining(number + index) : Invented.attendance(number + index)
                }
                number += 7
                _ = try file.commit([group, [.checkpoint(at: Invented.clock(number))]]).get()
            }
        }
        try write(entryCount / 4)
        file.checkpoint()
        try write(entryCount / 4)
        older = folder.contents()
        olderCount = Int(try reader.head()?.sequence.rawValue ?? 0)
        file.checkpoint()
        try write(entryCount / 2)
        if !hasLog { file.checkpoint() }
        var files = folder.contents()
        if !hasLog { files[Self.log] = nil }
        self.files = files
        hashes = try reader.entries(after: LedgerSequence(0), limit: .max).map(\.hash)
        checkpoint = try SignedCheckpoint(encoded: reader.head()?.body ?? [])
        file.close()
    }
}

/// A folder in memory with the files of an image, or what somebody made of them.
final class LedgerCopy {
    let path: String

    init(_ files: [String: [UInt8]] = [:]) throws {
        let memory = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : "/tmp"
        path = "\(memory)/muster-copy-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (name, bytes) in files { try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name)) }
    }

    deinit {
        // try?: what is left in memory goes with the machine.
        try? FileManager.default.removeItem(atPath: path)
    }

    func contents() -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for name in LedgerImage.names {
            files[name] = FileManager.default.contents(atPath: path + "/" + name).map(Array.init)
        }
        return files
    }
}
