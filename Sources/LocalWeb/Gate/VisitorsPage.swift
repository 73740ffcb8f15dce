import Accounts
import Hummingbird
import SiteModel

/// `/visitors`: who is on site with a day pass. Names are masked in the ledger already, so everybody who is
/// logged in may look; who may open a lane lets in and out.
struct VisitorsPage: Sendable {
    static let path = "/visitors"
    static let textLimit = 64
    static let rowLimit = 200

    let office: Office

    private static let title = BoardWords("访客", "Visitors")

    func add(to guarded: Guarded) {
        guarded.get(Self.path, needs: nil) { request, session in
            .page(try await page(request, session))
        }
        guarded.get(Self.path + "/board", needs: nil) { request, session in
            .fragment(OfficePage(Self.title, "visitors-board", try await board(request, session)))
        }
        guarded.post(Self.path, needs: .openLane) { request, session in
            let lane = request.field("lane")
            let order = VisitorOrder(
                name: request.field("name"), company: request.field("company"),
                purpose: request.field("purpose"), host: request.field("host"),
                until: request.field("until"), lane: lane.isEmpty ? nil : lane, by: session.account.text)
            return try await answer(await office.gate.admit(order), request, session, isAdmission: true)
        }
        guarded.post(Self.path + "/leave", needs: .openLane) { request, session in
            guard let number = Int64(request.field("visitor")) else { throw OfficeProblem.unreadableForm }
            let lane = request.field("lane")
            let outcome = await office.gate.leave(
                LedgerSequence(number), lane.isEmpty ? nil : lane, session.account.text)
            return try await answer(outcome, request, session)
        }
        guarded.get(Self.path + "/:number/pass", needs: .openLane) { request, _ in
            guard let number = request.parameters.get("number").flatMap({ Int64($0) }),
                let facts = try await office.gate.pass(LedgerSequence(number))
            else { throw OfficeProblem.notFound }
            let title = BoardWords("访客证", "Day pass")
            return .page(
                OfficePage(
                    title, "qr-badge",
                    BadgePageView(facts, title, back: Self.path, office, request.language)))
        }
    }

    private func answer(
        _ outcome: GateOutcome, _ request: OfficeRequest, _ session: Session, isAdmission: Bool = false
    ) async throws -> OfficeAnswer {
        switch outcome {
        case .refused(let sentences):
            return .page(try await page(request, session, refused: sentences, isAdmission: isAdmission))
        case .done(let words, let isProblem):
            return .seeOther(
                Self.path, note: SessionNote(words.chinese, words.english, isProblem: isProblem))
        }
    }

    private func board(
        _ request: OfficeRequest, _ session: Session
    ) async throws -> VisitorsView.BoardView {
        VisitorsView.BoardView(
            try await office.gate.visitors(), lanes: office.gate.lanes(), office, request, session)
    }

    private func page(
        _ request: OfficeRequest, _ session: Session, refused: [BoardWords] = [], isAdmission: Bool = false
    ) async throws -> OfficePage {
        let board = try await board(request, session)
        return OfficePage(
            Self.title, "visitors",
            VisitorsView(
                csrf: HTMLText(session.formToken), refusal: RefusalView(refused, request.language),
                board: board, mayAdmit: session.may(.openLane),
                isOpened: isAdmission || !board.hasRows,
                controls: controls(request, isShownAgain: isAdmission)),
            status: refused.isEmpty ? 200 : 422)
    }

    private func controls(_ request: OfficeRequest, isShownAgain: Bool) -> [ControlView] {
        let language = request.language
        let typed = { (name: String) in isShownAgain ? request.field(name) : "" }
        func field(
            _ name: String, _ words: BoardWords, type: String = "text", isRequired: Bool = false,
            help: BoardWords? = nil
        ) -> ControlView {
            ControlView(
                FieldView(
                    name, words, value: typed(name), language, id: "visitor-\(name)", type: type,
                    isRequired: isRequired, lengthLimit: Self.textLimit, help: help))
        }
        return [
            field(
                "name", BoardWords("姓名", "Name"), isRequired: true,
                help: BoardWords("只保存第一个字", "Only its first character is kept")),
            field("company", BoardWords("单位", "Company"), isRequired: true),
            field("purpose", BoardWords("事由", "Purpose"), isRequired: true),
            field(
                "host", BoardWords("接待人编号", "Host"),
                help: BoardWords("可不填；人员编号，例如 cc0eee-2", "May be empty; id of a worker, like cc0eee-2")),
            field(
                "until", BoardWords("有效至", "Valid until"), type: "time",
                help: BoardWords("留空：当日结束", "Empty: the end of the day")),
            LaneFields.lane(
                office.gate.lanes(), chosen: typed("lane"), BoardWords("开闸", "Open a lane"),
                none: BoardWords("不开闸", "None"), id: "visitor-lane", language),
        ]
    }
}

