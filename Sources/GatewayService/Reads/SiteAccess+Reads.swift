import AttendanceLedger
import LocalWeb
import Logging
public import SiteModel

// What commands ask about reads.
extension SiteAccess {
    /// Kept reads of identity documents, masked, newest first: JSON, a line each, or lines for people.
    public func reads(_ format: Format, clock: any SiteClock) async throws(GatewayError) -> String {
        if let answer = try ask(.get, "/reads", ControlRequest(query: format.query)) {
            let words = String(decoding: answer.body, as: UTF8.self)
            guard answer.status == 200 else { throw .service(words) }
            return words
        }
        let reader = try openReader()
        let history = try reportingLedger { () throws(LedgerError) in try reader.clockHistory() }
        let time = SiteTime(clock, history: history)
        do throws(LedgerError) {
            let reads = try await readDesk(reader, time).cards.reads()
            let listing = ReadListing(reads: reads, time: time)
            return (format == .text ? listing.lines : listing.jsonLines).joined(separator: "\n")
        } catch {
            throw .ledger(error)
        }
    }

    /// For a command while no service runs.
    func readDesk(_ reader: LedgerReader, _ time: SiteTime) throws(LedgerError) -> ReadDesk {
        guard let siteKey = reader.siteKey else { throw .siteKeyMissing(directory: state.path) }
        return ReadDesk(
            directory: state.path, siteKey: siteKey, time: time, people: nil,
            logger: Logger(label: "muster") { _ in SwiftLogNoOpLogHandler() })
    }
}
