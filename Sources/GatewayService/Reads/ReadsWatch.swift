import AttendanceLedger
import Logging
import ServiceLifecycle

/// At the start and once a minute: destroys reads that nobody may be enrolled from any more.
struct ReadsWatch: Service {
    let cards: CardReads
    let logger: Logger

    func run() async throws {
        await retryUntilShutdown(every: .seconds(60)) {
            do throws(LedgerError) {
                let count = try await cards.destroyExpired()
                if count > 0 { logger.notice("card reads destroyed", metadata: ["count": "\(count)"]) }
            } catch {
                logger.error("card reads not destroyed", metadata: ["reason": "\(error)"])
            }
        }
    }
}
