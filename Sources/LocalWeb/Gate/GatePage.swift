import Accounts
import SiteModel

/// `/gate`: lets a worker through who has no card, or opens a lane for nobody in particular; both with a
/// reason. Who the worker is travels in a body, for a number is personal.
struct GatePage: Sendable {
    static let path = "/gate"
    /// Of who and why together (`ManualAdmission.byteLimit`).
    static let reasonLimit = 40

    let office: Office

    private static let title = BoardWords("门岗放行", "Gate")

    private enum Act: String {
        case worker
        case lane
    }

    func add(to guarded: Guarded) {
        guarded.get(Self.path, needs: .openLane) { request, session in
            .page(page(request, session))
        }
        for act in [Act.worker, .lane] {
            guarded.post("\(Self.path)/\(act.rawValue)", needs: .openLane) { request, session in
                await answer(act, request, session)
            }
        }
    }

    private func answer(_ act: Act, _ request: OfficeRequest, _ session: Session) async -> OfficeAnswer {
        guard let direction = Direction(formValue: request.field("direction")) else {
            let words = BoardWords("请选择方向。", "Choose the direction.")
            return .page(page(request, session, act, refused: [words]))
        }
        let order = LaneOrder(
            worker: act == .worker ? request.field("worker") : "", lane: request.field("lane"),
            direction: direction, reason: request.field("reason"), by: session.account.text)
        let outcome =
            act == .worker ? await office.gate.letThrough(order) : await office.gate.open(order)
        switch outcome {
        case .refused(let sentences): return .page(page(request, session, act, refused: sentences))
        case .done(let words, let isProblem):
            return .seeOther(
                Self.path, note: SessionNote(words.chinese, words.english, isProblem: isProblem))
        }
    }

    private func page(
        _ request: OfficeRequest, _ session: Session, _ act: Act? = nil, refused: [BoardWords] = []
    ) -> OfficePage {
        let language = request.language
        let lanes = office.gate.lanes()
        func controls(_ own: Act) -> [ControlView] {
            let typed = { (name: String) in act == own ? request.field(name) : "" }
            return [
                LaneFields.lane(
                    lanes, chosen: typed("lane"), BoardWords("通道", "Lane"), none: nil,
                    id: "\(own.rawValue)-lane", language),
                LaneFields.direction(
                    chosen: typed("direction"), id: "\(own.rawValue)-direction", language),
                ControlView(
                    FieldView(
                        "reason", BoardWords("原因", "Why"), value: typed("reason"), language,
                        id: "\(own.rawValue)-reason", isRequired: true, lengthLimit: Self.reasonLimit)),
            ]
        }
        let worker = ControlView(
            FieldView(
                "worker", BoardWords("人员编号或证件号码", "Id or identity number of the worker"),
                value: act == .worker ? request.field("worker") : "", language, isRequired: true,
                lengthLimit: 40,
                help: BoardWords("记为人工放行，计考勤", "Recorded as let through by hand; counts as attendance")))
        return OfficePage(
            Self.title, "gate",
            GateView(
                csrf: HTMLText(session.formToken), refusal: RefusalView(refused, language),
                hasLanes: !lanes.isEmpty, worker: [worker] + controls(.worker), lane: controls(.lane)),
            status: refused.isEmpty ? 200 : 422)
    }
}

struct GateView: Sendable {
    let csrf: HTMLText
    let refusal: RefusalView?
    let hasLanes: Bool
    let worker: [ControlView]
    let lane: [ControlView]
}
