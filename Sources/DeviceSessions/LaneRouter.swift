import SiteModel
import Synchronization

/// Leads an order to open from the lane's readers to the lane's barrier, which may sit on another port.
final class LaneRouter: Sendable {
    private struct Target {
        let barrier: WantedDevice
        let row: Int
    }

    /// Filled once, before the first session runs.
    private let targets = Mutex<[String: Target]>([:])
    /// Lanes whose fire input rings, as far as it was heard.
    private let ringing: Mutex<Set<String>>
    private let released: Atomic<Bool>

    /// - Parameter releasedBy: see `DeviceSupervisor`.
    init(releasedBy lane: String? = nil) {
        ringing = Mutex(lane.map { [$0] } ?? [])
        released = Atomic(lane != nil)
    }

    func connect(_ lane: String, to barrier: WantedDevice, row: Int) {
        targets.withLock { $0[lane] = Target(barrier: barrier, row: row) }
    }

    /// The sessions are over: lets go of the barriers, which hold the router in turn.
    func disconnect() {
        targets.withLock { $0 = [:] }
    }

    /// All lanes stand open for everybody.
    var isReleased: Bool { released.load(ordering: .acquiring) }

    /// The fire input of a lane rings, or no longer: the site is released until none does. Sessions of
    /// barriers follow at their next turn, which begins at once.
    ///
    /// - Returns: whether the site is released now or no longer; nil when nothing changed.
    func takeFire(_ isActive: Bool, of lane: String) -> Bool? {
        let change: Bool? = ringing.withLock { ringing in
            let before = !ringing.isEmpty
            if isActive { ringing.insert(lane) } else { ringing.remove(lane) }
            guard before == ringing.isEmpty else { return nil }
            released.store(!before, ordering: .releasing)
            return !before
        }
        guard change != nil else { return nil }
        for target in targets.withLock({ Array($0.values) }) { target.barrier.look() }
        return change
    }

    /// Whether the lane has a barrier.
    func leads(to lane: String) -> Bool { targets.withLock { $0[lane] != nil } }

    /// Nil when the order is on its way or the lane has no barrier; else the order, to be reported as failed.
    ///
    /// - Parameters:
    ///   - swipedAt: `OpenRequest.swipedAt`.
    ///   - answer: `OpenRequest.answer`; not called of an order that is given back.
    func open(
        _ lane: String, _ direction: Direction, at uptime: Uptime, swipedAt: Uptime,
        answer: (@Sendable (Bool) -> Void)? = nil
    ) -> OpenRequest? {
        guard let target = targets.withLock({ $0[lane] }) else {
            answer?(false)
            return nil
        }
        let request = OpenRequest(
            lane: lane, direction: direction, at: uptime, swipedAt: swipedAt, answer: answer)
        return target.barrier.requestOpen(request) ? nil : request
    }

    /// Counts an opening that could not be told to the barrier, and says so.
    func reportFailure(_ request: OpenRequest, _ context: SessionContext) async {
        guard let target = targets.withLock({ $0[request.lane] }) else { return }
        context.board.update(target.row) { $0.failedPulses += 1 }
        await context.events(
            .openingFailed(
                .barrier, lane: request.lane, direction: request.direction, swipedAt: request.swipedAt))
    }
}
