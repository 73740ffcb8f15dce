import LocalWeb
import PersonnelChanges
public import SiteModel

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

/// The running service's search: answers once the people book is there.
struct SearchDesk: Sendable {
    let people: PeopleBook
    let clock: SiteTime
    let siteOffsetMilliseconds: Int64

    /// Nil while the ledger is not folded yet.
    func answer(_ request: SearchRequest) async -> SearchAnswer? {
        guard let search = people.search else { return nil }
        let hits = search.hits(
            for: request.text, limit: request.limit, includesLeft: request.includesLeft,
            now: clock.instant(of: clock.now()))
        guard let roster = await people.content()?.roster else { return nil }
        return SearchAnswer(hits) { roster.member($0)?.worker }
    }

    var route: ControlRoute {
        ControlRoute(.post, "/roster/search") { control in
            let request = SearchRequest(control)
            guard let answer = await answer(request) else {
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
