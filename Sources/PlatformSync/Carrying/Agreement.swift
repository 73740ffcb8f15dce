import AttendanceLedger
import SiteModel

/// How far a ledger of answers tells of the ledger that they are about: numbers of entries that were lost
/// stand for others since, so an answer is about what it names only up to the newest bundle that was taken
/// before it and says the same as that ledger.
struct Agreement {
    private var steps: [(behind: LedgerSequence, reach: LedgerSequence)] = []

    /// Nothing in them is about this ledger.
    var isEmpty: Bool { steps.isEmpty }

    /// At the newest answer.
    var reach: LedgerSequence { steps.last?.reach ?? .none }

    /// Walks the answers.
    ///
    /// - Parameter origin: whose ledger `reader` reads.
    init(of answers: LedgerReader, with reader: LedgerReader, of origin: LedgerOrigin) throws(LedgerError) {
        try answers.forEachEntry { entry throws(LedgerError) in
            guard let taken = entry.bundleTaken, taken.origin == origin else { return }
            let agreed = try reader.holds(taken, of: origin) ? taken.sequence : .none
            steps.append((entry.sequence, max(reach, agreed)))
        }
    }

    /// Of an entry of the ledger of answers.
    func reach(of entry: LedgerEntry) -> LedgerSequence {
        steps.last { $0.behind < entry.sequence }?.reach ?? .none
    }
}

extension LedgerReader {
    /// Whether this ledger, of `origin`, holds the entry up to which a bundle was taken.
    func holds(_ taken: BundleTaken, of origin: LedgerOrigin) throws(LedgerError) -> Bool {
        guard taken.origin == origin else { return false }
        return try entry(taken.sequence)?.hash == taken.hash
    }
}

extension LedgerEntry {
    /// Nil of another kind, and of one that cannot be read: the verification names it.
    var bundleTaken: BundleTaken? {
        // try?: it tells of nothing then.
        kind == .bundleTaken ? try? BundleTaken(encoded: body) : nil
    }
}

extension AttendanceConfirmed {
    /// What it says of entries up to one.
    func reaching(_ last: LedgerSequence) -> AttendanceConfirmed {
        guard let newest = entries.last, newest > last else { return self }
        return AttendanceConfirmed(
            platform: platform, receipt: receipt, entries: entries.filter { $0 <= last }, carried: carried)
    }
}

extension LedgerSequence {
    /// Before the first.
    static let none = LedgerSequence(0)
}
