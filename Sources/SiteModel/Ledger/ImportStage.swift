/// What `rosterApplied` says of an import that is too large for one commit: its changes are written piece by
/// piece and take effect together, at the entry that ends it (decision 0012).
public struct ImportStage: Sendable, Hashable {
    /// The newest entry of the origin when the import began: it names the import.
    public let importedAfter: LedgerSequence
    /// So many `personnelChange` entries right behind this one, in the same commit, wait for the end; 0 at
    /// the end.
    public let waitingCount: Int

    public init(importedAfter: LedgerSequence, waitingCount: Int) {
        self.importedAfter = importedAfter
        self.waitingCount = waitingCount
    }

    public var isEnd: Bool { waitingCount == 0 }

    /// Of a piece; a stated count beyond it is damage.
    public static let waitingCountLimit = 4_096
}

/// The changes of an import whose end has not come, in their order: whoever folds the roster holds them here.
///
/// - A change waits when it stands within the piece that the last `rosterApplied` of its origin announced.
/// - The end of the same import gives them all out; the first piece of another import drops them: an import
///   that was cut off has no end any more. A `rosterApplied` without stage touches them not.
public struct StagedChanges<Change: Sendable>: Sendable {
    private struct Held: Sendable {
        let worker: WorkerID
        let change: Change
    }

    private var origin: LedgerOrigin?
    private var importedAfter = LedgerSequence(0)
    private var lastWaiting = LedgerSequence(0)
    private var held: [Held] = []

    public init() {}

    public var count: Int { held.count }

    /// Whether the change at this entry's place waits; then it belongs into `hold`.
    public func holds(_ entry: LedgerEntry) -> Bool {
        entry.sequence <= lastWaiting && entry.origin == origin
    }

    public mutating func hold(_ change: Change, of worker: WorkerID) {
        held.append(Held(worker: worker, change: change))
    }

    /// - Returns: what takes effect at this entry, in order.
    public mutating func follow(
        _ applied: RosterApplied, at entry: LedgerEntry
    ) -> [(worker: WorkerID, change: Change)] {
        guard let stage = applied.stage else { return [] }
        let isSame = stage.importedAfter == importedAfter && entry.origin == origin
        if !isSame { held = [] }
        guard stage.isEnd else {
            (origin, importedAfter) = (entry.origin, stage.importedAfter)
            lastWaiting = LedgerSequence(entry.sequence.rawValue + Int64(stage.waitingCount))
            return []
        }
        defer { self = StagedChanges() }
        return held.map { ($0.worker, $0.change) }
    }

    /// Nothing of an erased worker takes effect any more.
    public mutating func drop(_ worker: WorkerID) {
        held.removeAll { $0.worker == worker }
    }
}
