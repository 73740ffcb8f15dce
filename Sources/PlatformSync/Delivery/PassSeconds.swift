import SiteModel

/// Platforms tell passes apart by worker, direction and whole second. A second pass of somebody within one
/// second goes up with the next second that is free, so that both are there; the ledger keeps when it was.
struct PassSeconds {
    private struct Passer: Hashable {
        let worker: WorkerID
        let direction: Direction
    }

    /// Passers that are remembered; then all are forgotten.
    private static let limit = 8_192

    /// Seconds in a row that are taken, the newest of each passer.
    private var taken: [Passer: ClosedRange<Int64>] = [:]

    /// The moment that the pass goes up with; taken from now on.
    mutating func free(for pass: UploadMaker.Pass) -> UTCInstant {
        let passer = Passer(worker: pass.worker, direction: pass.direction)
        let second = pass.item.at.second
        guard let former = taken[passer], former.contains(second) else {
            if taken.count >= Self.limit { taken = [:] }
            taken[passer] = second...second
            return pass.item.at
        }
        taken[passer] = former.lowerBound...former.upperBound + 1
        return UTCInstant(milliseconds: (former.upperBound + 1) * 1_000)
    }
}
