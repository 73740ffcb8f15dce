import SQLiteStore
public import SiteModel
import Synchronization

/// Where the swipes of leavers wait that the ledger could not take: `ledger.reserve`, allocated beside the
/// ledger while there is room. Leaving is never held back, and what opened a leaving lane is not forgotten.
///
/// Each record is in the ledger exactly once in the end, whenever the power goes: it is taken over in one
/// commit that ends with `reserveEmptied` and the highest number, and at the next start nothing up to that
/// number counts any more.
///
/// Where the file itself cannot be written (it never could be allocated, the disk is read-only) a record
/// waits in memory, and `fault` says so: better than to count it, and gone with the power.
public actor LeavingReserve {
    private struct Held {
        let record: KeptRecord
        let slot: Int
    }

    /// What can be asked without waiting for the disk.
    private struct Standing {
        var waitingCount = 0
        var fault: LedgerError?
    }

    /// UTF-8 bytes of a lane's name: with it the longest mark of a manual admission fits in a place of the
    /// reserve, whatever else the record says.
    public static let laneByteLimit = 32
    /// The same of a reader's name, beside the longest lane's.
    public static let readerByteLimit = 64

    /// Swipes that are compared with what waits: more cannot have been written between a commit whose outcome
    /// was in doubt and the next look, a second later.
    private static let comparedCount = 100_000

    private nonisolated let executor = BlockingExecutor()
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Places that held neither nothing nor a record of this ledger when the file was opened: torn by a power
    /// cut in the middle of a write, which nobody was told had succeeded.
    public nonisolated let passedOverCount: Int
    private nonisolated let standing = Mutex(Standing())

    private let directory: String
    private let originTag: UInt32
    /// Nil after a failure: the next record opens it anew.
    private var file: ReserveFile?
    /// In order of their numbers.
    private var held: [Held] = []
    private var freeSlots: [Int] = []
    private var nextNumber: Int64
    private var isReplaying = false

    /// Opens the reserve in the ledger's folder, or makes it.
    ///
    /// A reserve that there is no room for is no reason not to start: `fault` says it, and `mend` makes it
    /// later.
    ///
    /// - Throws: `LedgerError` when there is one that cannot be read: who knows what waits in it.
    public static func open(
        directory: String, ledger: LedgerWriter, reader: LedgerReader
    ) throws(LedgerError) -> LeavingReserve {
        let file = try ReserveFile.find(directory: directory)
        return LeavingReserve(
            directory: directory, originTag: ledger.origin.tag, content: try file?.bytes() ?? [],
            emptied: try reader.highestEmptiedNumber())
    }

    private init(directory: String, originTag: UInt32, content: [UInt8], emptied: Int64) {
        self.directory = directory
        self.originTag = originTag
        var passedOverCount = 0
        for slot in (0..<ReserveFile.slotCount).reversed() {
            let start = slot * ReserveSlot.byteCount
            guard start < content.count else {
                freeSlots.append(slot)
                continue
            }
            let bytes = content[start..<start + ReserveSlot.byteCount]
            switch ReserveSlot.content(of: bytes, originTag: originTag) {
            case .record(let record) where record.number > emptied:
                held.append(Held(record: record, slot: slot))
            case .record, .empty: freeSlots.append(slot)
            case .unreadable:
                passedOverCount += 1
                freeSlots.append(slot)
            }
        }
        held.sort { $0.record.number < $1.record.number }
        nextNumber = max(emptied, held.last?.record.number ?? 0) + 1
        self.passedOverCount = passedOverCount
        let count = held.count
        standing.withLock { $0.waitingCount = count }
        do throws(LedgerError) {
            let made = try ReserveFile.findOrMake(directory: directory)
            try made.allocate()
            file = made
        } catch {
            standing.withLock { $0.fault = error }
        }
    }

    /// Records that are not in the ledger yet.
    public nonisolated var waitingCount: Int { standing.withLock { $0.waitingCount } }

    /// Why records wait in memory only; nil while the file takes them.
    public nonisolated var fault: LedgerError? { standing.withLock { $0.fault } }

    /// Keeps swipes that the ledger refused; when it returns they are on disk, but for a `fault`.
    ///
    /// - Returns: for each whether it is kept: false when there is no place left.
    public func keep(_ drafts: [EntryDraft]) -> [Bool] {
        mendFile()
        let kept = drafts.map(keep)
        settleFile { file throws(LedgerError) in try file.sync() }
        standing.withLock { $0.waitingCount = held.count }
        return kept
    }

    private func keep(_ draft: EntryDraft) -> Bool {
        guard let slot = freeSlots.last, let record = KeptRecord(draft, number: nextNumber),
            let bytes = ReserveSlot.bytes(of: record, originTag: originTag)
        else { return false }
        freeSlots.removeLast()
        nextNumber += 1
        held.append(Held(record: record, slot: slot))
        settleFile { file throws(LedgerError) in try file.write(bytes, toSlot: slot) }
        return true
    }

    /// Takes everything that waits over into the ledger, as late records, in one commit.
    ///
    /// - Returns: how many were written; 0 when nothing waits.
    /// - Throws: `LedgerError`; then everything waits on.
    public func replay(
        into ledger: LedgerWriter, reader: LedgerReader, at clock: ClockReading
    ) async throws(LedgerError) -> Int {
        // The records first, the settling after: whatever was kept by now is decided then.
        guard !isReplaying, let highest = held.last?.record.number else { return 0 }
        isReplaying = true
        defer { isReplaying = false }
        let records = held.map(\.record)
        try await ledger.settle()
        let emptied = try reader.highestEmptiedNumber()
        let missing = try Self.missing(records.filter { $0.number > emptied }, in: reader)
        if highest > emptied {
            let end = EntryDraft(
                ReserveEmptied(highestNumber: highest), kind: .reserveEmptied, clock: clock)
            _ = try await ledger.append(missing.map(\.draft) + [end])
        }
        clear(upTo: highest)
        return missing.count
    }

    /// Without those that are in the ledger: their commit failed, and was found on disk after all.
    private static func missing(
        _ records: [KeptRecord], in reader: LedgerReader
    ) throws(LedgerError) -> [KeptRecord] {
        guard let earliest = records.map(\.occurredAt).min() else { return [] }
        var written: Set<KeptRecord.Identity> = []
        try reader.forEachAttendance(newest: comparedCount, since: earliest) { entry throws(LedgerError) in
            do throws(CanonicalDecodingError) {
                written.insert(try KeptRecord.identity(of: entry))
            } catch {
                throw .chainBroken(sequence: entry.sequence)
            }
        }
        return records.filter { !written.contains($0.identity) }
    }

    /// What stays in the file of these is passed over at the next start, so a failure here harms nothing.
    private func clear(upTo highest: Int64) {
        let done = held.prefix { $0.record.number <= highest }
        for place in done {
            settleFile { file throws(LedgerError) in try file.write(ReserveSlot.empty, toSlot: place.slot) }
        }
        settleFile { file throws(LedgerError) in try file.sync() }
        held.removeFirst(done.count)
        freeSlots += done.reversed().map(\.slot)
        standing.withLock { $0.waitingCount = held.count }
    }

    /// Makes or opens the file again after a fault; what waits in memory is then on disk, too.
    public func mend() {
        mendFile()
    }

    private func mendFile() {
        guard file == nil else { return }
        do throws(LedgerError) {
            let made = try ReserveFile.findOrMake(directory: directory)
            try made.allocate()
            for place in held {
                guard let bytes = ReserveSlot.bytes(of: place.record, originTag: originTag) else { continue }
                try made.write(bytes, toSlot: place.slot)
            }
            try made.sync()
            file = made
            standing.withLock { $0.fault = nil }
        } catch {
            standing.withLock { $0.fault = error }
        }
    }

    /// Does something with the file; after a failure it is not used again.
    private func settleFile(_ work: (ReserveFile) throws(LedgerError) -> Void) {
        guard let file else { return }
        do throws(LedgerError) {
            try work(file)
        } catch {
            self.file = nil
            standing.withLock { $0.fault = error }
        }
    }
}
