import CFaultyDisk
import Foundation
import VirtualSite

/// A folder on a disk that forgets, refuses and stops (`CFaultyDisk`). It lies in memory and goes with its
/// last reference.
///
/// What the ledger writes beside SQLite is `ledger.head`. It is never synced, so a power cut may bring back
/// any version of it: `keepHead` remembers them.
final class FaultyDisk {
    static let headName = "ledger.head"

    let path: String
    private let disk: OpaquePointer
    private var random: SplitMix64
    private var heads: [[UInt8]] = []

    init(seed: UInt64) throws {
        let memory = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : "/tmp"
        path = "\(memory)/muster-disk-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard let disk = faultyDiskMake(path, seed) else { throw Failure.noDisk }
        self.disk = disk
        random = SplitMix64(state: seed ^ 0xD15C)
    }

    deinit {
        faultyDiskFree(disk)
        // try?: what is left in memory goes with the machine.
        try? FileManager.default.removeItem(atPath: path)
    }

    enum Failure: Error {
        case noDisk
        /// The disk cannot begin anew while the last process has files open.
        case filesAreOpen(Int64)
    }

    subscript(setting: FaultyDiskSetting) -> Int64 {
        get { preconditionFailure("a setting is not read") }
        set { faultyDiskSet(disk, setting, newValue) }
    }

    func count(_ count: FaultyDiskCount) -> Int64 { faultyDiskCount(disk, count) }

    var isStopped: Bool { count(FaultyDiskIsStopped) == 1 }

    /// No fault from here on; what was forgotten stays so.
    func heal() {
        for setting in [
            FaultyDiskFailingWrites, FaultyDiskFailingReads, FaultyDiskFailingSyncs,
            FaultyDiskRereadsAfterFailure, FaultyDiskIsReadOnly,
        ] { self[setting] = 0 }
        self[FaultyDiskRoom] = -1
        self[FaultyDiskStopsAfter] = -1
    }

    /// kill -9: nothing of this process reaches a file any more.
    func stop() { faultyDiskStop(disk) }

    /// The next process begins after a kill.
    func restart() throws {
        guard faultyDiskRestart(disk) == 0 else { throw Failure.filesAreOpen(count(FaultyDiskOpenFiles)) }
    }

    /// The power goes, and the next process begins.
    ///
    /// - Parameter percentKept: of the sectors that were written and not synced.
    func cutPower(percentKept: Int) throws {
        guard faultyDiskCutPower(disk, Int32(percentKept)) == 0 else {
            throw Failure.filesAreOpen(count(FaultyDiskOpenFiles))
        }
        try forgetHead()
    }

    /// Remembers the head file as it stands.
    func keepHead() {
        guard let bytes = FileManager.default.contents(atPath: url(Self.headName).path) else { return }
        heads.append(Array(bytes))
        if heads.count > 64 { heads.removeFirst() }
    }

    /// The file as of some earlier moment, empty, of zeros, or gone: one sector that nobody synced.
    private func forgetHead() throws {
        keepHead()
        let file = url(Self.headName)
        switch Int.random(in: 0..<10, using: &random) {
        case 0: try? FileManager.default.removeItem(at: file)  // try?: gone is what is wanted.
        case 1: try Data().write(to: file)
        case 2: try Data(count: 56).write(to: file)
        case 3...6: if let bytes = heads.randomElement(using: &random) { try Data(bytes).write(to: file) }
        default: break
        }
        heads = []
    }

    func url(_ name: String) -> URL { URL(fileURLWithPath: path + "/" + name) }
}
