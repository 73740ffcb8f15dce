public import SiteModel

/// Follows one origin's chain, entry by entry.
struct ChainWalk {
    private(set) var head: ChainHead

    /// - Parameter head: what the next entry must follow; `ChainHead.beginning` for a whole chain.
    init(after head: ChainHead) {
        self.head = head
    }

    /// - Returns: what is wrong with the entry; nil when it follows from the one before.
    mutating func take(_ entry: LedgerEntry) -> ChainFault? {
        let expected = head.sequence.next
        guard entry.sequence == expected else {
            return ChainFault(origin: entry.origin, sequence: expected, reason: .missing)
        }
        guard EntryHash.hash(of: entry, previous: head.hash) == entry.hash else {
            return ChainFault(origin: entry.origin, sequence: expected, reason: .hashDiffers)
        }
        head = ChainHead(sequence: entry.sequence, hash: entry.hash)
        return nil
    }
}

/// The newest entry of a chain, as what the next one hashes.
struct ChainHead: Equatable, Sendable {
    let sequence: LedgerSequence
    /// 32 bytes.
    let hash: [UInt8]

    static let beginning = ChainHead(sequence: LedgerSequence(0), hash: EntryHash.beginning)
}

/// The first bad entry of a chain.
public struct ChainFault: Sendable, Equatable {
    public let origin: LedgerOrigin
    public let sequence: LedgerSequence
    public let reason: Reason

    /// Raw values are printed.
    public enum Reason: String, Sendable, Equatable {
        case missing = "it is missing"
        /// The row, or the hash of the one before it, is not what was written.
        case hashDiffers = "its content does not fit its hash"
        /// The columns cannot be read as an entry, or the page they lie on is damaged.
        case unreadable = "it cannot be read as an entry"
    }
}
