extension LedgerTail {
    /// Returns when the ledger holds entries beyond the position of this tail.
    ///
    /// - Returns: false when the ledger was closed or the task is cancelled.
    public func hasNews() async -> Bool {
        switch await pages.signal.next(after: pages.position) {
        case .entries, .onDisk: true
        case .end: false
        }
    }
}
