public import AttendanceLedger
public import SiteModel
import Synchronization

/// Roster, changes, corrections, site and search as they stand now, for pages and changes: follows the ledger
/// entry by entry and always equals one that is folded anew.
///
/// Personal data in memory. 100,000 workers take some 60 MB; the fold at start runs beside the lanes.
public final class PeopleBook: Sendable {
    /// Everything at one position of the ledger. Copies share their storage until one of them changes.
    public struct Content: Sendable {
        public internal(set) var roster = Roster()
        public internal(set) var changes = ChangeBook()
        public internal(set) var corrections = CorrectionBook()
        public internal(set) var site = SiteBook()
        /// Up to here every entry was taken in; 0 before the first.
        public internal(set) var position = LedgerSequence(0)

        public init() {}

        /// Takes in an opened entry; others than of people are passed over.
        ///
        /// - Throws: `PersonnelError.damagedEntry`.
        public mutating func apply(_ entry: LedgerEntry) throws(PersonnelError) {
            try roster.apply(entry)
            try changes.apply(entry)
            try corrections.apply(entry)
            try site.apply(entry)
        }

        /// The content of a ledger. Blocks while it reads.
        public static func folded(from reader: LedgerReader) throws(PersonnelError) -> Content {
            try folded(from: reader, beside: WorkerSearch()) { false }
        }

        /// - Throws: `PersonnelError.stopped` once `isGivenUp`.
        static func folded(
            from reader: LedgerReader, beside search: WorkerSearch, _ isGivenUp: () -> Bool
        ) throws(PersonnelError) -> Content {
            var content = Content()
            let head: LedgerEntry?
            do throws(LedgerError) { head = try reader.head() } catch { throw .ledger(error) }
            try reader.fold(.people) { entry throws(PersonnelError) in
                guard !isGivenUp() else { throw .stopped }
                // What came meanwhile is followed afterwards.
                if let head, entry.origin == head.origin, entry.sequence > head.sequence { return }
                try content.apply(entry)
                try search.apply(entry)
            }
            content.position = head?.sequence ?? LedgerSequence(0)
            return content
        }
    }

    fileprivate struct State {
        var content = Content()
        var search = WorkerSearch()
        var isFolded = false
        var waiting: [(position: LedgerSequence, done: CheckedContinuation<Bool, Never>)] = []
    }

    private let reader: LedgerReader
    private let state = Mutex(State())
    private let isGivenUp = Atomic(false)

    public init(reader: LedgerReader) {
        self.reader = reader
    }

    /// Folds what is there; blocks, so it belongs on a thread of its own.
    ///
    /// - Throws: `PersonnelError.stopped` after `giveUp`.
    public func fold() throws(PersonnelError) {
        let search = WorkerSearch()
        let content = try Content.folded(from: reader, beside: search) {
            isGivenUp.load(ordering: .relaxed)
        }
        let done = state.withLock { state in
            state.content = content
            state.search = search
            state.isFolded = true
            return state.takeReached()
        }
        for continuation in done { continuation.resume(returning: true) }
    }

    /// The service stops: a fold that is under way ends at its next entry. The book is of no use afterwards.
    public func giveUp() { isGivenUp.store(true, ordering: .relaxed) }

    /// The ledger cannot be followed: who waits is told so, and the next fold begins anew.
    public func fail() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            state.isFolded = false
            return state.waiting
        }
        for waiter in waiting { waiter.done.resume(returning: false) }
    }

    /// Whether the ledger was folded; before, `content` waits.
    public var isFolded: Bool { state.withLock { $0.isFolded } }

    /// Where to follow the ledger from.
    public var position: LedgerSequence { state.withLock { $0.content.position } }

    /// Takes in the next page of the ledger's tail. Whoever waits for an entry of it is answered at its end.
    ///
    /// - Throws: `PersonnelError`; then the book is to be folded anew (`fail`).
    public func follow(_ page: ArraySlice<LedgerEntry>) throws(PersonnelError) {
        guard let last = page.last else { return }
        for entry in page where entry.kind.isOfPeople {
            if let opened = try open(entry) { try take(opened) }
        }
        let done = state.withLock { state in
            state.content.position = max(state.content.position, last.sequence)
            return state.takeReached()
        }
        for continuation in done { continuation.resume(returning: true) }
    }

    /// One at a time: a page that is being shown waits for one entry, not for all.
    private func take(_ entry: LedgerEntry) throws(PersonnelError) {
        let result: Result<Void, PersonnelError> = state.withLock { state in
            Result { () throws(PersonnelError) in
                guard entry.sequence > state.content.position else { return }
                try state.content.apply(entry)
                try state.search.apply(entry)
                state.content.position = entry.sequence
            }
        }
        try result.get()
    }

    /// The content, once every entry up to `position` is in it; nil when the ledger cannot be followed.
    public func content(upTo position: LedgerSequence = LedgerSequence(0)) async -> Content? {
        let isReached = await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.isFolded, state.content.position >= position { return true }
                state.waiting.append((position, continuation))
                return false
            }
            if isThere { continuation.resume(returning: true) }
        }
        return isReached ? state.withLock { $0.content } : nil
    }

    /// The content as of now; while the ledger cannot be followed, as it last was: health says so.
    public func latest() async -> Content {
        if let content = await content() { return content }
        return state.withLock { $0.content }
    }

    /// Finds workers as somebody types; nil before the ledger was folded.
    public var search: WorkerSearch? { state.withLock { $0.isFolded ? $0.search : nil } }

    private func open(_ entry: LedgerEntry) throws(PersonnelError) -> LedgerEntry? {
        do throws(LedgerError) {
            return try reader.opened(entry)
        } catch {
            throw .ledger(error)
        }
    }
}

extension PeopleBook.State {
    fileprivate mutating func takeReached() -> [CheckedContinuation<Bool, Never>] {
        guard isFolded else { return [] }
        let reached = waiting.filter { $0.position <= content.position }
        waiting.removeAll { $0.position <= content.position }
        return reached.map(\.done)
    }
}
