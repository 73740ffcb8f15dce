import AttendanceLedger
import Synchronization

/// What is wrong now, for the page, `status` and the watchdog. Empty means healthy.
public final class GatewayHealth: Sendable {
    private struct State {
        var ledgerFault: String?
        var pageFault: String?
        var notRecorded = 0
    }

    private let state = Mutex(State())

    public init() {}

    /// What a person must know or do, worst first; empty when all is well.
    public var faults: [String] {
        state.withLock { [$0.ledgerFault, $0.pageFault].compactMap { $0 } }
    }

    public var pageFault: String? { state.withLock { $0.pageFault } }

    /// False while the ledger cannot write: entering lanes refuse.
    public var isLedgerWorking: Bool { state.withLock { $0.ledgerFault == nil } }

    /// Groups of swipes that could not be written since the start.
    public var notRecordedCount: Int { state.withLock { $0.notRecorded } }

    func ledgerFailed(_ error: LedgerError) {
        state.withLock {
            $0.ledgerFault = "the ledger cannot write: \(error)"
            $0.notRecorded += 1
        }
    }

    func ledgerWorked() {
        state.withLock { $0.ledgerFault = nil }
    }

    func pageFailed(_ reason: String?) {
        state.withLock { $0.pageFault = reason }
    }
}
