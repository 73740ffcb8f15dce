import DeviceIO
import SiteModel
import Synchronization

/// What a session has handed over and not yet heard of: each call of a handler is a child task, which comes
/// back with what to do.
struct Handovers {
    enum Return: Sendable {
        /// What to show for these reads.
        case answered([LaneSignal], [DeviceSession.Read])
        /// The events were taken.
        case told
    }

    let limit: Int
    /// Children that have not been taken back.
    fileprivate(set) var underWayCount = 0
    fileprivate var isTelling = false
    /// Children that are done. They say so before they nudge the session.
    fileprivate let done = DoneCount()

    init(limit: Int) {
        self.limit = limit
    }
}

/// Unlike an `Atomic` it can be held by a value.
private final class DoneCount: Sendable {
    private let count = Atomic(0)

    func add() { count.add(1, ordering: .releasing) }

    /// One of those that are done, if there is any. Called by the session alone.
    func takeOne() -> Bool {
        guard count.load(ordering: .acquiring) > 0 else { return false }
        count.subtract(1, ordering: .relaxed)
        return true
    }
}

extension DeviceSession {
    /// Hands all swipes over, then the events. Waits only when too much is under way.
    ///
    /// The children run where the session runs and begin in order, so the swipes of a line are judged in the
    /// order of their reads. Two calls that wait for the disk may stand in the ledger the other way round:
    /// each entry has the time of its own read.
    mutating func deliver(_ group: inout TaskGroup<Handovers.Return>) async {
        while !reads.isEmpty {
            let batch = Array(reads.prefix(Self.swipeLimit))
            reads.removeFirst(batch.count)
            start(&group) { context in .answered(await context.swipes(batch.map(\.swipe)), batch) }
            await takeReturns(&group)
            while handovers.underWayCount >= handovers.limit { await waitForOne(&group) }
        }
        tellEvents(&group)
        while handovers.underWayCount >= handovers.limit { await waitForOne(&group) }
    }

    /// Carries out what has come back meanwhile; never waits for more.
    mutating func takeReturns(_ group: inout TaskGroup<Handovers.Return>) async {
        while handovers.done.takeOne() { await takeNext(&group) }
    }

    mutating func waitForAll(_ group: inout TaskGroup<Handovers.Return>) async {
        while handovers.underWayCount > 0 { await waitForOne(&group) }
    }

    /// One child tells all events of now, so that they are told in order; what happens meanwhile is told by
    /// the next.
    private mutating func tellEvents(_ group: inout TaskGroup<Handovers.Return>) {
        guard !events.isEmpty, !handovers.isTelling else { return }
        let told = events
        events = []
        handovers.isTelling = true
        start(&group) { context in
            for event in told { await context.events(event) }
            return .told
        }
    }

    private mutating func start(
        _ group: inout TaskGroup<Handovers.Return>,
        _ work: @escaping @Sendable (SessionContext) async -> Handovers.Return
    ) {
        handovers.underWayCount += 1
        group.addTask(executorPreference: context.thread) { [context, port, done = handovers.done] in
            let result = await work(context)
            done.add()
            port.nudge()
            return result
        }
    }

    private mutating func waitForOne(_ group: inout TaskGroup<Handovers.Return>) async {
        await takeNext(&group)
        _ = handovers.done.takeOne()
    }

    private mutating func takeNext(_ group: inout TaskGroup<Handovers.Return>) async {
        guard let result = await group.next() else { return }
        handovers.underWayCount -= 1
        switch result {
        case .answered(let signals, let batch):
            precondition(signals.count == batch.count, "the handler gives one signal for each swipe")
            await carryOut(signals, of: batch)
            noteReads(batch)
        case .told:
            handovers.isTelling = false
            tellEvents(&group)
        }
    }
}