struct VisitorsView: Sendable {
    struct RowView: Sendable {
        let number: HTMLText
        let person: HTMLText
        let company: HTMLText
        let purpose: HTMLText
        let host: HTMLText
        let hostPath: HTMLText?
        let admittedAt: HTMLText
        let until: HTMLText
        let standing: BadgeView
        let by: HTMLText
        /// Nil for whoever lets nobody out.
        let leaving: LeavingView?
    }

    struct LeavingView: Sendable {
        let csrf: HTMLText
        let visitor: HTMLText
        let passPath: HTMLText
        let lane: ControlView
    }

    struct BoardView: Sendable {
        let summary: HTMLText
        let rows: [RowView]
        let hasRows: Bool
    }

    let csrf: HTMLText
    let refusal: RefusalView?
    let board: BoardView
    let mayAdmit: Bool
    let isOpened: Bool
    let controls: [ControlView]
}

extension VisitorsView.BoardView {
    init(
        _ visitors: [VisitorFacts], lanes: [String], _ office: Office, _ request: OfficeRequest,
        _ session: Session
    ) {
        let language = request.language
        let overdue = visitors.count(where: \.isOverdue)
        let more = max(0, visitors.count - VisitorsPage.rowLimit)
        summary = BoardWords(
            "在场 \(visitors.count) 人" + (overdue > 0 ? "，其中超时 \(overdue) 人" : "")
                + (more > 0 ? "；另有 \(more) 人未显示" : ""),
            "\(visitors.count) on site" + (overdue > 0 ? ", \(overdue) of them overdue" : "")
                + (more > 0 ? "; \(more) more are not shown" : "")
        ).html(in: language)
        rows = visitors.prefix(VisitorsPage.rowLimit).map {
            VisitorsView.RowView($0, lanes: lanes, office, session, language)
        }
        hasRows = !rows.isEmpty
    }
}

extension VisitorsView.RowView {
    init(
        _ visitor: VisitorFacts, lanes: [String], _ office: Office, _ session: Session,
        _ language: Language
    ) {
        let text = { (instant: UTCInstant) in
            HTMLText(String(instant.localText(offsetMilliseconds: office.offsetMilliseconds).prefix(16)))
        }
        number = HTMLText(visitor.number.description)
        person = HTMLText(visitor.name, limit: VisitorsPage.textLimit)
        company = HTMLText(visitor.company, limit: VisitorsPage.textLimit)
        purpose = HTMLText(visitor.purpose, limit: VisitorsPage.textLimit)
        host = HTMLText(visitor.host?.description ?? "—")
        hostPath =
            session.may(.readMasked) ? visitor.host.map { HTMLText(WorkerPage.path(of: $0)) } : nil
        admittedAt = text(visitor.admittedAt)
        until = text(visitor.until)
        standing =
            visitor.isOverdue
            ? BadgeView(.severe, BoardWords("超时未离场", "Overdue"), language)
            : BadgeView(.good, BoardWords("在场", "On site"), language)
        by = HTMLText(visitor.by, limit: VisitorsPage.textLimit)
        leaving =
            session.may(.openLane)
            ? VisitorsView.LeavingView(
                csrf: HTMLText(session.formToken), visitor: HTMLText(visitor.number.description),
                passPath: HTMLText("\(VisitorsPage.path)/\(visitor.number)/pass"),
                lane: LaneFields.lane(
                    lanes, chosen: "", BoardWords("开闸", "Open a lane"), none: BoardWords("不开闸", "None"),
                    id: "lane-\(visitor.number)", language)) : nil
    }
}
