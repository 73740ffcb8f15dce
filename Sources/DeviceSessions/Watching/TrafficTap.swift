public import SiteModel
import Synchronization

/// What happened on the lines of late, while somebody watches; closed it costs the sessions one look.
///
/// Bound: the last 2,000 notes; a watcher that is too slow sees a jump in their numbers. Nobody has to close
/// it: ten seconds after the last look it closes by itself and forgets.
public final class TrafficTap: Sendable {
    private static let limit = 2_000
    private static let patience = Duration.seconds(10)

    private struct State {
        var notes: [TrafficNote] = []
        /// Number of the first of `notes`; numbers go on over a closing.
        var first = 0
        var openUntil = Uptime(nanoseconds: 0)
    }

    private let state = Mutex(State())
    private let opened = Atomic(false)

    public init() {}

    var isOpen: Bool { opened.load(ordering: .relaxed) }

    /// Opens the tap, and gives what came since.
    ///
    /// - Parameter number: the first note wanted; nil for those that come from now on.
    /// - Returns: the notes there are, and the number to ask for next.
    public func notes(from number: Int?, at uptime: Uptime) -> (notes: [TrafficNote], next: Int) {
        opened.store(true, ordering: .relaxed)
        return state.withLock { state in
            state.openUntil = uptime + Self.patience
            let next = state.first + state.notes.count
            guard let number, number < next else { return ([], next) }
            return (Array(state.notes.dropFirst(max(0, number - state.first))), next)
        }
    }

    func add(_ notes: [TrafficNote], at uptime: Uptime) {
        state.withLock { state in
            guard uptime <= state.openUntil else {
                opened.store(false, ordering: .relaxed)
                state.first += state.notes.count
                state.notes = []
                return
            }
            state.notes += notes
            let excess = state.notes.count - Self.limit
            guard excess > 0 else { return }
            state.notes.removeFirst(excess)
            state.first += excess
        }
    }
}
