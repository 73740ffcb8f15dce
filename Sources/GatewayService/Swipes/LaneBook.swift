import AccessControl
import SiteModel
import Synchronization

/// Who has been granted a way through each lane and has not been heard of since: what a barrier's word is
/// about, and whether a lane has room for one more.
///
/// - Lanes whose barrier tells who passed hold two: the one in the lane and the one who waits. Of other lanes
///   the last grants are kept, for an opening that fails.
/// - Every grant of a lane that tells is spoken of once: by its barrier, or, when that says nothing for a
///   minute and a half (longer than any barrier is waited for), by `collect`: nobody knows.
/// - A word that comes before the record is on disk waits for its number.
/// - While all lanes stand open for a fire no barrier tells, and no lane is full.
/// - Bound: 16 grants a lane, of which a lane that tells has two but for those who leave; 1,024 words that
///   wait.
final class LaneBook: Sendable {
    /// Who is let through.
    struct Guest: Sendable {
        let reader: ReaderName
        let direction: Direction
        /// Names the grant to the barrier and back (`OpenRequest.swipedAt`).
        let swipedAt: Uptime
        let worker: IndexedWorker?
        var badge: LedgerSequence?
        var isManual = false
        /// False for somebody of whom no attendance is written.
        var isRecorded = true
    }

    struct Place: Sendable, Hashable {
        let number: Int
        /// The lane's barrier tells what becomes of it.
        let tells: Bool
    }

    /// What is known of a grant.
    struct Word: Sendable {
        let passage: Passage
        /// Nil when nobody known was waited for.
        let guest: Guest?
        let tells: Bool
        /// The lane was not opened.
        let isFailure: Bool
        let lane: String
        /// 0: none.
        let attendance: LedgerSequence
    }

    fileprivate struct Grant {
        let guest: Guest
        let place: Place
        let at: Uptime
        /// Nil until it is on disk.
        var attendance: LedgerSequence?
        /// Said before it was on disk.
        var passage: Passage?
        var isFailure = false
    }

    fileprivate struct State {
        /// The oldest first.
        var grants: [String: [Grant]] = [:]
        /// Spoken of, and still to be told.
        var spoken: [Grant] = []
        var lastNumber = 0
        var isReleased = false
    }

    static let capacity = 2
    private static let rememberedCount = 16
    fileprivate static let spokenLimit = 1_024
    fileprivate static let patience = Duration.seconds(90)

    private let telling: Set<String>
    private let state = Mutex(State())

    /// - Parameter telling: lanes whose barrier tells who passed.
    init(telling: Set<String>) {
        self.telling = telling
    }

    /// All lanes stand open, or no longer.
    func release(_ isReleased: Bool) { state.withLock { $0.isReleased = isReleased } }

    /// Takes a place in the lane.
    ///
    /// - Returns: for `wrote` or `withdraw`; nil when the lane is full.
    func take(_ guest: Guest, at uptime: Uptime, evenIfFull: Bool) -> Place? {
        state.withLock { state in
            let lane = guest.reader.lane
            state.giveUpOld(of: lane, at: uptime)
            let tells = telling.contains(lane) && !state.isReleased
            guard !tells || evenIfFull || state.waitingCount(lane) < Self.capacity else { return nil }
            state.giveUp(lane, downTo: Self.rememberedCount - 1)
            state.lastNumber += 1
            let place = Place(number: state.lastNumber, tells: tells)
            state.grants[lane, default: []].append(Grant(guest: guest, place: place, at: uptime))
            return place
        }
    }

    /// The record of the grant is on disk; 0 for one that waits in the reserve.
    func wrote(_ attendance: LedgerSequence, _ place: Place, of lane: String) {
        state.withLock { state in
            if let index = state.grants[lane]?.lastIndex(where: { $0.place == place }) {
                state.grants[lane]?[index].attendance = attendance
            } else if let index = state.spoken.firstIndex(where: { $0.place == place }) {
                state.spoken[index].attendance = attendance
            }
        }
    }

