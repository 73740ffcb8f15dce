import AttendanceLedger
public import Logging
import SiteModel
import Synchronization

/// What is wrong now, for the page and `status`. Empty means healthy. Says in the log when something begins
/// and when it is over.
public final class GatewayHealth: Sendable {
    private struct State {
        var ledgerError: LedgerError?
        var pageFault: String?
        var evidenceFault: String?
        var reserveFault: String?
        var freeByteCount: Int?
        var isSpaceLow = false
        /// Swipes that are in no entry yet, since when.
        var gap: LedgerGap?
    }

    private let state = Mutex(State())
    let logger: Logger

    public init(logger: Logger) {
        self.logger = logger
    }

    /// Why the ledger cannot write and what helps; nil while it works.
    public var ledgerFault: String? { ledgerError.map { "the ledger cannot write: \($0)" } }

    /// The same for whoever says it in another language.
    var ledgerError: LedgerError? { state.withLock { $0.ledgerError } }

    public var pageFault: String? { state.withLock { $0.pageFault } }

    /// What was found damaged or lost in the ledger; stays until the next start.
    public var evidenceFault: String? { state.withLock { $0.evidenceFault } }

    /// Why the reserve of the leaving lanes cannot keep anything on disk; nil while it can.
    public var reserveFault: String? { state.withLock { $0.reserveFault } }

    /// What the disk of the state folder had free at the last look; nil when it does not say.
    public var freeByteCount: Int? { state.withLock { $0.freeByteCount } }

    /// A person should make room before the ledger stops: some days of a large site are left.
    public var isSpaceLow: Bool { state.withLock { $0.isSpaceLow } }

    /// False while the ledger cannot write: entering lanes refuse.
    public var isLedgerWorking: Bool { ledgerFault == nil }

    func ledgerFailed(_ error: LedgerError) {
        let isNew = state.withLock { state in
            defer { state.ledgerError = error }
            return state.ledgerError != error
        }
        if isNew { logger.error("ledger failed", metadata: ["error": "\(error)"]) }
    }

    func ledgerWorked() {
        let wasFailed = state.withLock { state in
            defer { state.ledgerError = nil }
            return state.ledgerError != nil
        }
        if wasFailed { logger.notice("ledger works again") }
    }

    func reserve(_ fault: LedgerError?) {
        let words = fault.map { "\($0)" }
        let isNew = state.withLock { state in
            defer { state.reserveFault = words }
            return state.reserveFault != words
        }
        guard isNew else { return }
        if let words {
            logger.error("no reserve on disk", metadata: ["error": "\(words)"])
        } else {
            logger.notice("the reserve is on disk again")
        }
    }

    /// Room from which a person is told: 64 MiB are some 300,000 records.
    static let lowByteCount = 64 << 20
    /// Room from which it is over: above the limit, so that it is not said again and again.
    private static let enoughByteCount = 80 << 20

    func sees(freeByteCount: Int?) {
        let (wasLow, isLow) = state.withLock { state in
            let wasLow = state.isSpaceLow
            state.freeByteCount = freeByteCount
            if let freeByteCount {
                state.isSpaceLow = freeByteCount < (wasLow ? Self.enoughByteCount : Self.lowByteCount)
            }
            return (wasLow, state.isSpaceLow)
        }
        guard wasLow != isLow else { return }
        let metadata: Logger.Metadata = ["free_bytes": "\(freeByteCount ?? 0)"]
        if isLow {
            logger.warning("the disk is nearly full", metadata: metadata)
        } else {
            logger.notice("the disk has room again", metadata: metadata)
        }
    }

    /// These swipes could not be written; an entry will say how many they were.
    func notRecorded(refused: Int, letOut: Int, at reading: ClockReading) {
        state.withLock { state in
            let gap = state.gap
            state.gap = LedgerGap(
                refusedCount: (gap?.refusedCount ?? 0) + refused,
                letOutCount: (gap?.letOutCount ?? 0) + letOut,
                sinceWall: gap?.sinceWall ?? reading.wall, since: gap?.since ?? reading.uptime)
        }
    }

    /// What the next entry must say of swipes that are in none; nil when there are none.
    func takeGap() -> LedgerGap? {
        state.withLock { state in
            defer { state.gap = nil }
            return state.gap
        }
    }

    /// The first finding stays: what follows from it says less.
    func evidenceFailed(_ words: String) {
        state.withLock { $0.evidenceFault = $0.evidenceFault ?? words }
        logger.error("evidence", metadata: ["found": "\(words)"])
    }

    /// - Parameter reason: nil when the page is served.
    func pageFailed(_ reason: String?) {
        let isNew = state.withLock { state in
            defer { state.pageFault = reason }
            return state.pageFault != reason
        }
        if isNew, let reason { logger.error("no page", metadata: ["reason": "\(reason)"]) }
    }
}
