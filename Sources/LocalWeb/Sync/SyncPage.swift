import Accounts
import SiteModel

/// `/sync`: how the deliveries to the central platforms stand, what was refused, which days are complete.
struct SyncPage: Sendable {
    static let rowLimit = 200
    static let reasonLimit = 200

    let office: Office

    private static let title = BoardWords("平台上报", "Deliveries")

    func add(to guarded: Guarded) {
        guarded.get("/sync", needs: .readMasked) { request, session in
            .page(try await page(request, session))
        }
        guarded.get("/sync/board", needs: .readMasked) { request, session in
            let board = try await office.sync.board(false)
            return .fragment(
                OfficePage(Self.title, "sync-board", SyncBoardView(board, office, request, session)))
        }
        // A POST, because it writes an entry.
        guarded.post("/sync/show", needs: .readPersonal) { request, session in
            let count = try await office.sync.board(false).rejections.count
            if count > 0 { try await office.personalData.record(session, "/sync", workerCount: count) }
            return .page(try await page(request, session, isRevealed: true))
        }
        guarded.post("/sync/order", needs: .changePersonnel) { request, session in
            guard let act = SyncAct(rawValue: request.field("act")) else {
                throw OfficeProblem.unreadableForm
            }
            switch await office.sync.order(request.field("platform"), act) {
            case .refused(let words): return .page(try await page(request, session, refused: [words]))
            case .done: return .seeOther("/sync", note: act.note)
            }
        }
        guarded.post("/sync/settle", needs: .changePersonnel) { request, session in
            try await settle(request, session)
        }
        guarded.post("/sync/settle-all", needs: .changePersonnel) { request, session in
            try await settleAll(request, session)
        }
    }

    private func settle(_ request: OfficeRequest, _ session: Session) async throws -> OfficeAnswer {
        let act = request.field("act")
        guard let entry = Int64(request.field("entry")), let pass = Int(request.field("pass")),
            ["resend", "dismiss"].contains(act)
        else { throw OfficeProblem.unreadableForm }
        let reason = String(request.field("reason").prefix(Self.reasonLimit))
        guard !reason.isEmpty else { return try await missingReason(request, session) }
        let settlement = SyncSettlement(
            platform: request.field("platform"), entry: LedgerSequence(entry), pass: pass,
            isResent: act == "resend", by: session.account.text, reason: reason)
        switch await office.sync.settle(settlement) {
        case .refused(let words): return .page(try await page(request, session, refused: [words]))
        case .done:
            let note =
                settlement.isResent
                ? SessionNote("记录 \(entry) 将重新上报。", "Entry \(entry) is sent once more.")
                : SessionNote("记录 \(entry) 不再上报。", "Entry \(entry) is not sent any more.")
            return .seeOther("/sync", note: note)
        }
    }

    /// Everything that one platform refused with one code.
    private func settleAll(_ request: OfficeRequest, _ session: Session) async throws -> OfficeAnswer {
        let (act, code) = (request.field("act"), request.field("code"))
        guard !code.isEmpty, ["resend", "dismiss"].contains(act) else { throw OfficeProblem.unreadableForm }
        let reason = String(request.field("reason").prefix(Self.reasonLimit))
        guard !reason.isEmpty else { return try await missingReason(request, session) }
        let settlement = SyncBulkSettlement(
            platform: request.field("platform"), code: code, isResent: act == "resend",
            by: session.account.text, reason: reason)
        switch await office.sync.settleAll(settlement) {
        case .refused(let words): return .page(try await page(request, session, refused: [words]))
        case .settled(let count, let keptCount):
            let kept =
                keptCount > 0
                ? BoardWords("另有 \(keptCount) 条需逐条处理。", " \(keptCount) are to be looked at one by one.")
                : BoardWords("", "")
            let note =
                settlement.isResent
                ? SessionNote(
                    "\(count) 条将重新上报。\(kept.chinese)", "\(count) are sent once more.\(kept.english)")
                : SessionNote(
                    "\(count) 条不再上报。\(kept.chinese)", "\(count) are not sent any more.\(kept.english)")
            return .seeOther("/sync", note: note)
        }
    }

    private func missingReason(_ request: OfficeRequest, _ session: Session) async throws -> OfficeAnswer {
        let words = BoardWords("请填写原因。", "Say why.")
        return .page(try await page(request, session, refused: [words]))
    }

    private func page(
        _ request: OfficeRequest, _ session: Session, refused: [BoardWords] = [], isRevealed: Bool = false
    ) async throws -> OfficePage {
        let board = try await office.sync.board(isRevealed)
        let groups = session.may(.changePersonnel) ? RefusalGroupView.groups(of: board) : []
        let mayReveal = session.may(.readPersonal) && !isRevealed && !board.rejections.isEmpty
        return OfficePage(
            Self.title, "sync",
            SyncView(
                refusal: RefusalView(refused, request.language),
                board: SyncBoardView(board, office, request, session),
                hasPlatforms: !board.platforms.isEmpty,
                csrf: HTMLText(session.formToken), groups: groups, hasGroups: !groups.isEmpty,
                rejections: board.rejections.prefix(Self.rowLimit).map {
                    RejectionView($0, office, request, session)
                },
                hasRejections: !board.rejections.isEmpty, mayReveal: mayReveal, isRevealed: isRevealed,
                more: board.rejections.count > Self.rowLimit
                    ? HTMLText("\(board.rejections.count - Self.rowLimit)") : nil),
            status: refused.isEmpty ? 200 : 422)
    }
}

extension SyncAct {
    fileprivate var note: SessionNote {
        switch self {
        case .now: SessionNote("正在重试。", "It is tried again.")
        case .pause: SessionNote("已暂停上报。", "Deliveries are paused.")
        case .resume: SessionNote("已恢复上报。", "Deliveries go on.")
        }
    }
}
