public import SiteModel

extension LedgerReader {
    /// Bytes of lines handed over at once.
    private static let exportByteCount = 65_536

    /// Prints entries in order as JSON Lines: one object a line, LF at its end; this node's after a position,
    /// then those of other origins.
    ///
    /// - Parameters:
    ///   - isRevealed: with names and numbers: personal data.
    ///   - write: takes some 64 KiB of whole lines at a time.
    public func exportJSONLines(
        after position: LedgerSequence = LedgerSequence(0), isRevealed: Bool = false, write: ([UInt8]) -> Void
    ) throws(LedgerError) {
        var lines: [UInt8] = []
        lines.reserveCapacity(Self.exportByteCount + 4_096)
        let histories = try clockHistories()
        try forEachEntry(after: position) { entry throws(LedgerError) in
            let time = (histories[entry.origin] ?? ClockHistory()).corrected(entry.clock)
            let shown = siteKey == nil ? entry : try opened(entry) ?? entry
            do throws(CanonicalDecodingError) {
                lines += try EntryJSON(shown, at: time, isRevealed: isRevealed).bytes
            } catch {
                throw .chainBroken(sequence: entry.sequence)
            }
            lines.append(UInt8(ascii: "\n"))
            if lines.count >= Self.exportByteCount {
                write(lines)
                lines.removeAll(keepingCapacity: true)
            }
        }
        if !lines.isEmpty { write(lines) }
    }
}
