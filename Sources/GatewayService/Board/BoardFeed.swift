import AttendanceLedger
import LocalWeb
import SiteModel
import Synchronization

/// Follows the ledger for the board: the newest swipes and today's counts. Names are looked up when they are
/// shown.
final class BoardFeed: Sendable {
    private struct State {
        /// Newest last, at most `BoardSnapshot.shownSwipeCount`.
        var recent: [RecentSwipe] = []
        /// In the order in which their first swipe came, at most `dayLimit`.
        var days: [DayCounts] = []
        var position = LedgerSequence(0)
    }

    /// Swipes of one day in site time.
    private struct DayCounts {
        let day: CivilDate
        var granted = 0
        var refused = 0
    }

    /// Around midnight a swipe of yesterday may be written after one of today.
    private static let dayLimit = 2

    private struct RecentSwipe {
        let sequence: LedgerSequence
        let occurredAt: UTCInstant
        let worker: WorkerID?
        let record: AttendanceRecord
    }

    /// An element after entries were taken in; the newest alone waits. For one follower: the board.
    let changes: AsyncStream<Void>
    private let change: AsyncStream<Void>.Continuation
    private let state = Mutex(State())
    private let reader: LedgerReader
    private let offsetMilliseconds: Int64

    init(reader: LedgerReader, offsetMilliseconds: Int64) {
        (changes, change) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.reader = reader
        self.offsetMilliseconds = offsetMilliseconds
    }

    /// Stands at this position, whatever came before it: the board follows the ledger from here.
    func begin(at position: LedgerSequence) {
        state.withLock { $0.position = position }
    }

    /// Takes one entry in.
    func follow(_ entry: LedgerEntry) throws(CanonicalDecodingError) {
        let record = entry.kind == .attendance ? try AttendanceRecord(encoded: entry.body) : nil
        state.withLock { state in
            state.position = max(state.position, entry.sequence)
            guard let record else { return }
            let day = entry.occurredAt.day(offsetMilliseconds: offsetMilliseconds)
            // A late record of a day that is not shown any more takes no other day's place.
            if !record.isLate || state.days.isEmpty || state.days.contains(where: { $0.day == day }) {
                Self.count(isGranted: record.reason == nil, on: day, in: &state.days)
            }
            let swipe = RecentSwipe(
                sequence: entry.sequence, occurredAt: entry.occurredAt, worker: entry.subject, record: record)
            state.recent.insert(swipe, at: Self.place(of: swipe, among: state.recent))
            if state.recent.count > BoardSnapshot.shownSwipeCount { state.recent.removeFirst() }
        }
        change.yield()
    }

    /// The end; of a late record: before what happened after it, so that it is nobody's newest swipe.
    private static func place(of swipe: RecentSwipe, among recent: [RecentSwipe]) -> Int {
        guard swipe.record.isLate else { return recent.endIndex }
        let earlier = recent.lastIndex { $0.occurredAt <= swipe.occurredAt }
        return earlier.map { $0 + 1 } ?? recent.startIndex
    }

    private static func count(isGranted: Bool, on day: CivilDate, in days: inout [DayCounts]) {
        let index = days.firstIndex { $0.day == day } ?? days.endIndex
        if index == days.endIndex { days.append(DayCounts(day: day)) }
        if isGranted { days[index].granted += 1 } else { days[index].refused += 1 }
        if days.count > dayLimit { days.removeFirst() }
    }

    var position: LedgerSequence { state.withLock { $0.position } }

    /// Granted and refused swipes of `day`.
    func counts(on day: CivilDate) -> (granted: Int, refused: Int) {
        state.withLock { state in
            state.days.first { $0.day == day }.map { ($0.granted, $0.refused) } ?? (0, 0)
        }
    }

    /// Newest first.
    func swipes() throws(LedgerError) -> [BoardSwipe] {
        let recent = state.withLock { $0.recent }
        var swipes: [BoardSwipe] = []
        for swipe in recent.reversed() { swipes.append(try show(swipe)) }
        return swipes
    }

    private func show(_ swipe: RecentSwipe) throws(LedgerError) -> BoardSwipe {
        let record = swipe.record
        return BoardSwipe(
            sequence: swipe.sequence, occurredAt: swipe.occurredAt, person: try person(of: swipe),
            lane: record.reader.lane, direction: record.direction, reason: record.reason,
            isOpened: record.isOpened, isTimeUncertain: record.isTimeUncertain)
    }

    private func person(of swipe: RecentSwipe) throws(LedgerError) -> BoardPerson {
        guard let id = swipe.worker, let change = try reader.newestChange(of: id) else {
            return .stranger(maskedCredential: swipe.record.maskedCredential ?? "")
        }
        return .worker(name: change.worker.name, team: change.worker.team.name)
    }
}
