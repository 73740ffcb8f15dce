import PersonnelChanges
public import SiteModel

/// Day passes: recorded first, then the lane opens.
struct VisitorDesk: Sendable {
    let personnel: PersonnelService
    /// Nil where no service runs: then no lane is opened.
    let lanes: ManualDesk?
    let siteOffsetMilliseconds: Int64

    /// - Throws: `PersonnelError.refused`; then nothing was recorded and nothing opens.
    func admit(_ visitor: VisitorAdmitted) async throws(PersonnelError) -> VisitorAnswer {
        try check(visitor.lane)
        let entry = try await personnel.admit(visitor, siteOffsetMilliseconds: siteOffsetMilliseconds)
        let isOpened = await open(visitor.lane, .entering)
        return VisitorAnswer(visitor: entry, entry: entry, lane: visitor.lane, isOpened: isOpened)
    }

    /// - Throws: `PersonnelError.refused`; then nothing opens. `.ledger` when it was not recorded: the lane
    ///   opens all the same, nobody is held on site.
    func leave(_ left: VisitorLeft) async throws(PersonnelError) -> VisitorAnswer {
        try check(left.lane)
        let entry: LedgerSequence
        do throws(PersonnelError) {
            entry = try await personnel.leave(left)
        } catch {
            if case .ledger = error { _ = await open(left.lane, .leaving) }
            throw error
        }
        let isOpened = await open(left.lane, .leaving)
        return VisitorAnswer(
            visitor: left.admission, entry: entry, lane: left.lane, isOpened: isOpened)
    }

    private func check(_ lane: String?) throws(PersonnelError) {
        guard let lane else { return }
        guard let lanes else {
            throw .refusal("服务没有运行，无法开闸", "no service runs: it alone opens a lane")
        }
        guard lanes.lanes().contains(lane) else {
            throw .refusal("没有通道 \(lane)", "there is no lane '\(lane)' (muster device list shows them)")
        }
    }

    private func open(_ lane: String?, _ direction: Direction) async -> Bool {
        guard let lane, let lanes else { return false }
        return await lanes.openForNobody(lane, direction)
    }
}

/// A visitor who came or left, on record.
struct VisitorAnswer: Sendable {
    /// Of the admission.
    let visitor: LedgerSequence
    /// Of what was recorded.
    let entry: LedgerSequence
    /// Which lane was asked for; nil: none.
    let lane: String?
    let isOpened: Bool

    var peopleAnswer: PeopleAnswer {
        let barrier = isOpened ? "; the lane opens" : "; no barrier was told: open it by hand"
        var json = JSONText()
        json.beginObject()
        json.member("visitor", visitor.description)
        json.member("opened", isOpened)
        json.endObject()
        return PeopleAnswer(
            words: "访客 visitor \(visitor): recorded" + (lane == nil ? "" : barrier), json: json.text)
    }
}

extension SiteAccess {
    public func admit(
        _ visitor: VisitorAdmitted, format: Format, clock: any SiteClock
    ) async throws(GatewayError) -> String {
        try await answer("/people/visitorAdmitted", visitor.encoded, format, clock) {
            (service, _) throws(PersonnelError) in
            try await visitorDesk(service).admit(visitor).peopleAnswer
        }
    }

    public func leave(
        _ left: VisitorLeft, format: Format, clock: any SiteClock
    ) async throws(GatewayError) -> String {
        try await answer("/people/visitorLeft", left.encoded, format, clock) {
            (service, _) throws(PersonnelError) in
            try await visitorDesk(service).leave(left).peopleAnswer
        }
    }

    private func visitorDesk(_ service: PersonnelService) -> VisitorDesk {
        VisitorDesk(
            personnel: service, lanes: nil, siteOffsetMilliseconds: configuration.site.offsetMilliseconds)
    }
}
