public import SiteModel
import Synchronization

/// Tells a card that is held too long from a second pass: the same worker at the same lane in the same
/// direction, less than the window after the last granted swipe.
///
/// - Of the lane and not of the reader: two readers of one lane may see one card, and either may be judged
///   first. Where the direction is not known the readers are kept apart, for they may stand anywhere.
/// - The window is measured from the last *granted* swipe, in uptime; a repeat does not prolong it. Exactly
///   the window later is a swipe of its own.
/// - A grant counts from the decision, before it is on disk; when it cannot be written, `forgetGrant` takes
///   it back.
/// - Bound: 65,536 grants. They leave when their window is over, a few with every new one. 65,536 within one
///   window of 3 s would be 80 full serial lines at once; then the oldest is forgotten, and a repeat of it
///   is recorded as a swipe of its own: more evidence, never less.
public final class RepeatGuard: Sendable {
    public static let maximumGrantCount = 65_536

    public let window: Duration
    private let grants: Mutex<RecentGrants>

    /// - Parameter window: zero lets nothing be a repeat.
    public convenience init(window: Duration) {
        self.init(window: window, maximumGrantCount: Self.maximumGrantCount)
    }

    init(window: Duration, maximumGrantCount: Int) {
        self.window = window
        grants = Mutex(RecentGrants(maximumCount: maximumGrantCount))
    }

    public func isRepeat(
        worker: WorkerID, reader: ReaderName, direction: Direction, at uptime: Uptime
    ) -> Bool {
        let key = GrantKey(worker: worker, reader: reader, direction: direction)
        guard let granted = grants.withLock({ $0.uptime(of: key) }) else { return false }
        return (uptime >= granted ? uptime - granted : granted - uptime) < window
    }

    public func recordGrant(worker: WorkerID, reader: ReaderName, direction: Direction, at uptime: Uptime) {
        let key = GrantKey(worker: worker, reader: reader, direction: direction)
        grants.withLock { $0.record(key, at: uptime, window: window) }
    }

    /// Takes back the grant of exactly this uptime; a later one at the same lane stays.
    public func forgetGrant(worker: WorkerID, reader: ReaderName, direction: Direction, at uptime: Uptime) {
        let key = GrantKey(worker: worker, reader: reader, direction: direction)
        grants.withLock { $0.forget(key, at: uptime) }
    }

    /// Grants held, those whose window is over but which nobody has cleared away among them.
    var heldCount: Int { grants.withLock { $0.queuedCount } }
}

struct GrantKey: Hashable {
    let worker: WorkerID
    let lane: String
    /// Nil where the lane tells enough.
    let reader: String?
    let direction: Direction

    init(worker: WorkerID, reader: ReaderName, direction: Direction) {
        self.worker = worker
        lane = reader.lane
        self.reader = direction == .unknown ? reader.reader : nil
        self.direction = direction
    }

    /// Of the worker alone: nobody is at many readers within one window, and names are slow to hash.
    func hash(into hasher: inout Hasher) { hasher.combine(worker.rawValue) }
}

/// The last grant by key, and a ring of all grants in the order in which they were made, to clear them away.
struct RecentGrants {
    private struct Grant {
        let key: GrantKey
        let uptime: Uptime
    }

    /// Two leave for one that comes, so what is over drains away, and no call does more than that.
    private static let clearedPerRecord = 2

    private var last: [GrantKey: Uptime] = [:]
    /// Doubles while it is full; an empty place is nil, so that it keeps no lane's name alive.
    private var ring: [Grant?] = []
    /// The oldest grant stands here.
    private var start = 0
    private(set) var queuedCount = 0
    private let maximumCount: Int

    init(maximumCount: Int) {
        self.maximumCount = maximumCount
    }

    func uptime(of key: GrantKey) -> Uptime? { last[key] }

    mutating func record(_ key: GrantKey, at uptime: Uptime, window: Duration) {
        for _ in 0..<Self.clearedPerRecord {
            guard let oldest, uptime - oldest.uptime >= window else { break }
            removeOldest()
        }
        if queuedCount == maximumCount { removeOldest() }
        append(Grant(key: key, uptime: uptime))
        last[key] = max(uptime, last[key] ?? uptime)
    }

    mutating func forget(_ key: GrantKey, at uptime: Uptime) {
        guard let place = last.index(forKey: key), last[place].value == uptime else { return }
        last.remove(at: place)
    }

    private var oldest: Grant? { queuedCount == 0 ? nil : ring[start] }

    private mutating func append(_ grant: Grant) {
        if queuedCount == ring.count {
            ring = Array(ring[start...] + ring[..<start])
            ring.append(contentsOf: repeatElement(nil, count: max(16, queuedCount)))
            start = 0
        }
        ring[(start + queuedCount) % ring.count] = grant
        queuedCount += 1
    }

    private mutating func removeOldest() {
        guard let oldest else { return }
        forget(oldest.key, at: oldest.uptime)
        ring[start] = nil
        start = (start + 1) % ring.count
        queuedCount -= 1
    }
}
