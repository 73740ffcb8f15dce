import Accounts
import SiteModel

/// `/people/join`: enrols somebody new by what is typed, or from an identity document at a reader.
struct JoinPage: Sendable {
    let office: Office

    private static let title = BoardWords("登记进场", "Enrol somebody")
    private static let path = "/people/join"
    private static let required: Set<String> = ["name", "id_number", "team"]

    /// The document that fills the form.
    private struct Presented {
        let read: Int64
        let facts: ReadFacts
    }

    func add(to guarded: Guarded) {
        guarded.get(Self.path, needs: .changePersonnel) { request, session in
            .page(try await page(request, session))
        }
        guarded.get(Self.path + "/reads", needs: .changePersonnel) { request, _ in
            .fragment(OfficePage(Self.title, "reads", try await reads(request)))
        }
        // A POST, because it writes an entry before it shows what the chip says.
        guarded.post(Self.path + "/read", needs: .changePersonnel) { request, session in
            guard let read = Int64(request.field("take")) else { throw OfficeProblem.unreadableForm }
            guard let presented = try await presented(read, session) else {
                return .page(try await page(request, session, refused: [Self.gone]))
            }
            return .page(try await page(request, session, presented, isNew: true))
        }
        guarded.post(Self.path + "/identity", needs: .changePersonnel) { request, session in
            guard let read = Int64(request.field("take")) else { throw OfficeProblem.unreadableForm }
            return try await answer(
                PeopleOrder(.update, workers: [], by: session.account.text, fromRead: read), request, session)
        }
        guarded.post(Self.path, needs: .changePersonnel) { request, session in
            var fields: [String: String] = [:]
            for group in WorkerFieldGroup.allCases { fields.merge(group.values(in: request)) { $1 } }
            let number = fields.removeValue(forKey: "id_number") ?? ""
            let read = Int64(request.field("read"))
            return try await answer(
                PeopleOrder(
                    .join, workers: read == nil ? [number] : [],
                    at: MomentFields.text(request, today: office.today), fields: fields,
                    by: session.account.text, fromRead: read), request, session)
        }
    }

    private static let gone = BoardWords(
        "这次读卡的信息已不在（只保留 24 小时）：请重新读卡。",
        "That read is gone (they are kept for 24 hours): present the card again.")

    private func answer(
        _ order: PeopleOrder, _ request: OfficeRequest, _ session: Session
    ) async throws -> OfficeAnswer {
        switch await office.people.change(order) {
        case .refused(let sentences):
            var shown: Presented?
            if order.action == .join, let read = order.fromRead { shown = try await presented(read, session) }
            return .page(try await page(request, session, shown, refused: sentences))
        case .lanesBehind: return .seeOther("/people", note: .lanesBehind)
        case .done(let workers, let warnings):
            let path = workers.first.map(WorkerPage.path) ?? "/people"
            return .seeOther(path, note: .done(order, workers.count, warnings))
        }
    }

    private func presented(_ read: Int64, _ session: Session) async throws -> Presented? {
        guard try await office.people.presented.holds(read) else { return nil }
        try await office.personalData.record(session, Self.path, workerCount: 1)
        return try await office.people.presented.read(read).map { Presented(read: read, facts: $0) }
    }

    private func reads(_ request: OfficeRequest) async throws -> ReadsView {
        ReadsView(
            try await office.people.presented.reads(), offsetMilliseconds: office.offsetMilliseconds,
            request.language)
    }

    /// - Parameter isNew: the document's name takes the place of what stood there.
    private func page(
        _ request: OfficeRequest, _ session: Session, _ presented: Presented? = nil, isNew: Bool = false,
        refused: [BoardWords] = []
    ) async throws -> OfficePage {
        let teams = try await office.people.teams().map(\.team)
        let notice = try await office.people.notice()
        var list: JoinView.ReadsPanel?
        if presented == nil {
            let reads = try await reads(request)
            list = JoinView.ReadsPanel(
                isWaiting: request.query["card"] == "1", newest: reads.newest, list: reads)
        }
        return OfficePage(
            Self.title, "join",
            JoinView(
                csrf: HTMLText(session.formToken), refusal: RefusalView(refused, request.language),
                read: presented.map { ReadView($0.read, $0.facts, request.language) }, reads: list,
                groups: groups(request, presented, isNew: isNew),
                notice: notice.map {
                    NoticeView($0, isTicked: request.field("notice_version") == $0.version)
                },
                moment: MomentFields.controls(request, isShownAgain: true, prefix: "join"),
                teams: Set(teams.map(\.name)).sorted().map { HTMLText($0, limit: 200) },
                employers: Set(teams.map(\.employer)).filter { !$0.isEmpty }.sorted().map {
                    HTMLText($0, limit: 200)
                }),
            status: refused.isEmpty ? 200 : 422)
    }

    private func groups(
        _ request: OfficeRequest, _ presented: Presented?, isNew: Bool
    ) -> [JoinView.GroupView] {
        let order: [WorkerFieldGroup] = [.identity, .place, .contact, .contract, .wageCard, .insurance]
        return order.map { group in
            JoinView.GroupView(
                heading: (group == .identity
                    ? BoardWords("身份", "Identity")
                    : group == .place ? BoardWords("班组", "Team") : group.title).html(in: request.language),
                isFolded: ![.identity, .place].contains(group),
                isOpen: !group.values(in: request).isEmpty,
                controls: group.controls(
                    request, isShownAgain: true, required: Self.required,
                    values: isNew ? ["name": presented?.facts.name ?? ""] : [:],
                    // The notice has its own place: what was shown is what is on the page.
                    without: presented == nil
                        ? ["notice_version"] : ["id_number", "id_type", "notice_version"]))
        }
    }
}

/// The privacy notice, to be shown to whoever joins.
struct NoticeView: Sendable {
    /// Characters from which a notice is folded: about a screen of the smallest handheld.
    private static let foldedLength = 400

    let version: HTMLText
    let paragraphs: [HTMLText]
    let isOpen: Bool
    let isTicked: Bool

    init(_ facts: NoticeFacts, isTicked: Bool) {
        version = HTMLText(facts.version)
        paragraphs = facts.text.split(whereSeparator: \.isNewline).map { HTMLText(String($0), limit: 65_536) }
        isOpen = facts.text.count <= Self.foldedLength
        self.isTicked = isTicked
    }
}

struct JoinView: Sendable {
    struct GroupView: Sendable {
        let heading: HTMLText
        /// What may come later: it does not stand in the way of what must be said now.
        let isFolded: Bool
        let isOpen: Bool
        let controls: [ControlView]
    }

    /// From what the form may be filled.
    struct ReadsPanel: Sendable {
        /// The next document fills the form.
        let isWaiting: Bool
        /// The newest read when the page was made.
        let newest: HTMLText
        let list: ReadsView
    }

    let csrf: HTMLText
    let refusal: RefusalView?
    let read: ReadView?
    let reads: ReadsPanel?
    let groups: [GroupView]
    /// Nil: none was published.
    let notice: NoticeView?
    let moment: [ControlView]
    let teams: [HTMLText]
    let employers: [HTMLText]
}
