import SiteModel
import Synchronization

/// Who has been granted a way through each lane and has not been heard of since: what a barrier's word is
/// about, and whether a lane has room for one more.
///
/// - Lanes whose barrier tells who passed hold two: the one in the lane and the one who waits. Of other lanes
///   only the last grant is kept, for an opening that fails.
/// - Order: a barrier lets people through in the order of their orders, which is that of the records of one
///   reader. Two readers of one lane whose swipes are written together may be told apart the wrong way round.
/// - Bound: two grants a lane that tells, one for any other. A word that never comes is given up after a
///   minute and a half: longer than any barrier is waited for.
final class LaneBook: Sendable {
    private struct Grant {
        let number: Int
        /// Nil until it is on disk.
        var attendance: LedgerSequence?
        let at: Uptime
    }

    private struct State {
        var grants: [String: [Grant]] = [:]
        var lastNumber = 0
    }

    static let capacity = 2
    private static let patience = Duration.seconds(90)

    private let telling: Set<String>
    private let state = Mutex(State())

    /// - Parameter telling: lanes whose barrier tells who passed.
    init(telling: Set<String>) {
        self.telling = telling
    }

    /// Takes a place in the lane.
    ///
    /// - Returns: the grant's number, for `wrote` or `withdraw`; nil when the lane is full.
    func take(_ lane: String, at uptime: Uptime, evenIfFull: Bool) -> Int? {
        state.withLock { state in
            var grants = (state.grants[lane] ?? []).filter { uptime - $0.at < Self.patience }
            if telling.contains(lane) {
                guard grants.count < Self.capacity || evenIfFull else {
                    state.grants[lane] = grants
                    return nil
                }
                if grants.count > Self.capacity { grants.removeFirst() }
            } else {
                grants = []
            }
            state.lastNumber += 1
            grants.append(Grant(number: state.lastNumber, attendance: nil, at: uptime))
            state.grants[lane] = grants
            return state.lastNumber
        }
    }

    /// The record of the grant is on disk.
    func wrote(_ attendance: LedgerSequence, _ number: Int, of lane: String) {
        state.withLock { state in
            guard let index = state.grants[lane]?.firstIndex(where: { $0.number == number }) else { return }
            state.grants[lane]?[index].attendance = attendance
        }
    }

    /// Nobody is let through after all.
    func withdraw(_ number: Int, of lane: String) {
        state.withLock { $0.grants[lane]?.removeAll { $0.number == number } }
    }

    /// The barrier spoke of the one who was let through first.
    ///
    /// - Returns: the attendance entry; 0 when there is none, as of a visitor.
    func spokeOf(_ lane: String) -> LedgerSequence {
        state.withLock { state in
            guard let grant = state.grants[lane]?.first else { return LedgerSequence(0) }
            state.grants[lane]?.removeFirst()
            return grant.attendance ?? LedgerSequence(0)
        }
    }
}