    /// Nobody is let through after all.
    func withdraw(_ place: Place, of lane: String) {
        state.withLock { state in
            state.grants[lane]?.removeAll { $0.place == place }
            state.spoken.removeAll { $0.place == place }
        }
    }

    /// The barrier spoke of somebody, or the lane was not opened.
    ///
    /// - Parameters:
    ///   - swipedAt: of whom; nil: of the one who was let through first, or, where no barrier tells, last.
    ///   - isFailure: the lane was not opened. A person who lets somebody through by hand opens it by hand:
    ///     then nobody knows.
    /// - Returns: nil when the record is not on disk yet (`collect` gives it later) and for a failure that
    ///   was told before.
    func spoke(
        of lane: String, _ passage: Passage, swipedAt: Uptime?, isFailure: Bool = false
    ) -> Word? {
        state.withLock { state in
            let grants = state.grants[lane, default: []]
            let index =
                if let swipedAt {
                    // Cards of one read share it: the lane takes the first of them and refuses the last.
                    isFailure
                        ? grants.lastIndex { $0.guest.swipedAt == swipedAt }
                        : grants.firstIndex { $0.guest.swipedAt == swipedAt }
                } else {
                    telling.contains(lane) ? grants.indices.first : grants.indices.last
                }
            guard let index else {
                guard !isFailure else { return nil }
                return Word(
                    passage: passage, guest: nil, tells: false, isFailure: false, lane: lane,
                    attendance: LedgerSequence(0))
            }
            var grant = grants[index]
            state.grants[lane]?.remove(at: index)
            grant.passage = isFailure && grant.guest.isManual ? .unknown : passage
            grant.isFailure = isFailure
            if let word = grant.word { return word }
            state.keep(grant, atMost: Self.spokenLimit)
            return nil
        }
    }

    /// Words that waited for the number of their record, and `unknown` for those whose time is over.
    func collect(at uptime: Uptime) -> [Word] {
        state.withLock { state in
            for lane in state.grants.keys { state.giveUpOld(of: lane, at: uptime) }
            let words = state.spoken.compactMap(\.word)
            state.spoken.removeAll { $0.word != nil }
            return words
        }
    }

    /// Nobody will speak any more.
    func drain() -> [Word] {
        state.withLock { state in
            for lane in state.grants.keys { state.giveUp(lane, downTo: 0) }
            defer { state.spoken = [] }
            return state.spoken.compactMap(\.word)
        }
    }
}

extension LaneBook.State {
    fileprivate func waitingCount(_ lane: String) -> Int { grants[lane]?.count(where: \.place.tells) ?? 0 }

    fileprivate mutating func giveUpOld(of lane: String, at uptime: Uptime) {
        while let at = grants[lane]?.first?.at, uptime - at >= LaneBook.patience { giveUpOldest(of: lane) }
    }

    fileprivate mutating func giveUp(_ lane: String, downTo count: Int) {
        while let held = grants[lane]?.count, held > count { giveUpOldest(of: lane) }
    }

    /// Of a lane that tells: nobody knows. Of others nothing is to be said.
    private mutating func giveUpOldest(of lane: String) {
        guard var grant = grants[lane]?.removeFirst(), grant.place.tells else { return }
        grant.passage = .unknown
        keep(grant, atMost: LaneBook.spokenLimit)
    }

    fileprivate mutating func keep(_ grant: LaneBook.Grant, atMost limit: Int) {
        if spoken.count >= limit { spoken.removeFirst() }
        spoken.append(grant)
    }
}

extension LaneBook.Grant {
    /// What is to be told; nil before it was spoken of or while its record is being written.
    fileprivate var word: LaneBook.Word? {
        guard let passage, attendance != nil || !guest.isRecorded else { return nil }
        return LaneBook.Word(
            passage: passage, guest: guest, tells: place.tells, isFailure: isFailure,
            lane: guest.reader.lane,
            attendance: attendance ?? LedgerSequence(0))
    }
}
