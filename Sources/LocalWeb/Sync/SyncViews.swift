import Accounts
import SiteModel

struct SyncView: Sendable {
    let refusal: RefusalView?
    let board: SyncBoardView
    let hasPlatforms: Bool
    let csrf: HTMLText
    /// Of whoever may decide.
    let groups: [RefusalGroupView]
    let hasGroups: Bool
    let rejections: [RejectionView]
    let hasRejections: Bool
    let mayReveal: Bool
    let isRevealed: Bool
    /// How many are not shown.
    let more: HTMLText?
}

struct SyncBoardView: Sendable {
    let platforms: [PlatformView]

    init(_ board: SyncBoard, _ office: Office, _ request: OfficeRequest, _ session: Session) {
        platforms = board.platforms.map {
            PlatformView(
                $0, now: board.now, offsetMilliseconds: office.offsetMilliseconds,
                csrf: session.may(.changePersonnel) ? session.formToken : nil, request.language)
        }
    }
}

/// A number with a word, without a badge.
struct FigureView: Sendable {
    let figure: HTMLText
    let label: HTMLText

    init(_ figure: String, _ label: BoardWords, _ language: Language) {
        self.figure = HTMLText(figure)
        self.label = label.html(in: language)
    }
}

struct PlatformView: Sendable {
    struct ActView: Sendable {
        let act: HTMLText
        let label: HTMLText
        let csrf: HTMLText
        let platform: HTMLText
    }

    struct UnitView: Sendable {
        let unit: HTMLText
        let words: HTMLText
    }

    let name: HTMLText
    let standing: BadgeView
    let warnings: [HTMLText]
    /// What is wrong, in sentences.
    let troubles: [HTMLText]
    let figures: [FigureView]
    let backlog: BacklogView?
    let calendar: CalendarView
    let units: [UnitView]
    let hasUnits: Bool
    let differences: [DifferenceView]
    let hasDifferences: Bool
    let acts: [ActView]

    /// - Parameter csrf: nil for whoever may order nothing.
    init(
        _ platform: SyncPlatform, now: UTCInstant, offsetMilliseconds: Int64, csrf: String?,
        _ language: Language
    ) {
        name = platform.title.html(in: language)
        standing = platform.badge(language)
        warnings = platform.warnings.map { $0.html(in: language) }
        troubles = platform.troubles(offsetMilliseconds: offsetMilliseconds).map { $0.html(in: language) }
        figures = platform.figures(language)
        backlog = BacklogView(
            platform.backlog, now: now, offsetMilliseconds: offsetMilliseconds, language)
        calendar = CalendarView(
            platform.days, today: now.day(offsetMilliseconds: offsetMilliseconds), language)
        units = platform.refusedUnits.map {
            UnitView(
                unit: HTMLText($0.team.isEmpty ? $0.employer : "\($0.employer) / \($0.team)", limit: 200),
                words: HTMLText($0.words, limit: 200))
        }
        hasUnits = !units.isEmpty
        differences = platform.differences.map {
            DifferenceView($0, offsetMilliseconds: offsetMilliseconds, language)
        }
        hasDifferences = !differences.isEmpty
        acts =
            csrf.map { csrf in
                let isPaused = platform.standing == .paused
                let all: [(SyncAct, BoardWords)] = [
                    (.now, BoardWords("立即重试", "Try now")),
                    isPaused
                        ? (.resume, BoardWords("继续上报", "Go on")) : (.pause, BoardWords("暂停上报", "Pause")),
                ]
                return all.map { act, words in
                    ActView(
                        act: HTMLText(act.rawValue), label: words.html(in: language), csrf: HTMLText(csrf),
                        platform: HTMLText(platform.name))
                }
            } ?? []
    }
}

extension SyncPlatform {
    fileprivate var title: BoardWords {
        guard let carriedFrom else { return BoardWords(name, name) }
        let platform = name.prefix { $0 != "/" }
        return BoardWords(
            "\(platform)：\(carriedFrom.node) 带来的记录（\(carriedFrom.tag)）",
            "\(platform): records carried from \(carriedFrom.node) (\(carriedFrom.tag))")
    }

