import SiteModel

/// Kept reads to enrol from: `{{> reads}}`. The form around it holds `csrf`.
struct ReadsView: Sendable {
    struct RowView: Sendable {
        let read: HTMLText
        let person: HTMLText
        let number: HTMLText
        let place: HTMLText
        let standing: BadgeView
        let action: HTMLText
        let label: HTMLText
        /// Somebody may join by it.
        let isForJoining: Bool
    }

    static let rowLimit = 20
    /// Of those who are on the project: the newest, who stand here now.
    static let presentRowLimit = 3

    let rows: [RowView]
    let hasRows: Bool
    /// 0 when there is none.
    let newest: HTMLText

    init(_ lines: [ReadLine], offsetMilliseconds: Int64, _ language: Language) {
        // Who may be enrolled first: of the others there are many on the first days.
        let ordered =
            lines.filter { $0.standing != .present }.prefix(Self.rowLimit)
            + lines.filter { $0.standing == .present }.prefix(Self.presentRowLimit)
        rows = ordered.map { line in
            let time = line.readAt.localText(offsetMilliseconds: offsetMilliseconds).prefix(16)
            return RowView(
                read: HTMLText("\(line.read)"), person: HTMLText(line.name), number: HTMLText(line.number),
                place: HTMLText("\(line.reader) · \(time)"),
                standing: Self.badge(line.standing, language),
                action: HTMLText(line.standing == .present ? "/people/join/identity" : "/people/join/read"),
                label: (line.standing == .present
                    ? BoardWords("补入身份信息", "Add to their data") : BoardWords("用此登记", "Enrol from this"))
                    .html(in: language),
                isForJoining: line.standing != .present)
        }
        hasRows = !rows.isEmpty
        newest = HTMLText("\(lines.map(\.read).max() ?? 0)")
    }

    private static func badge(_ standing: ReadLine.Standing, _ language: Language) -> BadgeView {
        switch standing {
        case .unknown: BadgeView(.caution, BoardWords("未登记", "Not enrolled"), language)
        case .left: BadgeView(.plain, BoardWords("已退场", "Left"), language)
        case .present: BadgeView(.good, BoardWords("在场", "On the project"), language)
        }
    }
}

/// What the presented document says, above the form that it fills.
struct ReadView: Sendable {
    let read: HTMLText
    let facts: [WorkerView.FactView]
    let warnings: [HTMLText]

    init(_ read: Int64, _ facts: ReadFacts, _ language: Language) {
        self.read = HTMLText("\(read)")
        self.facts = facts.facts.map { WorkerView.FactView($0, language) }
        warnings = facts.warnings.map { $0.html(in: language) }
    }
}

/// The presented site card and what may be done with it: `{{> card}}`.
struct CardView: Sendable {
    struct PresentedView: Sendable {
        let presentation: HTMLText
        let reader: HTMLText
        let forms: [WorkerView.FactView]
        let owner: BadgeView
        let collisions: [HTMLText]
        /// It is nobody else's.
        let isFree: Bool
    }

    struct OtherView: Sendable {
        let reader: HTMLText
        let words: HTMLText
    }

    let presented: PresentedView?
    /// Instead of a card.
    let other: OtherView?
    let isNothing: Bool
    /// Else one may be issued.
    let hasCard: Bool

    init(_ facts: PresentedFacts?, of worker: WorkerFacts, _ language: Language) {
        hasCard = worker.hasCard
        isNothing = facts == nil
        if case .other(let reader, let words) = facts {
            other = OtherView(reader: HTMLText(reader), words: words.html(in: language))
        } else {
            other = nil
        }
        let card: CardFacts? = if case .card(let card) = facts { card } else { nil }
        presented = card.map { card in
            let owner =
                switch card.owner {
                case nil: BadgeView(.good, BoardWords("无人使用", "Nobody's"), language)
                case worker.line.worker: BadgeView(.plain, BoardWords("本人的卡", "Their own"), language)
                case let other?:
                    BadgeView(.severe, BoardWords("是 \(other) 的卡", "The card of \(other)"), language)
                }
            return PresentedView(
                presentation: HTMLText("\(card.presentation)"), reader: HTMLText(card.reader),
                forms: card.forms.map { WorkerView.FactView($0, language) }, owner: owner,
                collisions: card.collisions.map { other in
                    BoardWords(
                        "短格式读卡器会把它当成 \(other) 的卡", "A short-form reader takes it for the card of \(other)"
                    )
                    .html(in: language)
                }, isFree: card.owner == nil)
        }
    }
}
