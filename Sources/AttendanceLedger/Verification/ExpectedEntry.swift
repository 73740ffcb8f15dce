import SiteModel

/// An entry that is known from somewhere else than the ledger: its number and its hash.
struct ExpectedEntry {
    /// Nil: the origin whose file it is.
    let origin: LedgerOrigin?
    /// Nil: not known.
    let publicKey: [UInt8]?
    let head: ChainHead

    /// What is kept beside the ledger.
    init(_ head: ChainHead) {
        origin = nil
        publicKey = nil
        self.head = head
    }

    /// A checkpoint that was kept elsewhere.
    init(_ checkpoint: Checkpoint) {
        origin = checkpoint.origin
        publicKey = checkpoint.publicKey
        head = ChainHead(sequence: checkpoint.sequence, hash: checkpoint.hash)
    }
}
