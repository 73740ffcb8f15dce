import AttendanceLedger
import LocalWeb
import PersonnelChanges
public import SiteModel
import Synchronization

/// What a command asks of a search.
public struct SearchRequest: Sendable, Hashable {
    public let text: String
    /// Hits at most; 1 to 1,000.
    public let limit: Int
    /// Also those who have left.
    public let includesLeft: Bool
    /// Full names, numbers, phones and cards.
    public let isRevealed: Bool

    public init(text: String, limit: Int, includesLeft: Bool, isRevealed: Bool) {
        self.text = text
        self.limit = limit
        self.includesLeft = includesLeft
        self.isRevealed = isRevealed
    }

    /// The text goes in the body: what somebody searches by is personal, and a query may stand in a log.
    func controlRequest(_ format: SiteAccess.Format) -> ControlRequest {
        var query = format.query
        query["limit"] = String(limit)
        if includesLeft { query["all"] = "1" }
        if isRevealed { query["reveal"] = "1" }
        return ControlRequest(query: query, body: Array(text.utf8))
    }

    init(_ request: ControlRequest) {
        self.init(
            text: String(decoding: request.body, as: UTF8.self),
            limit: request.query["limit"].flatMap(Int.init) ?? 20, includesLeft: request.query["all"] == "1",
            isRevealed: request.query["reveal"] == "1")
    }
}

/// The running service's search: follows the ledger beside the lanes, answers once it has all of it.
final class SearchDesk: Sendable {
    private let search = WorkerSearch()
    private let isComplete = Atomic(false)
    private let ledger: LedgerWriter
    private let reader: LedgerReader
    private let clock: any SiteClock
    private let siteOffsetMilliseconds: Int64

    init(ledger: LedgerWriter, reader: LedgerReader, clock: any SiteClock, siteOffsetMilliseconds: Int64) {
        self.ledger = ledger
        self.reader = reader
        self.clock = clock
        self.siteOffsetMilliseconds = siteOffsetMilliseconds
    }

    /// Takes in the roster, then every entry that changes it. Returns when the task is cancelled.
    ///
    /// What is written while the roster is read comes a second time, in order, and changes nothing.
    func follow() async throws {
        defer { isComplete.store(false, ordering: .releasing) }
        let start = try reader.head()?.sequence ?? LedgerSequence(0)
        let (reader, search) = (reader, search)
        try await onLedgerThread {
            Result { () throws(PersonnelError) in try search.takeIn(reader) }
        }.get()
        isComplete.store(true, ordering: .releasing)
        for try await entry in ledger.tail(after: start) where entry.kind.changesRoster {
            if let opened = try reader.opened(entry) { try search.apply(opened) }
        }
    }

    /// Nil while the roster is not all taken in.
    func answer(_ request: SearchRequest) throws(LedgerError) -> SearchAnswer? {
        guard isComplete.load(ordering: .acquiring) else { return nil }
        let hits = search.hits(
            for: request.text, limit: request.limit, includesLeft: request.includesLeft,
            now: clock.now().wall)
        return try SearchAnswer(hits) { worker throws(LedgerError) in
            try reader.newestChange(of: worker)?.worker
        }
    }

    var route: ControlRoute {
        ControlRoute(.post, "/roster/search") { [self] control in
            let request = SearchRequest(control)
            // try?: a ledger that cannot be read is a fault of health; the command reads it and says why.
            guard let answer = (try? answer(request)) ?? nil else {
                return ControlResponse(status: 503, body: [])
            }
            let listing = RosterListing(
                isRevealed: request.isRevealed, siteOffsetMilliseconds: siteOffsetMilliseconds)
            let isText = control.query["format"] == "text"
            let lines = isText ? answer.lines(listing) : answer.jsonLines(listing)
            return ControlResponse(
                contentType: isText ? "text/plain; charset=utf-8" : "application/x-ndjson",
                body: Array(lines.joined(separator: "\n").utf8))
        }
    }
}

extension SiteAccess {
    /// The running service's hits, or those of the ledger as it stands on disk: the same lines.
    ///
    /// - Returns: for people, the last line says how many there are.
    public func search(
        _ request: SearchRequest, _ format: Format, now: UTCInstant
    ) throws(GatewayError) -> [String] {
        if let answer = try ask(.post, "/roster/search", request.controlRequest(format)),
            answer.status == 200
        {
            return String(decoding: answer.body, as: UTF8.self).split(separator: "\n").map(String.init)
        }
        let roster = try roster()
        let hits = WorkerSearch(roster).hits(
            for: request.text, limit: request.limit, includesLeft: request.includesLeft, now: now)
        let answer = SearchAnswer(hits) { roster.member($0)?.worker }
        let listing = RosterListing(
            isRevealed: request.isRevealed,
            siteOffsetMilliseconds: configuration.site.offsetMilliseconds)
        return format == .text ? answer.lines(listing) : answer.jsonLines(listing)
    }
}
