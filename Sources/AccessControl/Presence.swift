public import SiteModel
import Synchronization

/// What presence says of a worker today.
public enum Whereabouts: Sendable, Hashable {
    case inside
    case outside
    /// No pass with a direction since the last reset.
    case unknown
}

/// Who is on site: follows the passes of one site day that count (`AttendanceRecord.count`).
///
/// - Counts, also those by team, are kept as people pass; asking costs no walk.
/// - Bound: one row for each worker of the index; strangers are never granted, so never here.
/// - Every call is O(1), but for `workersInside`: it hands out the list itself, and the next pass copies it
///   (8 bytes a person).
public final class Presence: Sendable {
    private let day = Mutex(PresenceDay())

    public init() {}

    /// A pass: entering, they are inside; leaving, outside; an unknown direction tells nothing.
    ///
    /// - Parameter attendance: its entry, by which it can be taken back; nil for one without a number.
    public func follow(
        worker: WorkerID, team: TeamNumber, direction: Direction, by attendance: LedgerSequence? = nil
    ) {
        guard direction != .unknown else { return }
        day.withLock { $0.put(worker, team: team, isInside: direction == .entering, by: attendance) }
    }

    /// Nobody passed after all. What the worker did since stays.
    public func takeBack(worker: WorkerID, by attendance: LedgerSequence) {
        day.withLock { $0.takeBack(worker, by: attendance) }
    }

    /// The worker changed team: if they are inside, they now count there.
    public func move(worker: WorkerID, to team: TeamNumber) {
        day.withLock { $0.move(worker, to: team) }
    }

    /// A site day begins: nothing is known of anybody.
    public func reset() {
        day.withLock { $0 = PresenceDay() }
    }

    public func whereabouts(of worker: WorkerID) -> Whereabouts {
        day.withLock { $0.whereabouts(of: worker) }
    }

    /// How many are inside.
    public var insideCount: Int { day.withLock { $0.inside.count } }

    public func insideCount(of team: TeamNumber) -> Int {
        day.withLock { $0.countsByTeam[team] ?? 0 }
    }

    /// Teams that have somebody inside, and how many.
    public var insideCountsByTeam: [TeamNumber: Int] { day.withLock { $0.countsByTeam } }

    /// In no particular order.
    public var workersInside: [WorkerID] { day.withLock { $0.inside } }
}

/// The state of one site day.
struct PresenceDay {
    private struct Place {
        var team: TeamNumber
        /// Where the worker stands in `inside`; nil when outside.
        var position: Int?
        /// The pass that put them there, and where they were before.
        var attendance: LedgerSequence?
        var before = Whereabouts.unknown

        var whereabouts: Whereabouts { position == nil ? .outside : .inside }
    }

    /// Without gaps, so that it can be handed out as it is.
    private(set) var inside: [WorkerID] = []
    /// No entry is zero.
    private(set) var countsByTeam: [TeamNumber: Int] = [:]
    private var places: [WorkerID: Place] = [:]

    func whereabouts(of worker: WorkerID) -> Whereabouts {
        places[worker]?.whereabouts ?? .unknown
    }

    mutating func put(
        _ worker: WorkerID, team: TeamNumber, isInside: Bool, by attendance: LedgerSequence? = nil
    ) {
        let former = places[worker]
        var place = Place(
            team: team, position: former?.position, attendance: attendance,
            before: former?.whereabouts ?? .unknown)
        if let former, let position = former.position {
            if !isInside {
                remove(at: position)
                place.position = nil
            }
            count(former.team, -1)
        } else if isInside {
            place.position = inside.count
            inside.append(worker)
        }
        if isInside { count(team, 1) }
        places[worker] = place
    }

    mutating func takeBack(_ worker: WorkerID, by attendance: LedgerSequence) {
        guard let place = places[worker], place.attendance == attendance else { return }
        put(worker, team: place.team, isInside: place.before == .inside)
        if place.before == .unknown { places[worker] = nil }
    }

    mutating func move(_ worker: WorkerID, to team: TeamNumber) {
        guard let place = places[worker], place.team != team else { return }
        places[worker]?.team = team
        guard place.position != nil else { return }
        count(place.team, -1)
        count(team, 1)
    }

    /// The last of the list takes the place that becomes free.
    private mutating func remove(at position: Int) {
        let last = inside.removeLast()
        guard position < inside.count else { return }
        inside[position] = last
        places[last]?.position = position
    }

    private mutating func count(_ team: TeamNumber, _ change: Int) {
        let count = countsByTeam[team, default: 0] + change
        countsByTeam[team] = count == 0 ? nil : count
    }
}
