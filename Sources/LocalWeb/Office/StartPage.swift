import Accounts

/// `/office`: who is logged in, what waits, where to.
struct StartPage: Sendable {
    let office: Office

    func add(to guarded: Guarded) {
        guarded.get("/office", needs: nil) { request, session in
            .page(try await page(request, session))
        }
    }

    private func page(_ request: OfficeRequest, _ session: Session) async throws -> OfficePage {
        let language = request.language
        let work = try await office.openWork()
        var tiles: [TileView] = []
        if session.may(.readMasked) {
            tiles = [
                TileView(
                    work.lateChangeCount, BoardWords("逾期变动", "Changes overdue"), isSevere: true,
                    path: "/changes?show=late", language),
                TileView(
                    work.urgentChangeCount,
                    BoardWords("变动已过 20 小时", "Changes beyond 20 hours"), isSevere: true,
                    path: "/changes", language),
                TileView(
                    work.warnedChangeCount,
                    BoardWords("变动已过 12 小时", "Changes beyond 12 hours"), isSevere: false,
                    path: "/changes", language),
                TileView(
                    work.openChangeCount, BoardWords("待确认变动", "Changes not confirmed"), isSevere: false,
                    path: "/changes", language),
                TileView(
                    work.escalatedCount, BoardWords("登记逾期（10 天）", "Enrolments beyond 10 days"),
                    isSevere: true, path: "/enrolment", language),
                TileView(
                    work.warnedEnrolmentCount,
                    BoardWords("登记已过 7 天", "Enrolments beyond 7 days"), isSevere: false,
                    path: "/enrolment", language),
                TileView(
                    work.incompleteCount, BoardWords("登记未完成", "Enrolments incomplete"), isSevere: false,
                    path: "/enrolment", language),
                TileView(
                    work.refusedDeliveryCount, BoardWords("平台退回", "Refused by a platform"), isSevere: true,
                    path: "/sync", language),
                TileView(
                    work.openCorrectionCount, BoardWords("待确认考勤更正", "Corrections not confirmed"),
                    isSevere: false, path: CorrectionsPage.path, language),
            ]
        }
        return OfficePage(
            BoardWords("首页", "Start"), "start",
            StartView(
                name: HTMLText(session.displayName, limit: 40), account: HTMLText(session.account.text),
                role: session.role.words.html(in: language), tiles: tiles,
                permissions: Permission.allCases.filter(session.may).map { $0.words.html(in: language) }))
    }
}

struct StartView: Sendable {
    let name: HTMLText
    let account: HTMLText
    let role: HTMLText
    let tiles: [TileView]
    let permissions: [HTMLText]
}

/// A number with a word, and a mark when it is more than nothing.
struct TileView: Sendable {
    let count: HTMLText
    let label: HTMLText
    /// Where the work is done; nil while there is no such page.
    let path: HTMLText?
    let badge: BadgeView

    init(_ count: Int, _ label: BoardWords, isSevere: Bool, path: String? = nil, _ language: Language) {
        self.count = HTMLText("\(count)")
        self.label = label.html(in: language)
        self.path = path.map { HTMLText($0) }
        badge =
            count == 0
            ? BadgeView(.good, BoardWords("无", "None"), language)
            : BadgeView(isSevere ? .severe : .caution, BoardWords("待处理", "To do"), language)
    }
}

extension Permission {
    var words: BoardWords {
        switch self {
        case .readMasked: BoardWords("查看人员（脱敏）", "See people, masked")
        case .readPersonal: BoardWords("查看个人信息（留痕）", "See personal data (recorded)")
        case .changePersonnel: BoardWords("登记进退场与变更", "Enrol and change people")
        case .confirmCorrections: BoardWords("确认考勤更正", "Confirm corrections")
        case .export: BoardWords("导出", "Export")
        case .openLane: BoardWords("人工放行（须填原因）", "Open a lane, with a reason")
        }
    }
}
