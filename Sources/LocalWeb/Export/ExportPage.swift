import Accounts
import SiteModel

/// `/export`: files to take along, masked. The officer, who may read personal data, may ask for whole names
/// and numbers; that is recorded before the file leaves.
struct ExportPage: Sendable {
    static let path = "/export"

    let office: Office

    private static let title = BoardWords("导出", "Export")

    func add(to guarded: Guarded) {
        guarded.get(Self.path, needs: .export) { request, session in
            .page(try await page(request, session))
        }
        // A POST, for it may name a person and may write an entry.
        guarded.post(Self.path, needs: .export) { request, session in
            let order = try await order(request, session)
            switch try await office.people.exports.file(order) {
            case .refused(let sentences):
                return .page(try await page(request, session, refused: sentences))
            case .file(let bytes, let name, let count, let worker):
                if let worker, count > 0 {
                    try await office.personalData.record(session, Self.path, worker: worker)
                } else if count > 0 {
                    try await office.personalData.record(session, Self.path, workerCount: count)
                }
                return .file(bytes, name: name)
            }
        }
    }

    private func order(
        _ request: OfficeRequest, _ session: Session
    ) async throws -> ExportOrder {
        guard let kind = ExportOrder.Kind(rawValue: request.field("kind")) else {
            throw OfficeProblem.unreadableForm
        }
        let key = request.field("team")
        let team = try await office.people.teams().first { TeamKey($0.team).text == key }?.team
        guard key.isEmpty || team != nil else { throw OfficeProblem.unreadableForm }
        return ExportOrder(
            kind: kind, isWorkbook: request.field("format") != "csv",
            isInEnglish: request.language == .english, month: StatisticsMonth(request.field("month")),
            team: team, worker: request.field("worker"), from: request.field("from"),
            to: request.field("to"),
            isRevealed: request.field("revealed") == "1" && session.may(.readPersonal))
    }

    private func page(
        _ request: OfficeRequest, _ session: Session, refused: [BoardWords] = []
    ) async throws -> OfficePage {
        let (language, isShownAgain) = (request.language, !refused.isEmpty)
        let typed = { (name: String) in isShownAgain ? request.field(name) : "" }
        let teams = try await office.people.teams()
        let months = try await office.people.statistics(nil).months.map(\.text)
        let today = office.today
        let thisMonth = String(today.prefix(7))
        let team = ChoiceView(
            "team", BoardWords("班组", "Team"),
            options: [(value: "", label: BoardWords("全部", "All").text(in: language))]
                + teams.map { (value: TeamKey($0.team).text, label: Self.label($0.team)) },
            chosen: typed("team"), language)
        let month = ChoiceView(
            "month", BoardWords("月份（变动、更正）", "Month, of changes and corrections"),
            options: [(value: "", label: BoardWords("全部", "All").text(in: language))]
                + ([thisMonth] + months.filter { $0 != thisMonth }).prefix(24).map { (value: $0, label: $0) },
            chosen: isShownAgain ? typed("month") : thisMonth, language)
        let format = ChoiceView(
            "format", BoardWords("格式", "Format"),
            options: [(value: "xlsx", label: "Excel (.xlsx)"), (value: "csv", label: "CSV")],
            chosen: typed("format"), language)
        let evidence = [
            FieldView(
                "worker", BoardWords("人员编号或证件号码", "Id or identity number"), value: typed("worker"), language,
                isRequired: true, lengthLimit: 40),
            FieldView(
                "from", BoardWords("起", "From"), value: isShownAgain ? typed("from") : today, language,
                type: "date", isRequired: true, lengthLimit: 10),
            FieldView(
                "to", BoardWords("止", "To"), value: isShownAgain ? typed("to") : today, language,
                type: "date",
                isRequired: true, lengthLimit: 10),
        ]
        let reveal = CheckView(
            "revealed", BoardWords("含完整姓名和号码（留痕）", "Whole names and numbers (recorded)"), language)
        let view = ExportView(
            csrf: HTMLText(session.formToken), refusal: RefusalView(refused, language),
            controls: [ControlView(month), ControlView(team), ControlView(format)],
            evidence: evidence.map(ControlView.init),
            reveal: session.may(.readPersonal) ? reveal : nil)
        return OfficePage(Self.title, "export", view, status: refused.isEmpty ? 200 : 422)
    }

    private static func label(_ team: Team) -> String {
        team.employer.isEmpty ? team.name : "\(team.name) · \(team.employer)"
    }
}

struct ExportView: Sendable {
    let csrf: HTMLText
    let refusal: RefusalView?
    let controls: [ControlView]
    let evidence: [ControlView]
    /// Nil: everything is masked.
    let reveal: CheckView?
}
