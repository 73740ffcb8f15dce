import AttendanceLedger
import SiteModel

/// The pieces of the chain that a bundle shows: each begins where something to be shown begins and ends just
/// before a checkpoint, which vouches for its last entry.
struct BundleSegments {
    private(set) var ranges: [ClosedRange<LedgerSequence>] = []

    /// - Parameter wanted: what is to be shown, in any order; all of it stands before `last`.
    /// - Parameter last: the checkpoint at which the bundle ends.
    init(
        covering wanted: [ClosedRange<LedgerSequence>], before last: LedgerSequence, in reader: LedgerReader
    ) throws(LedgerError) {
        for range in wanted.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let current = ranges.last, range.upperBound <= current.upperBound { continue }
            // A checkpoint at the very end needs no other: it says itself what it vouches for.
            let end = try reader.checkpoints(in: range.upperBound...last, limit: 1).first?.sequence ?? last
            if end > range.lowerBound { append(range.lowerBound...LedgerSequence(end.rawValue - 1)) }
        }
    }

    /// Joins what only the checkpoint between keeps apart.
    private mutating func append(_ range: ClosedRange<LedgerSequence>) {
        if let current = ranges.last, range.lowerBound <= current.upperBound.next.next {
            ranges[ranges.count - 1] = current.lowerBound...max(current.upperBound, range.upperBound)
        } else {
            ranges.append(range)
        }
    }

    var entryCount: Int { ranges.reduce(0) { $0 + Int($1.upperBound.rawValue - $1.lowerBound.rawValue) + 1 } }

    /// Every checkpoint that stands in a segment or just after its end.
    func checkpoints(in reader: LedgerReader) throws(LedgerError) -> [SignedCheckpoint] {
        var checkpoints: [SignedCheckpoint] = []
        for range in ranges {
            for entry in try reader.checkpoints(in: range.lowerBound...range.upperBound.next) {
                do throws(CanonicalDecodingError) {
                    checkpoints.append(try SignedCheckpoint(encoded: entry.body))
                } catch {
                    throw .chainBroken(sequence: entry.sequence)
                }
            }
        }
        return checkpoints
    }
}
