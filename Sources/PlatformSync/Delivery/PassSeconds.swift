import SiteModel

/// Platforms tell passes apart by worker, direction and whole second. A second pass of somebody within one
/// second goes up with the next second that is free, so that both are there; the ledger keeps when it was.
struct PassSeconds {
    private struct Passer: Hashable {
        let worker: WorkerID
        let direction: Direction
    }

    private struct PassID: Hashable {
        let sequence: LedgerSequence
        let pass: Int
    }

    /// Seconds in a row, one a pass.
    private struct Run {
        let first: Int64
        let head: PassID
        var others: [PassID] = []

        func second(of pass: PassID) -> Int64? {
            if pass == head { return first }
            return others.firstIndex(of: pass).map { first + Int64($0) + 1 }
        }

        var end: Int64 { first + Int64(others.count) }
    }

    /// Passers that are remembered; then all are forgotten.
    private static let limit = 8_192

    /// The newest of each passer.
    private var taken: [Passer: Run] = [:]

    /// The moment that the pass goes up with; taken from now on, and the same when it is asked for again.
    mutating func free(for pass: UploadMaker.Pass) -> UTCInstant {
        let passer = Passer(worker: pass.worker, direction: pass.direction)
        let (second, id) = (pass.item.at.second, PassID(sequence: pass.item.sequence, pass: pass.item.pass))
        guard let former = taken[passer], (former.first...former.end).contains(second) else {
            if taken.count >= Self.limit { taken = [:] }
            taken[passer] = Run(first: second, head: id)
            return pass.item.at
        }
        let known = former.second(of: id)
        if known == nil { taken[passer]?.others.append(id) }
        let free = known ?? former.end + 1
        return free == second ? pass.item.at : UTCInstant(milliseconds: free * 1_000)
    }
}
