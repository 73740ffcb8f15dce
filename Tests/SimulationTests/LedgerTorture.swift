import CFaultyDisk
import SiteModel
import VirtualSite

@testable import AttendanceLedger

/// One seed is one ledger that is written, checkpointed, killed, cut from its power and opened again, many
/// times, on a disk that does only what it must.
///
/// It drives `LedgerWriterFile` on one thread, so a seed always does the same. A reader stands beside it, as
/// in the service: it keeps the log in its place when the writer gives up a connection.
struct LedgerTorture {
    enum Fault: String, CaseIterable {
        /// The power alone: torn and reordered writes.
        case none
        /// A sync fails once; what it should have written is gone, and the next one says that all is well.
        case failingSync
        case failingSyncThatShows
        case failingWrites
        case failingReads
        case fullDisk
        case readOnly
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let fault: Fault
    private(set) var random: SplitMix64
    private(set) var cutCount = 0
    private(set) var killCount = 0
    private(set) var acknowledgedCount = 0
    private(set) var refusedCount = 0
    let disk: FaultyDisk
    private let siteKey = SiteKey.random()
    /// Hashes of what was acknowledged, by sequence.
    private var acknowledged: [[UInt8]] = []
    /// Uptimes of the groups that were refused since; they may stand on disk all the same.
    private var doubtful: [[Int64]] = []
    private var number: Int64 = 0
    private var file: LedgerWriterFile?
    private var reader: LedgerReader?

    init(seed: UInt64, fault: Fault) throws {
        self.fault = fault
        random = SplitMix64(state: seed)
        disk = try FaultyDisk(seed: seed)
    }

    /// Lives through that many process lives.
    mutating func run(lives: Int) throws {
        for _ in 0..<lives {
            if chance(10) { disk[FaultyDiskStopsAfter] = Int64(roll(30)) }
            if try open() {
                try check()
                try live()
            }
            try end()
        }
        disk.heal()
        guard try open() else { throw Failure(description: "a healthy disk does not open") }
        try check()
        disk.stop()
        release()
    }

    /// - Returns: false when the disk stopped meanwhile.
    private mutating func open() throws -> Bool {
        do throws(LedgerError) {
            let file = try LedgerWriterFile(directory: disk.path, node: "torture", siteKey: siteKey)
            self.file = file
            if file.loss != nil { throw .fileDamaged(path: "", words: "a loss is claimed") }
            reader = try LedgerReader.open(directory: disk.path, siteKey: siteKey)
            return true
        } catch {
            guard disk.isStopped else { throw Failure(description: "opening: \(error)") }
            return false
        }
    }

    /// Everything acknowledged is there as it was, and beyond it nothing but refused groups, whole.
    private mutating func check() throws {
        guard let reader, !disk.isStopped else { return }
        do throws(LedgerError) {
            let found = try reader.verify()
            guard found.isWhole else { throw .fileDamaged(path: "", words: found.words) }
            let entries = try reader.entries(after: LedgerSequence(0), limit: .max)
            try compare(entries)
        } catch {
            guard !disk.isStopped else { return }
            throw Failure(description: "\(error)")
        }
    }

    private func compare(_ entries: [LedgerEntry]) throws(LedgerError) {
        for (index, hash) in acknowledged.enumerated() {
            guard index < entries.count, entries[index].hash == hash else {
                throw .fileDamaged(
                    path: "", words: "acknowledged entry \(index + 1) of \(acknowledged.count) is gone")
            }
        }
        let beyond = entries.dropFirst(acknowledged.count).map(\.clock.uptime.milliseconds)
        guard isWrittenSo(beyond) else {
            throw .fileDamaged(path: "", words: "\(beyond.count) entries beyond were never written so")
        }
    }

    /// Whole groups that were refused, in their order: a commit whose sync failed may be on disk all the
    /// same.
    private func isWrittenSo(_ uptimes: [Int64]) -> Bool {
        var rest = uptimes[...]
        for group in doubtful where rest.starts(with: group) { rest = rest.dropFirst(group.count) }
        return rest.isEmpty
    }

    private mutating func live() throws {
        for _ in 0..<(1 + roll(9)) {
            if chance(8) { disk[FaultyDiskStopsAfter] = Int64(roll(12)) }
            inflict()
            try commit()
            if fault == .failingSync, chance(30) { inflict() }
            if chance(20) { file?.checkpoint() }
            if chance(50) { disk.heal() }
            guard !disk.isStopped else { return }
        }
    }

    private mutating func inflict() {
        guard chance(30) else { return }
        switch fault {
        case .none: break
        case .failingSync: disk[FaultyDiskFailingSyncs] = 1 + Int64(roll(2))
        case .failingSyncThatShows:
            disk[FaultyDiskRereadsAfterFailure] = 1
            disk[FaultyDiskFailingSyncs] = 1
        case .failingWrites: disk[FaultyDiskFailingWrites] = chance(50) ? -1 : 1 + Int64(roll(4))
        case .failingReads: disk[FaultyDiskFailingReads] = chance(30) ? -1 : 1 + Int64(roll(4))
        case .fullDisk: disk[FaultyDiskRoom] = Int64(roll(20_000))
        case .readOnly: disk[FaultyDiskIsReadOnly] = 1
        }
    }

    private mutating func commit() throws {
        let drafts = (0..<(1 + roll(chance(10) ? 60 : 6))).map { _ in
            number += 1
            return chance(10) ? Invented.joining(number) : Invented.attendance(number)
        }
        guard let file else { return }
        switch file.commit([drafts]) {
        case .success(let entries):
            try acknowledge(entries[0])
        case .failure:
            refusedCount += 1
            doubtful.append(drafts.map(\.clock.uptime.milliseconds))
        }
        disk.keepHead()
    }

    /// With these entries everything before them is acknowledged too: a refused group of a life before may
    /// stand there.
    private mutating func acknowledge(_ entries: [LedgerEntry]) throws {
        let first = Int(entries[0].sequence.rawValue)
        if first > acknowledged.count + 1, let reader {
            disk[FaultyDiskFailingReads] = 0
            let missing = try reader.entries(
                after: LedgerSequence(Int64(acknowledged.count)), limit: first - 1 - acknowledged.count)
            guard isWrittenSo(missing.map(\.clock.uptime.milliseconds)) else {
                throw Failure(description: "entries before \(first) were never written so")
            }
            acknowledged += missing.map(\.hash)
        }
        guard first == acknowledged.count + 1 else {
            throw Failure(description: "entry \(first) is acknowledged after \(acknowledged.count)")
        }
        acknowledged += entries.map(\.hash)
        acknowledgedCount += entries.count
        doubtful = []
    }

    /// The process ends in one of three ways, and the next begins.
    private mutating func end() throws {
        switch roll(6) {
        case 0:
            if chance(50) { disk[FaultyDiskStopsAfter] = Int64(roll(20)) }
            file?.close()
            let isStopped = disk.isStopped
            release()
            if isStopped || chance(50) { try cut() } else { try disk.restart() }
        case 1:
            disk.stop()
            release()
            killCount += 1
            try disk.restart()
        default:
            disk.stop()
            release()
            try cut()
        }
    }

    private mutating func cut() throws {
        cutCount += 1
        try disk.cutPower(percentKept: [0, 10, 50, 90, 100][roll(5)])
    }

    private mutating func release() {
        file = nil
        reader = nil
    }

    private mutating func roll(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }
    private mutating func chance(_ percent: Int) -> Bool { roll(100) < percent }
}
