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
        let time = try time(reader, clock)
        do throws(LedgerError) {
            let reads = try await readDesk(reader, time).cards.reads()
            let listing = ReadListing(reads: reads, time: time)
            return (format == .text ? listing.lines : listing.jsonLines).joined(separator: "\n")
        } catch {
            throw .ledger(error)
        }
    }

    /// What was held to a reader, or that nothing was.
    public enum CardLook: Sendable {
        /// For people or programs, as asked.
        case shown(String)
        /// Ask again for what comes after this number.
        case nothing(after: Int64)
    }

    /// The newest card of the last minute; the running service alone knows.
    ///
    /// - Parameters:
    ///   - number: only a card presented after it.
    ///   - reader: `lane/reader` or a lane; nil: any.
    public func presentedCard(
        after number: Int64 = 0, at reader: String?, _ format: Format
    ) throws(GatewayError) -> CardLook {
        var query = format.query
        query["after"] = String(number)
        query["reader"] = reader
        guard let answer = try ask(.get, "/reads/card", ControlRequest(query: query)) else {
            throw .service("it does not run; start it first, for it reads the cards")
        }
        let words = String(decoding: answer.body, as: UTF8.self)
        switch answer.status {
        case 200: return .shown(words)
        case 404: if let count = Int64(words) { return .nothing(after: count) }
        case 409: throw .refused(words)
        default: break
        }
        throw .service(words)
    }

    /// The number of the newest card of the last minute, for a change that takes it; nil when there is none.
    public func presentation(at reader: String?) throws(GatewayError) -> Int64? {
        var query = ["format": "number"]
        query["reader"] = reader
        guard let answer = try ask(.get, "/reads/card", ControlRequest(query: query)) else {
            throw .service("it does not run; start it first, for it reads the cards")
        }
        let words = String(decoding: answer.body, as: UTF8.self)
        guard answer.status != 409 else { throw .refused(words) }
        return answer.status == 200 ? Int64(words) : nil
    }

    /// For a command while no service runs.
    func readDesk(_ reader: LedgerReader, _ time: SiteTime) throws(LedgerError) -> ReadDesk {
        guard let siteKey = reader.siteKey else { throw .siteKeyMissing(directory: state.path) }
        return ReadDesk(
            directory: state.path, siteKey: siteKey, time: time, people: nil,
            logger: Logger(label: "muster") { _ in SwiftLogNoOpLogHandler() })
    }
}
