public import SiteModel

/// Follows one origin's chain, entry by entry.
struct ChainWalk {
    private(set) var head: ChainHead

    /// - Parameter head: what the next entry must follow; `ChainHead(beginning:)` for a whole chain.
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

    init(sequence: LedgerSequence, hash: [UInt8]) {
        self.sequence = sequence
        self.hash = hash
    }

    /// Before the first entry of the origin with this public key.
    init(beginning publicKey: [UInt8]) {
        self.init(sequence: LedgerSequence(0), hash: publicKey)
    }
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
        /// A checkpoint that does not vouch for the entry before it, or is not signed by the node.
        case signatureWrong = "its signature does not hold"
        /// Its sealed body is not what was sealed there.
        case sealBroken = "its sealed body does not open with the key of its worker"
        /// What is kept beside the ledger, or elsewhere, knows of entries from here on.
        case lost = "it was on disk and is gone: the newest entries were cut off, or an older copy put back"
        /// A checkpoint kept elsewhere, or what is kept beside the ledger, names another hash for this entry.
        case madeAnew = "it is not the entry that was written: the chain was made anew"
        /// Nobody was erased, but the key that opens the body is gone.
        case keyMissing = "the key of its worker is gone, and no entry says that they were erased"
        /// Nobody can make one without the site key, but in clear.
        case unsealed = "it changes a worker and is not sealed: this program never wrote it"
        /// Chains begin at 1: a row before it is in no chain.
        case beforeFirst = "its number is before the first: this program never wrote it"
        /// A ledger holds the chain of its own node alone.
        case foreign = "it is of another origin than this ledger's own: this program never wrote it"
        /// The rules it names, applied to the facts it stores, decide otherwise.
        case decisionDiffers = "deciding again from what it stores gives another answer"
    }
}
