import Accounts
import SiteModel

/// `/sync/payroll`: a month's days and hours by team, which of them are final, and where they stand at the
/// platforms.
struct PayrollPage: Sendable {
    let office: Office

    private static let title = BoardWords("月考勤定稿与上报", "Months of teams")

    func add(to guarded: Guarded) {
        guarded.get("/sync/payroll", needs: .readMasked) { request, session in
            .page(try await page(request, session, CivilMonth(iso8601: request.query["month"] ?? "")))
        }
        guarded.post("/sync/payroll", needs: .changePersonnel) { request, session in
            guard let month = CivilMonth(iso8601: request.field("month")) else {
                throw OfficeProblem.unreadableForm
            }
            let order = PayrollOrder(
                month: month,
                team: Team(name: request.field("team"), employer: request.field("employer")),
                mark: request.field("mark"), by: session.account.text)
            switch await office.payroll.state(order) {
            case .refused(let words):
                return .page(try await page(request, session, month, refused: [words]))
            case .done:
                return .seeOther(
                    "/sync/payroll?month=\(month)",
                    note: SessionNote(
                        "\(order.team.name) \(month) 已定稿。", "\(order.team.name) \(month) is final."))
            }
        }
    }

    private func page(
        _ request: OfficeRequest, _ session: Session, _ month: CivilMonth?, refused: [BoardWords] = []
    ) async throws -> OfficePage {
        let board = try await office.payroll.board(month)
        return OfficePage(
            Self.title, "payroll",
            PayrollView(
                board, RefusalView(refused, request.language),
                csrf: session.may(.changePersonnel) ? session.formToken : nil, request.language),
            status: refused.isEmpty ? 200 : 422)
    }
}

struct PayrollView: Sendable {
    struct RowView: Sendable {
        let month: HTMLText
        let team: HTMLText
        let employer: HTMLText
        let workers: HTMLText
        let days: HTMLText
        let hours: HTMLText
        let state: BadgeView
        let changed: HTMLText?
        let platforms: [PlatformRow]
        let mark: HTMLText
        /// Nil where there is nothing to state, or nobody who may.
        let csrf: HTMLText?
    }

    struct PlatformRow: Sendable {
        let name: HTMLText
        let badge: BadgeView
        let hasRefused: Bool
    }

    let refusal: RefusalView?
    let month: HTMLText
    let previous: HTMLText
    let next: HTMLText
    let isOpen: Bool
    let rows: [RowView]
    let hasRows: Bool

    init(_ board: PayrollBoard, _ refusal: RefusalView?, csrf: String?, _ language: Language) {
        self.refusal = refusal
        month = HTMLText(board.month.description)
        previous = HTMLText(
            CivilMonth(of: CivilDate(daysSince1970: board.month.firstDay.daysSince1970 - 1)).description)
        next = HTMLText(CivilMonth(of: board.month.endDay).description)
        isOpen = !board.hasEnded
        rows = board.teams.map { RowView($0, board, csrf: csrf, language) }
        hasRows = !rows.isEmpty
    }
}

extension PayrollView.RowView {
    init(
        _ team: PayrollBoard.TeamMonth, _ board: PayrollBoard, csrf: String?, _ language: Language
    ) {
        month = HTMLText(board.month.description)
        self.team = HTMLText(team.team.name)
        employer = HTMLText(team.team.employer)
        workers = HTMLText("\(team.workerCount)")
        days = HTMLText("\(team.dayCount)")
        hours = HTMLText("\(team.tenthsOfHours / 10).\(team.tenthsOfHours % 10)")
        mark = HTMLText(team.mark)
        let isStated = team.statement != nil
        state =
            isStated
            ? BadgeView(
                team.changedCount == 0 ? .good : .caution,
                BoardWords("已定稿 · \(team.statedBy)", "Final · \(team.statedBy)"), language)
            : BadgeView(.plain, BoardWords("未定稿", "Not final"), language)
        changed =
            team.changedCount == 0 || !isStated
            ? nil
            : BoardWords(
                "定稿后有 \(team.changedCount) 人的数据被更正", "\(team.changedCount) workers were corrected since"
            ).html(in: language)
        platforms = team.platforms.map { PayrollView.PlatformRow($0, language) }
        let hasNews = !isStated || team.changedCount > 0
        self.csrf = board.hasEnded && hasNews ? csrf.map { HTMLText($0) } : nil
    }
}

extension PayrollView.PlatformRow {
    init(_ platform: PayrollBoard.AtPlatform, _ language: Language) {
        name = HTMLText(platform.name)
        hasRefused = platform.refusedCount > 0
        let (confirmed, all) = (
            platform.confirmedCount + platform.settledCount,
            platform.confirmedCount + platform.settledCount + platform.openCount + platform.sentCount
                + platform.refusedCount
        )
        badge =
            if hasRefused {
                BadgeView(
                    .severe,
                    BoardWords(
                        "退回 \(platform.refusedCount)，确认 \(confirmed)/\(all)",
                        "\(platform.refusedCount) refused, \(confirmed)/\(all) confirmed"), language)
            } else if confirmed == all {
                BadgeView(.good, BoardWords("已确认 \(all)", "\(all) confirmed"), language)
            } else if platform.sentCount > 0 {
                BadgeView(
                    .plain, BoardWords("已上报，确认 \(confirmed)/\(all)", "Sent, \(confirmed)/\(all) confirmed"),
                    language)
            } else {
                BadgeView(
                    .caution,
                    BoardWords("等待本月考勤全部确认", "Waits until the month's attendance is confirmed"), language)
            }
    }
}
