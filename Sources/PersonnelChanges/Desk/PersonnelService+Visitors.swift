import AttendanceLedger
public import SiteModel

extension PersonnelService {
    /// Gives a day pass. When it returns, the entry is on disk; a lane is opened after that.
    ///
    /// - Throws: `PersonnelError.refused` for a pass that lacks something or does not end today.
    public func admit(
        _ visitor: VisitorAdmitted, siteOffsetMilliseconds: Int64
    ) async throws(PersonnelError) -> LedgerSequence {
        let content = try await presentContent()
        let reading = clock.now()
        let calendar = SiteCalendar(now: instant(reading), offsetMilliseconds: siteOffsetMilliseconds)
        if let fault = content.fault(of: visitor, calendar) { throw .refused([fault]) }
        return try await append([EntryDraft(visitor, kind: .visitorAdmitted, clock: reading)])
    }

    /// A visitor has left.
    ///
    /// - Throws: `PersonnelError.refused` for nobody who is on site.
    public func leave(_ left: VisitorLeft) async throws(PersonnelError) -> LedgerSequence {
        // Of two who let the same visitor out the second is told so.
        await takeTurn()
        defer { passTurn() }
        let content = try await presentContent()
        guard content.site.visitors.contains(where: { $0.sequence == left.admission }) else {
            throw .refusal(
                "访客 \(left.admission) 不在场", "visitor \(left.admission) is not on site (muster visitor list)")
        }
        return try await append([EntryDraft(left, kind: .visitorLeft, clock: clock.now())])
    }
}

extension PeopleBook.Content {
    fileprivate func fault(of visitor: VisitorAdmitted, _ calendar: SiteCalendar) -> Refusal? {
        let texts = [visitor.name, visitor.company, visitor.purpose, visitor.by]
        guard texts.allSatisfy({ !$0.isEmpty && $0.count <= VisitorAdmitted.textLimit }) else {
            return Refusal(
                "请填写访客姓名、单位、事由和放行人，各不超过 \(VisitorAdmitted.textLimit) 字",
                "say the visitor's name, company and purpose and who lets them in, each at most "
                    + "\(VisitorAdmitted.textLimit) characters")
        }
        guard visitor.until > calendar.instant, visitor.until <= calendar.end(of: calendar.today) else {
            return Refusal("访客证当日有效：请填写今天的时间", "a pass ends today, and not in the past")
        }
        guard let host = visitor.host else { return nil }
        guard let member = roster.member(host), !member.worker.hasLeft(at: calendar.instant) else {
            return Refusal("接待人不在本项目", "the host does not belong to the project")
        }
        return nil
    }
}
