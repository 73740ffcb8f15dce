import SiteModel

/// Gathers passes into calls: each of one team, none above the limit, and every worker's passes in the order
/// of the ledger, also where the worker's team changed in between.
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
    private(set) var held: [Hold] = []
    /// Never to go up.
    private(set) var dropped: [UploadMaker.Pass] = []
    private var done: [Batch] = []
    private var open: [Key: Batch] = [:]
    /// In the order in which they were opened.
    private var order: [Key] = []
    private var places: [WorkerID: Key] = [:]

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
        let key = Key(team: team, isDoubtful: isDoubtful)
        if let place = places[worker], place != key { close(place) }
        places[worker] = key
        if open[key] == nil {
            open[key] = Batch(team: team, isDoubtful: isDoubtful)
            order.append(key)
        }
        open[key]?.items.append(item)
        open[key]?.uploads.append(upload)
        if open[key]?.items.count == limit { close(key) }
    }

    /// All calls, in the order in which they are to be sent.
    mutating func finished() -> [Batch] {
        for key in order { close(key) }
        return done
    }

    private mutating func close(_ key: Key) {
        guard let batch = open.removeValue(forKey: key) else { return }
        order.removeAll { $0 == key }
        done.append(batch)
    }
}
