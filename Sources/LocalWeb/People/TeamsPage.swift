import Accounts
import Hummingbird
import SiteModel

/// `/teams`: the teams; `/teams/team/KEY`: one of them, whose members move or leave together.
struct TeamsPage: Sendable {
    static let path = "/teams/team/"

    let office: Office

    private static let title = BoardWords("班组", "Teams")

    func add(to guarded: Guarded) {
        guarded.get("/teams", needs: .readMasked) { request, session in
            let rows = try await office.people.teams().map { team in
                TeamsView.RowView(
                    path: HTMLText(Self.path + TeamKey(team.team).text), team: HTMLText(team.team.name),
                    employer: HTMLText(team.team.employer), count: HTMLText("\(team.workerCount)"))
            }
            return .page(OfficePage(Self.title, "teams", TeamsView(hasRows: !rows.isEmpty, rows: rows)))
        }
        guarded.get(Self.path + ":key", needs: .readMasked) { request, session in
            .page(try await page(request, session))
        }
        guarded.post(Self.path + ":key", needs: .changePersonnel) { request, session in
            let order = try await order(request, session)
            switch order {
            case .failure(let fault):
                return .page(
                    try await page(request, session, refused: [fault.words]))
            case .success(let order):
                switch await office.people.change(order) {
                case .refused(let sentences):
                    return .page(try await page(request, session, refused: sentences))
                case .lanesBehind: return .seeOther("/teams", note: .lanesBehind)
                case .done(let workers, let warnings):
                    // A team that nobody belongs to any more may be gone.
                    let isThere = try await team(withKey: request.parameters.get("key")) != nil
                    return .seeOther(
                        isThere ? request.path : "/teams", note: .done(order, workers.count, warnings))
                }
            }
        }
    }

    private struct Fault: Error {
        let words: BoardWords
    }

    /// One POST for all who are ticked.
    private func order(
        _ request: OfficeRequest, _ session: Session
    ) async throws -> Result<PeopleOrder, Fault> {
        // Only ids: a foreign text here would be taken for an identity number.
        let workers = request.form.all("worker").compactMap { WorkerID($0)?.description }
        guard !workers.isEmpty else {
            return .failure(Fault(words: BoardWords("请先勾选人员。", "Tick somebody first.")))
        }
        var order = PeopleOrder(
            .move, workers: workers, at: MomentFields.text(request, today: office.today),
            by: session.account.text)
        switch request.form["action"] {
        case "move":
            guard let team = try await target(request) else {
                return .failure(
                    Fault(words: BoardWords("请选择或填写目标班组。", "Choose or type the team to move to.")))
            }
            order.fields = ["team": team.name]
            // A dash takes back the employer of the present team. Of a crew that is typed without one, the
            // desk finds it.
            if !team.employer.isEmpty || request.field("new_team").isEmpty {
                order.fields["employer"] = team.employer.isEmpty ? "-" : team.employer
            }
        case "leave":
            guard request.form["sure"] == "1" else {
                return .failure(
                    Fault(
                        words: BoardWords(
                            "退场前请勾选“确认所选人员退场”。", "Before they leave, tick “The ticked people leave”.")))
            }
            order.action = .leave
            order.isConfirmedByLeaver = request.form["confirmed"] == "1"
        default: throw OfficeProblem.unreadableForm
        }
        return .success(order)
    }

    private func target(_ request: OfficeRequest) async throws -> Team? {
        let name = request.field("new_team")
        if !name.isEmpty { return Team(name: name, employer: request.field("new_employer")) }
        return try await team(withKey: request.field("to"))
    }

    private func team(withKey key: String?) async throws -> Team? {
        guard let key else { return nil }
        return try await office.people.teams().first { TeamKey($0.team).text == key }?.team
    }

    private func page(
        _ request: OfficeRequest, _ session: Session, refused: [BoardWords] = []
    ) async throws -> OfficePage {
        guard let team = try await team(withKey: request.parameters.get("key")) else {
            throw OfficeProblem.notFound
        }
        let view = TeamView(
            team, try await office.people.members(team), try await office.people.teams(),
            leavings: try await office.people.changes().leavings.filter { $0.team == team }, office, request,
            session, refused: refused)
        return OfficePage(Self.title, "team", view, status: refused.isEmpty ? 200 : 422)
    }
}

/// Names a team in an address: 64 bits of its name and employer (FNV-1a), for many teams are called after a
/// person, and no person stands in an address.
struct TeamKey: Sendable, Hashable {
    let text: String

    init(_ team: Team) {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in Array(team.name.utf8) + [0] + Array(team.employer.utf8) {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        let digits = String(hash, radix: 16)
        text = String(repeating: "0", count: 16 - digits.count) + digits
    }
}

struct TeamsView: Sendable {
    struct RowView: Sendable {
        let path: HTMLText
        let team: HTMLText
        let employer: HTMLText
        let count: HTMLText
    }

    let hasRows: Bool
    let rows: [RowView]
}

struct TeamView: Sendable {
    let csrf: HTMLText
    let path: HTMLText
    let team: HTMLText
    let employer: HTMLText
    let count: HTMLText
    let refusal: RefusalView?
    let members: [PersonView]
    /// Of this team, who have left and have not confirmed it.
    let leavings: [ChangeView]
    let hasLeavings: Bool
    let mayChange: Bool
    let target: ControlView
    let fresh: [ControlView]
    let moment: [ControlView]
    let sure: CheckView
    let confirmed: CheckView

    init(
        _ team: Team, _ members: [PersonLine], _ teams: [TeamFacts], leavings: [ChangeLine],
        _ office: Office, _ request: OfficeRequest, _ session: Session, refused: [BoardWords]
    ) {
        let language = request.language
        csrf = HTMLText(session.formToken)
        path = HTMLText(TeamsPage.path + TeamKey(team).text)
        self.team = HTMLText(team.name)
        employer = HTMLText(team.employer)
        count = BoardWords("\(members.count) 人", "\(members.count) people").html(in: language)
        refusal = RefusalView(refused, request.language)
        let ticked = Set(request.form.all("worker"))
        self.members = members.map {
            PersonView($0, isTicked: ticked.contains($0.worker.description), language)
        }
        self.leavings = leavings.prefix(ChangesPage.rowLimit).map {
            ChangeView($0, offsetMilliseconds: office.offsetMilliseconds, language)
        }
        hasLeavings = !leavings.isEmpty
        mayChange = session.may(.changePersonnel)
        let options = teams.map(\.team).filter { $0 != team }.map { other in
            (
                value: TeamKey(other).text,
                label: other.employer.isEmpty ? other.name : "\(other.name) · \(other.employer)"
            )
        }
        target = ControlView(
            ChoiceView(
                "to", BoardWords("调至", "Move to"), options: [(value: "", label: "—")] + options,
                chosen: request.field("to"), language))
        fresh = [
            ControlView(
                FieldView(
                    "new_team", BoardWords("或新班组", "Or a team that is not listed"),
                    value: request.field("new_team"), language, lengthLimit: 100)),
            ControlView(
                FieldView(
                    "new_employer", BoardWords("新班组的单位", "Its employer"),
                    value: request.field("new_employer"), language, lengthLimit: 100)),
        ]
        moment = MomentFields.controls(request, isShownAgain: true, prefix: "team")
        sure = CheckView(
            "sure", BoardWords("确认所选人员退场", "The ticked people leave"),
            isTicked: request.form["sure"] == "1", language)
        confirmed = CheckView(
            "confirmed", BoardWords("他们本人均已确认离场（离场确认）", "Each of them has confirmed leaving"),
            isTicked: request.form["confirmed"] == "1", language)
    }
}
