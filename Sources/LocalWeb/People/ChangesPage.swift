import Accounts
import SiteModel

/// `/changes`: what the platform has not confirmed, by time left of its 24 hours.
struct ChangesPage: Sendable {
    /// Rows of one page; the most urgent come first.
    static let rowLimit = 200
    static let referenceLimit = 200
    /// A screenshot or a scan; what is larger than the ledger keeps is refused with its size.
    static let attachmentByteLimit = 8 << 20

    let office: Office

    private static let title = BoardWords("变动时限", "Changes")

    enum Filter: String, Sendable, CaseIterable {
        case open
        case late
        case leaving
        case all

        var words: BoardWords {
            switch self {
            case .open: BoardWords("待确认", "Not confirmed")
            case .late: BoardWords("已逾期", "Late")
            case .leaving: BoardWords("离场未确认", "Leaving not confirmed")
            case .all: BoardWords("全部", "All")
            }
        }

        init(_ request: OfficeRequest) {
            self = Filter(rawValue: request.query["show"] ?? "") ?? .open
        }
    }

    func add(to guarded: Guarded) {
        guarded.get("/changes", needs: .readMasked) { request, session in
            .page(try await page(request, session))
        }
        guarded.get("/changes/board", needs: .readMasked) { request, session in
            .fragment(
                OfficePage(
                    Self.title, "changes-board",
                    BoardView(try await office.people.changes(), Filter(request), office, request, session)))
        }
        guarded.post(
            "/changes", needs: .changePersonnel, byteLimit: Self.attachmentByteLimit
        ) { request, session in
            guard let change = Int64(request.field("change")) else { throw OfficeProblem.unreadableForm }
            let reference = String(request.field("reference").prefix(Self.referenceLimit))
            guard !reference.isEmpty else {
                let words = BoardWords("请填写平台显示的编号或说明。", "Say what the platform shows for it.")
                return .page(try await page(request, session, refused: [words]))
            }
            let outcome = await office.people.confirm(
                LedgerSequence(change), reference, request.body, session.account.text)
            switch outcome {
            case .refused(let sentences): return .page(try await page(request, session, refused: sentences))
            case .lanesBehind: return .seeOther("/changes", note: .lanesBehind)
            case .done:
                let note = SessionNote(
                    "变动 \(change) 已人工确认，计时停止。",
                    "Change \(change) is confirmed by hand; its clock has stopped.")
                return .seeOther("/changes?show=\(Filter(request).rawValue)", note: note)
            }
        }
    }

    private func page(
        _ request: OfficeRequest, _ session: Session, refused: [BoardWords] = []
    ) async throws -> OfficePage {
        let board = try await office.people.changes()
        let filter = Filter(request)
        return OfficePage(
            Self.title, "changes",
            ChangesView(
                filters: Filter.allCases.map {
                    LinkView(
                        path: HTMLText("/changes?show=\($0.rawValue)"),
                        label: $0.words.html(in: request.language), isHere: $0 == filter)
                },
                refresh: HTMLText("/changes/board?show=\(filter.rawValue)"),
                refusal: RefusalView(refused, request.language),
                board: BoardView(board, filter, office, request, session),
                months: board.months.reversed().prefix(12).map { MonthView($0, request.language) },
                hasMonths: !board.months.isEmpty),
            status: refused.isEmpty ? 200 : 422)
    }

    struct BoardView: Sendable {
        struct RowView: Sendable {
            let line: ChangeView
            let mayConfirm: Bool
            let isOpened: Bool
            /// What was typed before it was refused.
            let reference: HTMLText
        }

        let csrf: HTMLText
        let action: HTMLText
        let summary: HTMLText
        let rows: [RowView]
        let hasRows: Bool

        init(
            _ board: ChangeBoard, _ filter: Filter, _ office: Office, _ request: OfficeRequest,
            _ session: Session
        ) {
            let language = request.language
            let late = board.open.filter(\.isLate)
            let lines =
                switch filter {
                case .open: board.open
                case .late: late
                case .leaving: board.leavings
                case .all: board.open + board.confirmed
                }
            csrf = HTMLText(session.formToken)
            action = HTMLText("/changes?show=\(filter.rawValue)")
            let asked = request.field("change")
            rows = lines.prefix(ChangesPage.rowLimit).map { line in
                let isAsked = line.change.description == asked
                return RowView(
                    line: ChangeView(line, offsetMilliseconds: office.offsetMilliseconds, language),
                    mayConfirm: !line.isConfirmed && session.may(.changePersonnel), isOpened: isAsked,
                    reference: HTMLText(isAsked ? request.field("reference") : "", limit: 200))
            }
            hasRows = !rows.isEmpty
            let more = max(0, lines.count - ChangesPage.rowLimit)
            let urgent = board.open.count { !$0.isLate && $0.elapsed >= .seconds(20 * 3_600) }
            let warned = board.open.count { !$0.isLate && $0.elapsed >= .seconds(12 * 3_600) } - urgent
            let (open, leavings) = (board.open.count, board.leavings.count)
            summary = BoardWords(
                "待确认 \(open) 条，其中逾期 \(late.count) 条，已过 20 小时 \(urgent) 条，"
                    + "已过 12 小时 \(warned) 条"
                    + (leavings > 0 ? "；离场未确认 \(leavings) 人" : "")
                    + (more > 0 ? "；另有 \(more) 条未显示" : ""),
                "\(open) not confirmed, \(late.count) of them late, \(urgent) beyond 20 hours, "
                    + "\(warned) beyond 12 hours"
                    + (leavings > 0 ? "; \(leavings) left without confirming it" : "")
                    + (more > 0 ? "; \(more) more are not shown" : "")
            ).html(in: language)
        }
    }
}

struct ChangesView: Sendable {
    let filters: [LinkView]
    let refresh: HTMLText
    let refusal: RefusalView?
    let board: ChangesPage.BoardView
    let months: [MonthView]
    let hasMonths: Bool
}

struct MonthView: Sendable {
    let month: HTMLText
    let changeCount: HTMLText
    let inTimeCount: HTMLText
    let lateCount: HTMLText
    let median: HTMLText
    let medianBar: ClockBarView?
    let share: ShareBarView?

    init(_ month: ChangeBoard.Month, _ language: Language) {
        self.month = HTMLText(month.name)
        changeCount = HTMLText("\(month.changeCount)")
        inTimeCount = HTMLText("\(month.inTimeCount)")
        lateCount = HTMLText("\(month.lateCount)")
        median = HTMLText(month.medianDelay.map { ClockBarView.text($0, language) } ?? "—")
        medianBar = month.medianDelay.map { ClockBarView(median: $0, language) }
        share = ShareBarView(month.inTimeCount, of: month.inTimeCount + month.lateCount)
    }
}

/// A share as a bar and as a percentage: `{{> sharebar}}`.
struct ShareBarView: Sendable {
    /// 0 to 240.
    let shareWidth: HTMLText
    let percent: HTMLText
    /// `calm` or `late`: the class.
    let shareState: HTMLText

    /// Nil when there is nothing to have a share of.
    init?(_ count: Int, of total: Int) {
        guard total > 0 else { return nil }
        shareWidth = HTMLText("\(count * 240 / total)")
        // Downwards: 100 % means all.
        percent = HTMLText("\(count * 100 / total) %")
        shareState = HTMLText(count == total ? "calm" : "late")
    }
}
