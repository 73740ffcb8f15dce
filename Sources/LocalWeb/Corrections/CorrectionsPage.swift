import Accounts
import SiteModel

/// `/corrections`: corrections of attendance beside what they put right. The site manager confirms each or
/// objects to it; everybody else who may read sees how it stands.
struct CorrectionsPage: Sendable {
    static let path = "/corrections"
    static let rowLimit = 200

    let office: Office

    private static let title = BoardWords("考勤更正", "Corrections")

    func add(to guarded: Guarded) {
        guarded.get(Self.path, needs: .readMasked) { request, session in
            .page(try await page(request, session))
        }
        guarded.post(Self.path, needs: .confirmCorrections) { request, session in
            guard let correction = Int64(request.field("correction")),
                let verdict = CorrectionVerdict(act: request.field("act"))
            else { throw OfficeProblem.unreadableForm }
            let outcome = await office.people.corrections.judge(
                CorrectionOrder(
                    correction: LedgerSequence(correction), verdict: verdict, words: request.field("words"),
                    by: session.account.text, displayName: session.displayName))
            switch outcome {
            case .refused(let sentences): return .page(try await page(request, session, refused: sentences))
            case .lanesBehind: return .seeOther(Self.path, note: .lanesBehind)
            case .done:
                let note =
                    verdict == .confirmed
                    ? SessionNote("更正 \(correction) 已确认。", "Correction \(correction) is confirmed.")
                    : SessionNote("已对更正 \(correction) 提出异议。", "You objected to correction \(correction).")
                return .seeOther("\(Self.path)?show=\(Self.isOfAll(request) ? "all" : "open")", note: note)
            }
        }
    }

    private static func isOfAll(_ request: OfficeRequest) -> Bool { request.query["show"] == "all" }

    private func page(
        _ request: OfficeRequest, _ session: Session, refused: [BoardWords] = []
    ) async throws -> OfficePage {
        let isOfAll = Self.isOfAll(request)
        let list = try await office.people.corrections.list(isOfAll, Self.rowLimit)
        let filters = [("open", BoardWords("待确认", "Not confirmed")), ("all", BoardWords("全部", "All"))]
        let view = CorrectionsView(
            list, office, request, session,
            filters: filters.map { name, words in
                LinkView(
                    path: HTMLText("\(Self.path)?show=\(name)"), label: words.html(in: request.language),
                    isHere: (name == "all") == isOfAll)
            }, refused: refused)
        return OfficePage(Self.title, "corrections", view, status: refused.isEmpty ? 200 : 422)
    }
}

struct CorrectionsView: Sendable {
    struct RowView: Sendable {
        let line: CorrectionView
        let mayJudge: Bool
        let isOpened: Bool
        /// What was typed before it was refused.
        let typed: HTMLText
    }

    let csrf: HTMLText
    let action: HTMLText
    let filters: [LinkView]
    let refusal: RefusalView?
    let summary: HTMLText
    let rows: [RowView]
    let hasRows: Bool
    let mayJudge: Bool

    init(
        _ list: CorrectionList, _ office: Office, _ request: OfficeRequest, _ session: Session,
        filters: [LinkView], refused: [BoardWords]
    ) {
        let (language, asked) = (request.language, request.field("correction"))
        let mayJudge = session.may(.confirmCorrections)
        csrf = HTMLText(session.formToken)
        action = HTMLText(request.query["show"] == "all" ? "/corrections?show=all" : "/corrections")
        self.filters = filters
        refusal = RefusalView(refused, language)
        self.mayJudge = mayJudge
        rows = list.lines.map { line in
            let isAsked = line.correction.description == asked
            let isOwn = line.by == session.account.text || line.by == session.displayName
            return RowView(
                line: CorrectionView(line, offsetMilliseconds: office.offsetMilliseconds, language),
                mayJudge: mayJudge && line.isUnconfirmed && !isOwn, isOpened: isAsked,
                typed: HTMLText(isAsked ? request.field("words") : "", limit: CorrectionJudged.wordLimit))
        }
        hasRows = !rows.isEmpty
        let more = list.totalCount - list.lines.count
        summary = BoardWords(
            "待确认 \(list.openCount) 条，有异议 \(list.objectedCount) 条" + (more > 0 ? "；另有 \(more) 条未显示" : ""),
            "\(list.openCount) not confirmed, \(list.objectedCount) objected to"
                + (more > 0 ? "; \(more) more are not shown" : "")
        ).html(in: language)
    }
}

extension CorrectionVerdict {
    /// In forms.
    fileprivate init?(act: String) {
        switch act {
        case "confirm": self = .confirmed
        case "object": self = .objected
        default: return nil
        }
    }
}
