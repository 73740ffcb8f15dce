import AttendanceLedger
import Logging
import SiteModel

/// Writes what happens beside the swipes: device gaps, clock steps, swipes that could not be written. What
/// the ledger does not take
/// waits here and goes first next time, so a full disk leaves no hole in the evidence.
actor EventJournal {
    /// Entries that wait at the most; a storm beyond that is counted in the log.
    static let waitingLimit = 1_024

    private let ledger: LedgerWriter
    private let health: GatewayHealth
    private let logger: Logger
    private var waiting: [EntryDraft] = []
    private var isWriting = false

    init(ledger: LedgerWriter, health: GatewayHealth, logger: Logger) {
        self.ledger = ledger
        self.health = health
        self.logger = logger
    }

    var isEmpty: Bool { waiting.isEmpty }

    /// Writes what somebody's order depends on, whatever waits.
    ///
    /// - Returns: whether it is on disk; else it is nowhere.
    func isWritten(_ draft: EntryDraft) async -> Bool {
        do throws(LedgerError) {
            _ = try await ledger.append([draft])
        } catch {
            health.ledgerFailed(error)
            return false
        }
        health.ledgerWorked()
        return true
    }

    /// Writes these after everything that waits. When it returns they are on disk, or wait for the next call.
    func write(_ drafts: [EntryDraft]) async {
        let room = Self.waitingLimit - waiting.count
        if drafts.count > room {
            logger.error("events lost", metadata: ["count": "\(drafts.count - max(0, room))"])
        }
        waiting += drafts.prefix(max(0, room))
        // One call writes; what arrives meanwhile is taken by it.
        guard !isWriting else { return }
        isWriting = true
        defer { isWriting = false }
        while !waiting.isEmpty {
            let batch = waiting
            do throws(LedgerError) {
                _ = try await ledger.append(batch)
            } catch {
                health.ledgerFailed(error)
                return
            }
            waiting.removeFirst(batch.count)
            health.ledgerWorked()
        }
    }
}
