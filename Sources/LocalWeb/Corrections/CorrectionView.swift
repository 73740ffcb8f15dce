import SiteModel

/// A correction beside what it puts right: on its page and on a worker's. The cells are `{{> correction}}`.
struct CorrectionView: Sendable {
    struct PassView: Sendable {
        let at: HTMLText
        let way: HTMLText
        let lane: HTMLText
        let decision: HTMLText?

        init(_ pass: CorrectionLine.Pass, _ text: (UTCInstant) -> String, _ language: Language) {
            at = HTMLText(text(pass.at))
            way = pass.direction.words.html(in: language)
            lane = HTMLText(pass.lane)
            decision = pass.decision?.html(in: language)
        }
    }

    let correction: HTMLText
    let path: HTMLText
    let person: HTMLText
    let team: HTMLText
    let action: HTMLText
    let original: PassView?
    let passes: [PassView]
    let isWithdrawn: Bool
    let correctedBy: HTMLText
    let reason: HTMLText
    let recordedAt: HTMLText
    let standing: BadgeView
    let judgedBy: HTMLText?
    let judgedAt: HTMLText
    let words: HTMLText?

    init(_ line: CorrectionLine, offsetMilliseconds: Int64, _ language: Language) {
        let text = { (instant: UTCInstant, count: Int) in
            String(instant.localText(offsetMilliseconds: offsetMilliseconds).prefix(count))
        }
        correction = HTMLText(line.correction.description)
        path = HTMLText(WorkerPage.path(of: line.worker))
        person = HTMLText(line.name)
        team = HTMLText(line.team.name)
        action = line.action.words.html(in: language)
        original = line.original.map { PassView($0, { text($0, 19) }, language) }
        passes = line.passes.map { PassView($0, { text($0, 19) }, language) }
        isWithdrawn = line.action == .withdrawn
        correctedBy = HTMLText(line.by)
        reason = HTMLText(line.reason, limit: 400)
        recordedAt = HTMLText(text(line.recordedAt, 16))
        standing = .correction(line.standing, language)
        if case .judged(_, let by, let at, let said) = line.standing {
            judgedBy = HTMLText(by)
            judgedAt = HTMLText(text(at, 16))
            words = said.isEmpty ? nil : HTMLText(said, limit: 400)
        } else {
            (judgedBy, judgedAt, words) = (nil, HTMLText(""), nil)
        }
    }
}

extension BadgeView {
    static func correction(_ standing: CorrectionLine.Standing, _ language: Language) -> BadgeView {
        switch standing {
        case .open: BadgeView(.caution, BoardWords("未经项目经理确认", "Not confirmed"), language)
        case .judged(.confirmed, _, _, _): BadgeView(.good, BoardWords("已确认", "Confirmed"), language)
        case .judged(.objected, _, _, _): BadgeView(.severe, BoardWords("有异议", "Objected to"), language)
        }
    }
}

extension CorrectionAction {
    var words: BoardWords {
        switch self {
        case .added: BoardWords("补卡", "Added")
        case .withdrawn: BoardWords("撤销", "Withdrawn")
        case .replaced: BoardWords("更正", "Replaced")
        }
    }
}
