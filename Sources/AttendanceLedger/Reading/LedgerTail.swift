public import SiteModel

/// Follows the ledger: every entry of this node after a position, then each new one when it is on disk. Ends
/// with the ledger; a cancelled task ends with `CancellationError`.
///
/// A follower that keeps up is given what the writer has just committed; one that is behind reads the file.
/// It holds one page of entries and asks for the next when it is done, so a slow one costs nobody anything.
public struct LedgerTail: AsyncSequence, Sendable {
    public typealias Element = LedgerEntry

    /// The same, a page at a time: for who does something once for many entries.
    public let pages: LedgerPages

    public struct AsyncIterator: AsyncIteratorProtocol {
        private var pages: LedgerPages.AsyncIterator
        private var page: ArraySlice<LedgerEntry> = []

        init(_ pages: LedgerPages) {
            self.pages = pages.makeAsyncIterator()
        }

        /// - Throws: `LedgerError` when the file cannot be read; `CancellationError`.
        public mutating func next() async throws -> LedgerEntry? {
            if page.isEmpty {
                guard let next = try await pages.next() else { return nil }
                page = next
            }
            return page.popFirst()
        }
    }

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(pages) }
}

/// The pages of a tail: entries that follow each other, at least one in each, whatever were committed
/// together; of those that are read from the file, up to 256.
public struct LedgerPages: AsyncSequence, Sendable {
    public typealias Element = ArraySlice<LedgerEntry>

    let position: LedgerSequence
    let signal: LedgerSignal
    let reader: LedgerReader

    public struct AsyncIterator: AsyncIteratorProtocol {
        /// Entries read at once: some 0.3 ms of reading.
        private static let pageCount = 256

        private var position: LedgerSequence
        private let signal: LedgerSignal
        private let reader: LedgerReader

        init(_ pages: LedgerPages) {
            position = pages.position
            signal = pages.signal
            reader = pages.reader
        }

        /// - Throws: `LedgerError` when the file cannot be read; `CancellationError`.
        public mutating func next() async throws -> ArraySlice<LedgerEntry>? {
            let next = await signal.next(after: position)
            try Task.checkCancellation()
            let page: ArraySlice<LedgerEntry>
            switch next {
            case .entries(let entries): page = entries
            case .onDisk: page = try reader.entries(after: position, limit: Self.pageCount)[...]
            case .end: return nil
            }
            guard let last = page.last, page.first?.sequence == position.next else {
                throw LedgerError.chainBroken(sequence: position.next)
            }
            position = last.sequence
            return page
        }
    }

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }
}
