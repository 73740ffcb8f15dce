import SQLiteStore
public import SiteModel

/// The entries of some days, found by walking the ledger.
public struct EvidenceSpan: Sendable {
    /// Entries that follow each other without a gap, in order.
    public private(set) var runs: [ClosedRange<LedgerSequence>] = []
    /// The policies that the worker's records in them were decided by, in order.
    public private(set) var policies: [LedgerSequence] = []
    /// 2026-01-01 to 2046-01-01, UTC, in milliseconds: this program is younger than any clock before, and a
    /// clock that nobody vouched for is not believed beyond.
    public static let settableClock: Range<Int64> = 1_767_225_600_000..<2_398_377_600_000

    /// Entries without a clock since the last one that had one.
    private var clocklessRun: ClosedRange<LedgerSequence>?

    /// An entry of the days, or one whose clock stood where no clock can stand.
    mutating func take(_ sequence: LedgerSequence, isClockless: Bool) {
        let touchesClockless = clocklessRun.map { $0.upperBound.next == sequence } ?? false
        if let last = runs.last, last.upperBound.next == sequence {
            runs[runs.count - 1] = last.lowerBound...sequence
        } else if isClockless {
            clocklessRun = (touchesClockless ? clocklessRun!.lowerBound : sequence)...sequence
        } else {
            runs.append((touchesClockless ? clocklessRun!.lowerBound : sequence)...sequence)
            clocklessRun = nil
        }
    }

    mutating func take(policy: LedgerSequence) {
        guard policy.rawValue > 0, policies.last != policy, !policies.contains(policy) else { return }
        policies.append(policy)
        policies.sort()
    }
}

extension LedgerReader {
    /// Sequences looked at by one statement, so that the walk shows how far it is.
    private static let spanPageCount: Int64 = 65_536

    /// The entries that say they occurred from `start` until before `end`, up to a sequence. An entry whose
    /// clock was not set belongs to the entries it stands beside.
    ///
    /// Walks every row up to there: a clock may have stood anywhere, so the order is no guide.
    ///
    /// - Parameters:
    ///   - worker: whose policies are collected.
    ///   - progress: called now and then with sequences done and in all.
    public func span(
        from start: UTCInstant, until end: UTCInstant, upTo limit: LedgerSequence, of worker: WorkerID,
        progress: (_ done: Int, _ total: Int) -> Void
    ) throws(LedgerError) -> EvidenceSpan {
        let rows = try connect()
        var span = EvidenceSpan()
        var done: Int64 = 0
        while done < limit.rawValue {
            let pageEnd = min(done + Self.spanPageCount, limit.rawValue)
            try append(to: &span, after: done, through: pageEnd, start..<end, worker, rows)
            done = pageEnd
            progress(Int(done), Int(limit.rawValue))
        }
        return span
    }

    private func append(
        to span: inout EvidenceSpan, after done: Int64, through pageEnd: Int64,
        _ times: Range<UTCInstant>, _ worker: WorkerID, _ rows: EntryRows
    ) throws(LedgerError) {
        let statement = try rows.statement(
            """
            SELECT sequence, occurred_at_ms BETWEEN ?3 AND ?4,
                CASE WHEN kind IN (1, 2) AND subject = ?5 THEN body END
            FROM entry WHERE origin = 1 AND sequence > ?1 AND sequence <= ?2
                AND (occurred_at_ms BETWEEN ?3 AND ?4
                    OR (synchronisation = 0 AND occurred_at_ms NOT BETWEEN ?6 AND ?7))
            ORDER BY sequence
            """, done, pageEnd, times.lowerBound.milliseconds, times.upperBound.milliseconds - 1,
            Int64(bitPattern: worker.rawValue), EvidenceSpan.settableClock.lowerBound,
            EvidenceSpan.settableClock.upperBound - 1)
        defer { statement.reset() }
        while try rows.step(statement) {
            let sequence = LedgerSequence(statement.wholeNumber(0))
            let isWithin = statement.wholeNumber(1) == 1
            span.take(sequence, isClockless: !isWithin)
            let body = statement.bytes(2)
            guard isWithin, !body.isEmpty else { continue }
            do throws(CanonicalDecodingError) {
                span.take(policy: try AttendanceRecord(encoded: body).policy)
            } catch {
                throw .chainBroken(sequence: sequence)
            }
        }
    }
}
