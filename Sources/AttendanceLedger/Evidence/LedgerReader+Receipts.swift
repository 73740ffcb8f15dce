import SQLiteStore
public import SiteModel

extension LedgerReader {
    /// The passes of a worker (kind 1) from one entry of this node to another, both included.
    public func passes(
        of worker: WorkerID, in range: ClosedRange<LedgerSequence>
    ) throws(LedgerError) -> Set<LedgerSequence> {
        let rows = try connect()
        let statement = try rows.statement(
            """
            SELECT sequence FROM entry
            WHERE origin = 1 AND sequence BETWEEN ?1 AND ?2 AND kind = 1 AND subject = ?3
            """, range.lowerBound.rawValue, range.upperBound.rawValue, Int64(bitPattern: worker.rawValue))
        defer { statement.reset() }
        var passes: Set<LedgerSequence> = []
        while try rows.step(statement) { passes.insert(LedgerSequence(statement.wholeNumber(0))) }
        return passes
    }

    /// What platforms took (kind 40) from one entry of this node to another, both included, in order. Looks
    /// at every row between.
    public func forEachProof(
        in range: ClosedRange<LedgerSequence>,
        _ body: (LedgerSequence, AttendanceConfirmed) throws(LedgerError) -> Void
    ) throws(LedgerError) {
        let rows = try connect()
        let statement = try rows.statement(
            """
            SELECT sequence, body FROM entry
            WHERE origin = 1 AND sequence BETWEEN ?1 AND ?2 AND kind = 40 ORDER BY sequence
            """, range.lowerBound.rawValue, range.upperBound.rawValue)
        defer { statement.reset() }
        while try rows.step(statement) {
            let sequence = LedgerSequence(statement.wholeNumber(0))
            let proof: AttendanceConfirmed
            do throws(CanonicalDecodingError) {
                proof = try AttendanceConfirmed(encoded: statement.bytes(1))
            } catch {
                throw .chainBroken(sequence: sequence)
            }
            try body(sequence, proof)
        }
    }
}
