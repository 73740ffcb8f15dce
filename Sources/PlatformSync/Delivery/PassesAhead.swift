import AttendanceLedger
import SiteModel

/// Passes of a stretch of the ledger, read page by page. Reading and decoding is most of the work of a plan,
/// so that of the next one is done while requests are under way.
struct PassesAhead {
    /// Entries read at a time.
    private static let pageSize: Int64 = 1_024

    let range: ClosedRange<Int64>
    private(set) var passes: [UploadMaker.Pass] = []
    /// The first entry that was not read.
    private var next: Int64

    init(of range: ClosedRange<Int64>) {
        self.range = range
        next = range.lowerBound
    }

    var isWhole: Bool { next > range.upperBound }

    mutating func readPage(with maker: UploadMaker) throws(DeliveryError) {
        let limit = min(Self.pageSize, range.upperBound - next + 1)
        let entries = try maker.reading { () throws(LedgerError) in
            try maker.reader.entries(after: LedgerSequence(next - 1), limit: Int(limit))
        }
        for entry in entries where entry.sequence.rawValue <= range.upperBound {
            guard entry.kind == .attendance || entry.kind == .correction else { continue }
            passes += try maker.passes(of: entry)
        }
        next = (entries.last?.sequence.rawValue ?? range.upperBound) + 1
    }
}
