import SiteModel

extension LedgerReader {
    /// The number up to which records of the leaving lanes' reserve stand in this ledger; 0 before the first.
    func highestEmptiedNumber() throws(LedgerError) -> Int64 {
        guard let entry = try newest(.reserveEmptied) else { return 0 }
        do throws(CanonicalDecodingError) {
            return try ReserveEmptied(encoded: entry.body).highestNumber
        } catch {
            throw .chainBroken(sequence: entry.sequence)
        }
    }
}
