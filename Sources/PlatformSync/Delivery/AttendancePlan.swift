import SiteModel

/// Gathers passes into calls: each of one team, none above the limit, and every worker's passes in the order
/// of the ledger.
struct AttendancePlan {
    struct Batch {
        let team: Team
        let isDoubtful: Bool
        var items: [DeliveryItem] = []
        var uploads: [AttendanceUpload] = []
    }

    struct Hold {
        let pass: UploadMaker.Pass
        let reason: DeliveryFile.HoldReason
        let isDoubtful: Bool
    }

    private struct Key: Hashable {
        let team: Team
        let isDoubtful: Bool
    }

    let limit: Int
    /// What is asked of each worker once a plan, for nothing changes while it is made.
    var workers: [WorkerID: PlannedWorker] = [:]
    private(set) var held: [Hold] = []
    /// Never to go up.
    private(set) var dropped: [UploadMaker.Pass] = []
    private var done: [Batch] = []
    /// Of each key the batch that is being filled, in places of their own.
    private var open: [Batch] = []
    private var places: [Key: Int] = [:]
    /// Places whose batch has something, in the order in which they began to.
    private var order: [Int] = []
    private var workerPlaces: [WorkerID: Int] = [:]

    init(limit: Int) {
        self.limit = limit
    }

    mutating func hold(_ pass: UploadMaker.Pass, _ reason: DeliveryFile.HoldReason, isDoubtful: Bool) {
        held.append(Hold(pass: pass, reason: reason, isDoubtful: isDoubtful))
    }

    mutating func drop(_ pass: UploadMaker.Pass) { dropped.append(pass) }

    mutating func add(
        _ item: DeliveryItem, _ upload: AttendanceUpload, of worker: WorkerID, team: Team, isDoubtful: Bool
    ) {
        let place = place(of: worker, team, isDoubtful: isDoubtful)
        if open[place].items.isEmpty { order.append(place) }
        open[place].items.append(item)
        open[place].uploads.append(upload)
        if open[place].items.count == limit { close(place) }
    }

    /// All calls, in the order in which they are to be sent.
    mutating func finished() -> [Batch] {
        for place in order { close(place) }
        return done
    }

    /// A worker has one team in a plan; what may have been sent and what was not go apart.
    private mutating func place(of worker: WorkerID, _ team: Team, isDoubtful: Bool) -> Int {
        if let former = workerPlaces[worker] {
            if open[former].isDoubtful == isDoubtful { return former }
            close(former)
        }
        let key = Key(team: team, isDoubtful: isDoubtful)
        let place = places[key] ?? open.count
        if place == open.count {
            open.append(Batch(team: team, isDoubtful: isDoubtful))
            places[key] = place
        }
        workerPlaces[worker] = place
        return place
    }

    private mutating func close(_ place: Int) {
        let batch = open[place]
        guard !batch.items.isEmpty else { return }
        order.removeAll { $0 == place }
        done.append(batch)
        open[place] = Batch(team: batch.team, isDoubtful: batch.isDoubtful)
    }
}

/// What decides about the passes of one worker.
struct PlannedWorker {
    let person: UploadMaker.Person
    /// With the company it works for.
    let team: Team
    let hasTeam: Bool
    /// Passes of entries before this one may go; those behind wait for a change.
    let end: LedgerSequence
}
