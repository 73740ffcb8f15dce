import Glibc
import SiteModel

/// Where groups of drafts wait for the writer's thread, in two lines: what people wait for, and what gives
/// way to it.
///
/// A piece of what gives way is taken when the first line is empty, and alone: nobody who comes meanwhile
/// waits for more than one of them. After `passLimit` commits that went before it, it is taken all the same.
///
/// Unchecked Sendable: everything is guarded by the one mutex; the condition is what the thread sleeps on.
final class LedgerWriterQueue: @unchecked Sendable {
    /// Drafts that may wait: far above 32 lanes with 1,024 swipes each. One more group is refused.
    static let draftLimit = 65_536
    /// Drafts committed together at the most, so that the first of them does not wait for ever.
    static let commitLimit = 8_192
    /// Series that may give way at once: an import has one under way. One more is refused.
    static let seriesLimit = 8
    /// Commits that go before a piece: under full load of all lanes an import takes a seventeenth of them.
    static let passLimit = 16

    struct Group {
        let drafts: [EntryDraft]
        let done: CheckedContinuation<Result<[LedgerEntry], LedgerError>, Never>

        /// What the group counts for in the bound. A roster import of any size counts as one full commit: it
        /// must stay whole, and swipes must not be refused because it waits.
        var weight: Int { min(drafts.count, LedgerWriterQueue.commitLimit) }
    }

    /// Pieces that are committed one after the other, each for itself.
    struct Series {
        var pieces: ArraySlice<[EntryDraft]>
        var written = PiecesWritten()
        let done: CheckedContinuation<PiecesWritten, Never>
    }

    /// Lanes whose swipes were in one commit come back together, the first of them some microseconds before
    /// the others. Without a moment of patience it would get a commit of its own, and the others another.
    struct Company {
        /// Groups of the last commit.
        let groupCount: Int
        let patienceNanoseconds: Int

        /// At most half of what the last commit took, and never so long that anybody at a lane notices.
        private static let longestNanoseconds = 500_000

        /// - Returns: nil after a commit of a single group: it was alone, so the next one is.
        init?(groupCount: Int, commitNanoseconds: Int) {
            guard groupCount > 1 else { return nil }
            self.groupCount = groupCount
            patienceNanoseconds = min(commitNanoseconds / 2, Self.longestNanoseconds)
        }
    }

    enum Work {
        case commit([Group])
        /// A piece of what gives way. Its outcome is told by `settlePiece`.
        case commitPiece([EntryDraft])
        /// Nothing came for a while.
        case idle
        case end
    }

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var groups: [Group] = []
    private var draftCount = 0
    /// None without a piece.
    private var series: [Series] = []
    /// Commits since its first piece waits.
    private var passCount = 0
    private var isClosed = false
    /// Groups that must wait before the thread is woken.
    private var wantedCount = 1

    init() {
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// - Returns: why the group was not taken; nil when it waits.
    func add(_ group: Group) -> LedgerError? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard !isClosed else { return .closed }
        guard draftCount + group.weight <= Self.draftLimit else { return .overloaded }
        groups.append(group)
        draftCount += group.weight
        if groups.count >= wantedCount { pthread_cond_signal(condition) }
        return nil
    }

    /// - Returns: why the pieces were not taken; nil when they wait.
    func add(_ pieces: Series) -> LedgerError? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard !isClosed else { return .closed }
        guard series.count < Self.seriesLimit else { return .overloaded }
        series.append(pieces)
        if wantedCount == 1 { pthread_cond_signal(condition) }
        return nil
    }

    /// What became of the piece that was taken. After a failure the pieces behind it are not tried.
    func settlePiece(_ result: Result<[LedgerEntry], LedgerError>) {
        pthread_mutex_lock(mutex)
        series[0].pieces.removeFirst()
        switch result {
        case .success(let entries): series[0].written.pieces.append(entries)
        case .failure(let error): series[0].written.failure = error
        }
        let isOver = series[0].pieces.isEmpty || series[0].written.failure != nil
        let over = isOver ? series.removeFirst() : nil
        pthread_mutex_unlock(mutex)
        if let over { over.done.resume(returning: over.written) }
    }

    /// Whether somebody waits who gives way to nobody.
    var isAwaited: Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return !groups.isEmpty
    }

    /// In both lines.
    var waitingCount: Int {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return groups.count + series.count
    }

    /// What waits is still written; nothing more is taken.
    func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Blocks the calling thread until there is work, or until `idleMilliseconds` have passed without any;
    /// nil waits for ever.
    ///
    /// - Parameter company: whom the first that comes waits for; nil for nobody.
    func take(idleMilliseconds: Int?, company: Company?) -> Work {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        var deadline = idleMilliseconds.map { Self.monotonicTime(afterNanoseconds: $0 * 1_000_000) }
        while groups.isEmpty, series.isEmpty {
            if isClosed { return .end }
            if deadline == nil {
                pthread_cond_wait(condition, mutex)
            } else if pthread_cond_timedwait(condition, mutex, &deadline!) == ETIMEDOUT {
                return .idle
            }
        }
        if let company { wait(for: company) }
        if let piece = series.first?.pieces.first, groups.isEmpty || passCount >= Self.passLimit {
            passCount = 0
            return .commitPiece(piece)
        }
        passCount = series.isEmpty ? 0 : passCount + 1
        return .commit(takeGroups())
    }

    private func wait(for company: Company) {
        var deadline = Self.monotonicTime(afterNanoseconds: company.patienceNanoseconds)
        wantedCount = company.groupCount
        defer { wantedCount = 1 }
        while groups.count < wantedCount, !isClosed {
            if pthread_cond_timedwait(condition, mutex, &deadline) == ETIMEDOUT { return }
        }
    }

    /// Whole groups up to the commit limit; at least one.
    private func takeGroups() -> [Group] {
        var groupCount = 1
        var commitCount = groups[0].drafts.count
        while groupCount < groups.count, commitCount + groups[groupCount].drafts.count <= Self.commitLimit {
            commitCount += groups[groupCount].drafts.count
            groupCount += 1
        }
        let taken = Array(groups[..<groupCount])
        groups.removeFirst(groupCount)
        draftCount -= taken.reduce(0) { $0 + $1.weight }
        return taken
    }

    private static func monotonicTime(afterNanoseconds delay: Int) -> timespec {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        let nanoseconds = time.tv_nsec + delay % 1_000_000_000
        time.tv_sec += delay / 1_000_000_000 + nanoseconds / 1_000_000_000
        time.tv_nsec = nanoseconds % 1_000_000_000
        return time
    }
}
