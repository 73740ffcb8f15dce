import Accounts
import SiteModel

/// `/people/join`: enrols somebody new by what is typed.
struct JoinPage: Sendable {
    let office: Office

    private static let title = BoardWords("登记进场", "Enrol somebody")
    private static let required: Set<String> = ["name", "id_number", "team"]

    func add(to guarded: Guarded) {
        guarded.get("/people/join", needs: .changePersonnel) { request, session in
            .page(try await page(request, session))
        }
        guarded.post("/people/join", needs: .changePersonnel) { request, session in
            var fields: [String: String] = [:]
            for group in WorkerFieldGroup.allCases { fields.merge(group.values(in: request)) { $1 } }
            let number = fields.removeValue(forKey: "id_number") ?? ""
            let order = PeopleOrder(
                .join, workers: [number], at: MomentFields.text(request, today: office.today),
                fields: fields, by: session.account.text)
            switch await office.people.change(order) {
            case .refused(let sentences): return .page(try await page(request, session, refused: sentences))
            case .lanesBehind: return .seeOther("/people", note: .lanesBehind)
            case .done(let workers):
                let path = workers.first.map(WorkerPage.path) ?? "/people"
                return .seeOther(path, note: .done(order, workers.count))
            }
        }
    }

    private func page(
        _ request: OfficeRequest, _ session: Session, refused: [String] = []
    ) async throws -> OfficePage {
        let teams = try await office.people.teams().map(\.team)
        let order: [WorkerFieldGroup] = [.identity, .place, .contact, .contract, .wageCard, .insurance]
        let groups = order.map { group in
            JoinView.GroupView(
                heading: (group == .identity
                    ? BoardWords("身份", "Identity")
                    : group == .place ? BoardWords("班组", "Team") : group.title).html(in: request.language),
                isFolded: ![.identity, .place].contains(group),
                isOpen: !group.values(in: request).isEmpty,
                controls: group.controls(request, isShownAgain: true, required: Self.required))
        }
        return OfficePage(
            Self.title, "join",
            JoinView(
                csrf: HTMLText(session.formToken), refusal: RefusalView(refused), groups: groups,
                moment: MomentFields.controls(request, isShownAgain: true, prefix: "join"),
                teams: Set(teams.map(\.name)).sorted().map { HTMLText($0, limit: 200) },
                employers: Set(teams.map(\.employer)).filter { !$0.isEmpty }.sorted().map {
                    HTMLText($0, limit: 200)
                }),
            status: refused.isEmpty ? 200 : 422)
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

    let csrf: HTMLText
    let refusal: RefusalView?
    let groups: [GroupView]
    let moment: [ControlView]
    let teams: [HTMLText]
    let employers: [HTMLText]
}
