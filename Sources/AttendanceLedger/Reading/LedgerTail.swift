public import SiteModel

/// Follows the ledger: every entry of this node after a position, then each new one when it is on disk. Ends
/// with the ledger; a cancelled task ends with `CancellationError`.
///
/// A follower holds one page of entries and reads the next when it asks for it, so a slow one costs nobody
/// anything.
public struct LedgerTail: AsyncSequence, Sendable {
    public typealias Element = LedgerEntry

    let position: LedgerSequence
    let signal: LedgerSignal
    let reader: LedgerReader

    public struct AsyncIterator: AsyncIteratorProtocol {
        /// Entries read at once: some 0.3 ms of reading.
        private static let pageCount = 256

        private var position: LedgerSequence
        private let signal: LedgerSignal
        private let reader: LedgerReader
        /// Newest first, so that taking one is cheap.
        private var page: [LedgerEntry] = []

        init(_ tail: LedgerTail) {
            position = tail.position
            signal = tail.signal
            reader = tail.reader
        }

        /// - Throws: `LedgerError` when the file cannot be read; `CancellationError`.
        public mutating func next() async throws -> LedgerEntry? {
            if page.isEmpty {
                let hasMore = await signal.wait(beyond: position)
                try Task.checkCancellation()
                guard hasMore else { return nil }
                page = try reader.entries(after: position, limit: Self.pageCount).reversed()
            }
            guard let entry = page.popLast() else { throw LedgerError.chainBroken(sequence: position.next) }
            position = entry.sequence
            return entry
        }
    }

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }
}
