import SiteModel

/// The newest entries that are on disk, as they were written: who keeps up with the ledger reads no file.
///
/// Bound: 8,192 entries in 4,096 groups with 1 MiB of bodies; beyond it the oldest groups go, and who has not
/// come so far reads the file.
struct LedgerWindow: Sendable {
    private static let entryLimit = 8_192
    private static let groupLimit = 4_096
    private static let bodyByteLimit = 1 << 20

    /// As they were committed; each follows the one before.
    private var groups: [[LedgerEntry]] = []
    private var entryCount = 0
    private var bodyByteCount = 0

    /// Takes in what a commit has brought to disk. After a gap, such as an entry that the writer added by
    /// itself, what stands before it is dropped.
    mutating func add(_ written: [[LedgerEntry]]) {
        for group in written {
            guard let first = group.first else { continue }
            if groups.last?.last?.sequence.next != first.sequence { clear() }
            groups.append(group)
            entryCount += group.count
            bodyByteCount += Self.bodyByteCount(of: group)
        }
        dropOldest()
    }

    /// What follows a position, up to the end of one group: at least one entry; nil when the window begins
    /// behind that, or ends before it.
    func entries(after position: LedgerSequence) -> ArraySlice<LedgerEntry>? {
        let wanted = position.next
        var (low, high) = (0, groups.count)
        // The last group that begins at the wanted entry or before it.
        while low < high {
            let middle = (low + high) / 2
            if groups[middle][0].sequence > wanted { high = middle } else { low = middle + 1 }
        }
        guard low > 0 else { return nil }
        let group = groups[low - 1]
        let offset = Int(wanted.rawValue - group[0].sequence.rawValue)
        return offset < group.count ? group[offset...] : nil
    }

    private mutating func dropOldest() {
        var count = max(0, groups.count - Self.groupLimit)
        for group in groups[..<count] { forget(group) }
        while entryCount > Self.entryLimit || bodyByteCount > Self.bodyByteLimit {
            forget(groups[count])
            count += 1
        }
        groups.removeFirst(count)
    }

    private mutating func forget(_ group: [LedgerEntry]) {
        entryCount -= group.count
        bodyByteCount -= Self.bodyByteCount(of: group)
    }

    private mutating func clear() { self = LedgerWindow() }

    private static func bodyByteCount(of group: [LedgerEntry]) -> Int {
        group.reduce(0) { $0 + $1.body.count }
    }
}
