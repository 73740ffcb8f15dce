import AttendanceLedger
import PlatformSync
import SiteModel

/// What a platform is told: the entries of a ledger, and where the answers are written.
struct DeliverySource: Sendable {
    /// Where the file of the deliveries lies.
    let directory: String
    /// Where answers are written.
    let ledger: LedgerWriter
    let reader: LedgerReader
    /// Of `ledger`, where that is not the ledger of `reader`.
    let answers: LedgerReader?
    /// Nothing behind it is delivered yet; nil: everything may be.
    let newest: (@Sendable () -> LedgerSequence)?
    let corrected: @Sendable (ClockReading) -> CorrectedTime
    /// Whose entries these are, where another node's; a folder's name, so one that lost entries has two.
    let carriedFrom: String?

    /// This node's own ledger.
    init(directory: String, ledger: LedgerWriter, reader: LedgerReader, time: SiteTime) {
        self.directory = directory
        self.ledger = ledger
        self.reader = reader
        answers = nil
        newest = nil
        corrected = { time.corrected($0) }
        carriedFrom = nil
    }

    /// What was brought of another node.
    init(_ carried: CarriedLedger) {
        directory = carried.directory
        ledger = carried.ledger
        reader = carried.reader
        answers = carried.answers
        newest = { carried.newest }
        corrected = { carried.corrected($0) }
        carriedFrom = carried.directory.split(separator: "/").last.map(String.init)
    }
}
