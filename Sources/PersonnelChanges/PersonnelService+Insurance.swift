import AttendanceLedger
import SiteModel

extension PersonnelService {
    /// Holds the roster against an insurer's list and keeps the counts as an entry, unless the list cannot be
    /// read.
    ///
    /// - Throws: `PersonnelError`; nothing was written.
    public func compareInsurance(
        _ bytes: [UInt8], siteOffsetMilliseconds: Int64
    ) async throws(PersonnelError) -> InsuranceComparison {
        let (reader, reading) = (reader, clock.now())
        let calendar = SiteCalendar(now: instant(reading), offsetMilliseconds: siteOffsetMilliseconds)
        let comparison = try await onOwnThread { () -> Result<InsuranceComparison, PersonnelError> in
            Result { () throws(PersonnelError) in
                InsuranceComparison(bytes, against: try Roster.folded(from: reader), calendar: calendar)
            }
        }
        guard !comparison.isRefused else { return comparison }
        let record = comparison.record(fileDigest: EvidenceDigest.digest(bytes))
        try await write([EntryDraft(record, kind: .insuranceCompared, clock: reading)])
        return comparison
    }
}
