import AttendanceLedger
public import SiteModel

/// A QR badge or day pass that was given.
public struct GivenBadge: Sendable, Hashable {
    public let kind: BadgeCode.Kind
    /// Of the entry that gives it.
    public let number: LedgerSequence
    public let until: UTCInstant

    public init(kind: BadgeCode.Kind, number: LedgerSequence, until: UTCInstant) {
        self.kind = kind
        self.number = number
        self.until = until
    }
}

extension PersonnelService {
    /// Gives a worker a QR badge; when it returns, the entry is on disk.
    ///
    /// - Parameter until: nil: to the end of the day.
    /// - Throws: `PersonnelError.refused` for nobody on the project, or an end that is past or too far away.
    public func giveBadge(
        to worker: WorkerID, until: UTCInstant?, by: String, siteOffsetMilliseconds: Int64
    ) async throws(PersonnelError) -> GivenBadge {
        let content = try await presentContent()
        let reading = clock.now()
        let calendar = SiteCalendar(now: instant(reading), offsetMilliseconds: siteOffsetMilliseconds)
        guard let member = content.roster.member(worker), !member.worker.hasLeft(at: calendar.instant) else {
            throw .refusal("此人不在本项目", "nobody of that id belongs to the project")
        }
        let longest = calendar.instant.advanced(byMilliseconds: BadgeCode.longestValidity)
        let until = until ?? min(calendar.end(of: calendar.today), longest)
        guard until > calendar.instant, until <= longest else {
            throw .refusal(
                "二维码有效期最长 24 小时，且不能早于现在", "a QR badge is valid for at most 24 hours from now")
        }
        guard !by.isEmpty, by.count <= VisitorAdmitted.textLimit else {
            throw .refusal("请填写发放人", "say who gives it")
        }
        let draft = EntryDraft(
            BadgeIssued(until: until, by: by), kind: .badgeIssued, subject: .worker(worker), clock: reading)
        return GivenBadge(kind: .worker, number: try await append([draft]), until: until)
    }

    /// The day pass of a visitor who is on site. Writes nothing: the admission is the pass.
    ///
    /// - Throws: `PersonnelError.refused` for nobody who is on site.
    public func pass(of visitor: LedgerSequence) async throws(PersonnelError) -> GivenBadge {
        let content = try await presentContent()
        guard let found = content.site.visitors.first(where: { $0.sequence == visitor }) else {
            throw .refusal("访客 \(visitor) 不在场", "visitor \(visitor) is not on site (muster visitor list)")
        }
        return GivenBadge(kind: .visitor, number: visitor, until: found.admitted.until)
    }

    /// What its QR code says.
    ///
    /// - Throws: `PersonnelError.refused` without the site's key.
    public nonisolated func code(of given: GivenBadge) throws(PersonnelError) -> String {
        guard let siteKey = reader.siteKey else {
            throw .refusal("没有站点密钥", "there is no site key: nothing can be signed")
        }
        do throws(LedgerError) {
            return BadgeKey(siteKey).text(
                of: BadgeCode(
                    kind: given.kind, originTag: try reader.node().origin.tag, number: given.number,
                    until: given.until))
        } catch {
            throw .ledger(error)
        }
    }

    /// A badge or a day pass lets nobody in any more.
    ///
    /// - Throws: `PersonnelError.refused` for a number of neither.
    public func revokeBadge(_ revoked: BadgeRevoked) async throws(PersonnelError) -> LedgerSequence {
        let kind: LedgerEntryKind?
        do throws(LedgerError) { kind = try reader.entry(revoked.badge)?.kind } catch { throw .ledger(error) }
        guard kind == .badgeIssued || kind == .visitorAdmitted else {
            throw .refusal("条目 \(revoked.badge) 不是二维码", "entry \(revoked.badge) gave no QR badge")
        }
        return try await append([EntryDraft(revoked, kind: .badgeRevoked, clock: clock.now())])
    }
}
