import PersonnelChanges
public import SiteModel

/// Day passes: recorded first, then the lane opens.
struct VisitorDesk: Sendable {
    let personnel: PersonnelService
    /// Nil where no service runs: then no lane is opened.
    let lanes: ManualDesk?
    let siteOffsetMilliseconds: Int64

    /// - Throws: `PersonnelError.refused`; then nothing was recorded and nothing opens.
    func admit(_ visitor: VisitorAdmitted) async throws(PersonnelError) -> PeopleAnswer {
        try check(visitor.lane)
        let entry = try await personnel.admit(visitor, siteOffsetMilliseconds: siteOffsetMilliseconds)
        let isOpened = await open(visitor.lane, .entering)
        return PeopleAnswer(visitor: entry, lane: visitor.lane, isOpened: isOpened)
    }

    /// - Throws: `PersonnelError.refused`; then nothing opens. `.ledger` when it was not recorded: the lane
    ///   opens all the same, nobody is held on site.
    func leave(_ left: VisitorLeft) async throws(PersonnelError) -> PeopleAnswer {
        try check(left.lane)
        do throws(PersonnelError) {
            _ = try await personnel.leave(left)
        } catch {
            if case .ledger = error { _ = await open(left.lane, .leaving) }
            throw error
        }
        let isOpened = await open(left.lane, .leaving)
        return PeopleAnswer(visitor: left.admission, lane: left.lane, isOpened: isOpened)
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

extension PeopleAnswer {
    fileprivate init(visitor entry: LedgerSequence, lane: String?, isOpened: Bool) {
        let barrier = isOpened ? "; the lane opens" : "; no barrier was told: open it by hand"
        var json = JSONText()
        json.beginObject()
        json.member("visitor", entry.description)
        json.member("opened", isOpened)
        json.endObject()
        self.init(
            words: "访客 visitor \(entry): recorded" + (lane == nil ? "" : barrier), json: json.text)
    }
}

extension SiteAccess {
    public func admit(
        _ visitor: VisitorAdmitted, format: Format, clock: any SiteClock
    ) async throws(GatewayError) -> String {
        try await answer("/people/visitorAdmitted", visitor.encoded, format, clock) {
            (service, _) throws(PersonnelError) in
            try await visitorDesk(service).admit(visitor)
        }
    }

    public func leave(
        _ left: VisitorLeft, format: Format, clock: any SiteClock
    ) async throws(GatewayError) -> String {
        try await answer("/people/visitorLeft", left.encoded, format, clock) {
            (service, _) throws(PersonnelError) in
            try await visitorDesk(service).leave(left)
        }
    }

    private func visitorDesk(_ service: PersonnelService) -> VisitorDesk {
        VisitorDesk(
            personnel: service, lanes: nil, siteOffsetMilliseconds: configuration.site.offsetMilliseconds)
    }
}
