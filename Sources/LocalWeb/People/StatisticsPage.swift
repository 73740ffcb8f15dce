import Accounts
public import SiteModel

/// A month of site time.
public struct StatisticsMonth: Sendable, Hashable {
    public let year: Int
    /// 1 to 12.
    public let month: Int

    public init(year: Int, month: Int) {
        self.year = year
        self.month = month
    }

    /// `2026-11`; nil for anything else.
    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard text.utf8.count == 7, parts.count == 2, let year = Int(parts[0]), let month = Int(parts[1]),
            (1...12).contains(month)
        else { return nil }
        self.init(year: year, month: month)
    }

    public var text: String { "\(year)-\(month < 10 ? "0" : "")\(month)" }
}

/// How well the 24 hours were kept in a month: by all, by the managers, and by each team without them.
public struct ChangeStatisticsBoard: Sendable, Hashable {
    public struct Line: Sendable, Hashable {
        public var team: Team
        public var figures: ChangeBoard.Month

        public init(team: Team, figures: ChangeBoard.Month) {
            self.team = team
            self.figures = figures
        }
    }

    /// Months with a change, newest first; empty before the first.
    public var months: [StatisticsMonth]
    /// Nil when nothing changed in the month that was asked for.
    public var all: ChangeBoard.Month?
    /// 管理人员 (work role 10).
    public var managers: ChangeBoard.Month?
    /// By employer and name.
    public var teams: [Line]

    public init(
        months: [StatisticsMonth], all: ChangeBoard.Month?, managers: ChangeBoard.Month?, teams: [Line]
    ) {
        self.months = months
        self.all = all
        self.managers = managers
        self.teams = teams
    }
}

/// `/changes/statistics`: the share of changes that were confirmed within 24 hours and how long it took in
/// the middle, by team, for one month.
struct StatisticsPage: Sendable {
    static let path = "/changes/statistics"
    /// Months to choose from.
    static let monthLimit = 24
    static let teamLimit = 500

    let office: Office

    private static let title = BoardWords("变动统计", "Statistics of changes")

    func add(to guarded: Guarded) {
        guarded.get(Self.path, needs: .readMasked) { request, _ in
            let asked = request.query["month"].flatMap(StatisticsMonth.init)
            let board = try await office.people.statistics(asked)
            return .page(
                OfficePage(
                    Self.title, "statistics",
                    StatisticsView(board, asked ?? board.months.first, request.language)))
        }
    }
}

struct StatisticsView: Sendable {
    struct RowView: Sendable {
        let group: HTMLText
        let employer: HTMLText
        let figures: MonthView

        init(_ words: BoardWords, employer: String = "", _ month: ChangeBoard.Month, _ language: Language) {
            group = words.html(in: language)
            self.employer = HTMLText(employer)
            figures = MonthView(month, language)
        }
    }

    let months: [LinkView]
    let month: HTMLText
    let rows: [RowView]
    let hasRows: Bool

    init(_ board: ChangeStatisticsBoard, _ shown: StatisticsMonth?, _ language: Language) {
        months = board.months.prefix(StatisticsPage.monthLimit).map {
            LinkView(
                path: HTMLText("\(StatisticsPage.path)?month=\($0.text)"), label: HTMLText($0.text),
                isHere: $0 == shown)
        }
        month = HTMLText(shown?.text ?? "")
        var rows: [RowView] = []
        if let all = board.all { rows.append(RowView(BoardWords("全部", "All"), all, language)) }
        if let managers = board.managers {
            rows.append(RowView(BoardWords("管理人员", "Managers"), managers, language))
        }
        rows += board.teams.prefix(StatisticsPage.teamLimit).map { line in
            RowView(
                BoardWords(line.team.name, line.team.name), employer: line.team.employer, line.figures,
                language)
        }
        self.rows = rows
        hasRows = !rows.isEmpty
    }
}
