import SiteModel

extension LedgerReader {
    /// The number up to which records of the leaving lanes' reserve stand in this ledger; 0 before the first.
    func highestEmptiedNumber() throws(LedgerError) -> Int64 {
        let rows = try connect()
        let statement = try rows.statement(
            """
            SELECT origin, sequence, kind, subject, occurred_at_ms, uptime_ms, boot, synchronisation,
            sealing, body, hash FROM entry WHERE kind = 17 AND origin = 1 ORDER BY sequence DESC LIMIT 1
            """)
        guard let entry = try rows.page(statement, after: (0, 0)).entries.first else { return 0 }
        do throws(CanonicalDecodingError) {
            return try ReserveEmptied(encoded: entry.body).highestNumber
        } catch {
            throw .chainBroken(sequence: entry.sequence)
        }
    }
}
