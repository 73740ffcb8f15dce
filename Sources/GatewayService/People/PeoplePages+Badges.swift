import AttendanceLedger
import LocalWeb
import PersonnelChanges
import Reports
import SiteModel

// QR badges, for the page of a worker.
extension PeoplePages {
    var badgeClosures: OfficeBadges { OfficeBadges(give: giveBadge, badge: badge) }

    @Sendable private func giveBadge(
        _ worker: WorkerID, by account: String
    ) async -> Result<LedgerSequence, BadgeRefusal> {
        do throws(PersonnelError) {
            let given = try await personnel.giveBadge(
                to: worker, until: nil, by: account, siteOffsetMilliseconds: siteOffsetMilliseconds)
            return .success(given.number)
        } catch {
            guard case .refused(let refusals) = error else {
                return .failure(
                    BadgeRefusal([BoardWords("台账目前不能写入。", "The ledger cannot write at present.")]))
            }
            return .failure(BadgeRefusal(refusals.map { BoardWords($0.chinese, $0.english) }))
        }
    }

    @Sendable private func badge(_ worker: WorkerID, _ number: LedgerSequence) async throws -> BadgeFacts? {
        guard let entry = try reader.entry(number), entry.kind == .badgeIssued, entry.subject == worker else {
            return nil
        }
        let until = try BadgeIssued(encoded: entry.body).until
        guard until > calendar.instant else { return nil }
        let code = try personnel.code(of: GivenBadge(kind: .worker, number: number, until: until))
        guard let (path, side) = BadgePage.picture(of: code) else { return nil }
        return BadgeFacts(number: number, until: until, code: code, path: path, side: side)
    }
}
