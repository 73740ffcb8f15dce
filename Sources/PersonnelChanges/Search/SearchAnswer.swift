public import SiteModel

/// What was found, with the worker of each hit, ready to print.
public struct SearchAnswer: Sendable {
    private let found: [(member: RosterMember, hit: WorkerHit)]
    private let totalCount: Int

    /// - Parameter worker: the worker as they stand; a hit without one (erased meanwhile) is left out.
    public init<Failure>(
        _ hits: WorkerHits, worker: (WorkerID) throws(Failure) -> ProjectWorker?
    ) throws(Failure) {
        var found: [(RosterMember, WorkerHit)] = []
        for hit in hits.hits {
            guard let worker = try worker(hit.id) else { continue }
            found.append((RosterMember(id: hit.id, worker: worker), hit))
        }
        self.found = found
        totalCount = hits.totalCount
    }

    /// The best first; the last line says how many of how many.
    public func lines(_ listing: RosterListing) -> [String] {
        let count = found.count == totalCount ? "\(totalCount)" : "\(found.count) of \(totalCount)"
        return found.map { listing.line($0.member) } + ["\(count) workers"]
    }

    /// A JSON object for each, with `found_by`.
    public func jsonLines(_ listing: RosterListing) -> [String] {
        found.map { listing.jsonLine($0.member, foundBy: $0.hit.reason.column) }
    }
}