    fileprivate func badge(_ language: Language) -> BadgeView {
        switch standing {
        case .unknown: BadgeView(.plain, BoardWords("正在启动", "Starting"), language)
        case .broken: BadgeView(.severe, BoardWords("上报中断", "Stands still"), language)
        case .stopped: BadgeView(.severe, BoardWords("平台拒绝", "Refused"), language)
        case .paused: BadgeView(.caution, BoardWords("已暂停", "Paused"), language)
        case .waiting(let pause):
            BadgeView(
                .caution,
                BoardWords(
                    "\(pause.wholeMilliseconds / 1_000) 秒后重试",
                    "Tries again in \(pause.wholeMilliseconds / 1_000) s"),
                language)
        case .delivering: BadgeView(.plain, BoardWords("正在上报", "Delivering"), language)
        case .heldUp: BadgeView(.caution, BoardWords("等待现场处理", "Waits for the site"), language)
        case .upToDate: BadgeView(.good, BoardWords("已全部上报", "Up to date"), language)
        }
    }

    /// In the platform's words and ours, with what helps.
    fileprivate func troubles(offsetMilliseconds: Int64) -> [BoardWords] {
        var troubles: [BoardWords] = []
        if case .broken(let words) = standing {
            troubles.append(
                BoardWords("上报无法进行，系统会自动重试：\(words)", "Nothing can be delivered; tried again: \(words)"))
        }
        if let pauseWords {
            troubles.append(pauseWords)
            troubles.append(
                BoardWords(
                    "请查看下方退回原因，改正后点“继续上报”；仍在等待的记录不会丢失。",
                    "See below why; put it right, then go on. Nothing that waits is lost."))
        }
        if case .stopped(let words) = standing {
            troubles.append(BoardWords("平台答复：\(words)", "The platform says: \(words)"))
            troubles.append(
                platformTime.map {
                    let time = $0.localText(offsetMilliseconds: offsetMilliseconds)
                    return BoardWords(
                        "平台时间为 \(time)，与本机不符。请校准本机时钟。",
                        "The platform's clock says \(time): set this machine's clock.")
                }
                    ?? BoardWords(
                        "平台拒绝全部上报。请核对 appid、密钥、项目编码、权限和出口 IP，改正后点“立即重试”；记录都在，不会丢失。",
                        "It refuses everything. Compare appid, secret, project code, rights and our address; "
                            + "then try now. No record is lost."))
        }
        if let trouble {
            troubles.append(
                BoardWords(
                    "暂时无法送达，系统会自动重试：\(trouble.chinese)",
                    "Not reached; tried again by itself: \(trouble.english)"))
        }
        return troubles
    }

    fileprivate func figures(_ language: Language) -> [FigureView] {
        var figures = [
            FigureView("\(waitingCount)", BoardWords("待上报", "Waiting"), language),
            FigureView(
                oldestAge.map { age in
                    age < .seconds(60)
                        ? BoardWords("不到 1 分钟", "Under 1 min").text(in: language)
                        : ClockBarView.text(age, language)
                } ?? "—",
                BoardWords("最早一条已等待", "Oldest waits"), language),
            FigureView("\(confirmedCount)", BoardWords("平台已确认考勤", "Passes confirmed"), language),
            FigureView(
                confirmedPerMinute.map { "\($0)" } ?? "—", BoardWords("近一分钟确认", "In the last minute"),
                language),
            FigureView("\(refusedCount)", BoardWords("退回待处理", "Refused"), language),
        ]
        if heldCount > 0 {
            figures.insert(
                FigureView(
                    "\(heldCount)", BoardWords("其中等待人员登记", "Of them, wait for a registration"), language),
                at: 1)
        }
        return figures
    }
}

/// A refused thing with its form.
struct RejectionView: Sendable {
    let platform: HTMLText
    let entry: HTMLText
    let pass: HTMLText
    let path: HTMLText
    let person: HTMLText
    let kind: HTMLText
    let code: HTMLText
    let words: HTMLText
    let at: HTMLText
    let mayDecide: Bool
    let isOpened: Bool
    let reason: HTMLText

    init(_ line: SyncRejection, _ office: Office, _ request: OfficeRequest, _ session: Session) {
        platform = HTMLText(line.platform)
        entry = HTMLText("\(line.entry)")
        pass = HTMLText("\(line.pass)")
        path = HTMLText(WorkerPage.path(of: line.worker))
        person = HTMLText(line.person.isEmpty ? line.worker.description : line.person)
        kind = line.kind.html(in: request.language)
        code = HTMLText(line.code)
        words = HTMLText(line.words, limit: 500)
        at = HTMLText(String(line.at.localText(offsetMilliseconds: office.offsetMilliseconds).prefix(16)))
        mayDecide = session.may(.changePersonnel)
        isOpened =
            request.field("entry") == "\(line.entry)" && request.field("platform") == line.platform
            && request.field("pass") == "\(line.pass)"
        reason = HTMLText(isOpened ? request.field("reason") : "", limit: 200)
    }
}
