public import AttendanceLedger
public import SiteModel
import Synchronization

/// Another node's ledger as far as it was brought here, and the ledger of what platforms answered to it.
///
/// `ORIGIN/ledger.db` is the replica, `ORIGIN/answers/ledger.db` a ledger of this node of its own: a chain
/// that goes home, signed.
public final class CarriedLedger: Sendable {
    public let origin: LedgerOrigin
    /// Where the replica and the deliveries of it lie.
    public let directory: String
    /// Where answers are written.
    public let ledger: LedgerWriter
    public let answers: LedgerReader
    public let reader: LedgerReader
    private let known: Mutex<Known>

    /// What was announced: nobody reads entries whose clocks are not known yet.
    private struct Known {
        var newest: LedgerSequence
        var history: ClockHistory

        /// The clocks are read behind the newest entry, so they know at least of it.
        init(_ reader: LedgerReader) throws(LedgerError) {
            newest = try reader.head()?.sequence ?? LedgerSequence(0)
            history = try reader.clockHistory()
        }
    }

    static let answersFolder = "answers"

    /// - Parameters:
    ///   - directory: of the replica, the folder of the answers in it.
    ///   - node: name of this node.
    init(directory: String, node: String, siteKey: SiteKey) throws(LedgerError) {
        self.directory = directory
        let folder = directory + "/" + Self.answersFolder
        reader = try LedgerReplica(directory: directory, siteKey: siteKey).reader()
        origin = try reader.node().origin
        ledger = try LedgerWriter.open(directory: folder, node: node, siteKey: siteKey)
        answers = try LedgerReader.open(directory: folder, siteKey: siteKey)
        known = Mutex(try Known(reader))
    }

    /// Entries up to here may be delivered: more may be in the replica whose true times are not known yet.
    public var newest: LedgerSequence { known.withLock { $0.newest } }

    /// When moments of that node's clock truly were.
    public func corrected(_ reading: ClockReading) -> CorrectedTime {
        known.withLock { $0.history.corrected(reading) }
    }

    /// After more was brought: its clocks, and who was erased there is erased here.
    func caughtUp(
        by name: String, at clock: ClockReading, on carrying: isolated Carrying
    ) async throws(LedgerError) {
        let newest = try Known(reader)
        let erased = try reader.erasedWorkers().subtracting(try answers.erasedWorkers())
        let told = try answers.bundlesTaken(of: origin).last
        var drafts = erased.map {
            EntryDraft(
                WorkerErased(isForced: true, by: name, reason: "erased at \(origin)"), kind: .workerErased,
                subject: .worker($0), clock: clock)
        }
        if let head = try reader.head(), told?.hash != head.hash {
            drafts.append(
                EntryDraft(
                    BundleTaken(
                        origin: origin, sequence: head.sequence, hash: head.hash, by: name),
                    kind: .bundleTaken, clock: clock))
        }
        _ = try await ledger.append(drafts)
        // Only now: answers to what was brought stand behind the word that it was.
        known.withLock { $0 = newest }
    }
}
