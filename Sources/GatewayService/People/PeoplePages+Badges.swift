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
            return .failure(BadgeRefusal(error.sentences))
        }
    }

    @Sendable private func badge(_ worker: WorkerID, _ number: LedgerSequence) async throws -> BadgeFacts? {
        guard let entry = try reader.entry(number), entry.kind == .badgeIssued, entry.subject == worker else {
            return nil
        }
        let until = try BadgeIssued(encoded: entry.body).until
        guard until > calendar.instant else { return nil }
        return try BadgeFacts(GivenBadge(kind: .worker, number: number, until: until), personnel)
    }
}

extension BadgeFacts {
    /// Nil when it makes no picture.
    ///
    /// - Throws: `PersonnelError` without the site's key.
    init?(_ given: GivenBadge, _ personnel: PersonnelService) throws(PersonnelError) {
        let code = try personnel.code(of: given)
        guard let (path, side) = BadgePage.picture(of: code) else { return nil }
        self.init(number: given.number, until: given.until, code: code, path: path, side: side)
    }
}
