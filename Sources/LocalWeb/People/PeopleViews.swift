import SiteModel

/// A worker in a list.
struct PersonView: Sendable {
    let path: HTMLText
    let worker: HTMLText
    let person: HTMLText
    let number: HTMLText
    let team: HTMLText
    let employer: HTMLText
    let workType: HTMLText
    let standing: BadgeView
    let isTicked: Bool

    init(_ line: PersonLine, isTicked: Bool = false, _ language: Language) {
        path = HTMLText(WorkerPage.path(of: line.worker))
        worker = HTMLText(line.worker.description)
        person = HTMLText(line.name)
        number = HTMLText(line.number)
        team = HTMLText(line.team.name)
        employer = HTMLText(line.team.employer)
        workType = HTMLText(line.workType)
        standing = .standing(hasLeft: line.hasLeft, language)
        self.isTicked = isTicked
    }
}

extension BadgeView {
    /// Of an enrolment that lacks something and has no clock.
    static func takenOver(_ language: Language) -> BadgeView {
        BadgeView(.plain, BoardWords("接管人员，无时限", "Taken over, no clock"), language)
    }

    static func leavingNotConfirmed(_ language: Language) -> BadgeView {
        BadgeView(.caution, BoardWords("离场未确认", "Leaving not confirmed"), language)
    }

    static func standing(hasLeft: Bool, _ language: Language) -> BadgeView {
        hasLeft
            ? BadgeView(.plain, BoardWords("已退场", "Left"), language)
            : BadgeView(.good, BoardWords("在场", "On the project"), language)
    }
}

/// A change with its clock: on the board and on a worker's page.
struct ChangeView: Sendable {
    let change: HTMLText
    let path: HTMLText
    let worker: HTMLText
    let person: HTMLText
    let team: HTMLText
    let kind: HTMLText
    let occurredAt: HTMLText
    let recordedAt: HTMLText
    let source: HTMLText
    let standing: BadgeView
    let leaving: BadgeView?
    /// In the platform's words, of one that it sent back.
    let rejection: HTMLText?
    /// Who confirmed it by hand, when, and what there is to show for it.
    let byHand: HandView?
    /// Nil once it is confirmed: `took` then says how long it took.
    let term: ClockBarView?
    let took: BadgeView?
    let isOpen: Bool

    init(_ line: ChangeLine, offsetMilliseconds: Int64, _ language: Language) {
        let text = { (instant: UTCInstant) in
            HTMLText(String(instant.localText(offsetMilliseconds: offsetMilliseconds).prefix(16)))
        }
        change = HTMLText(line.change.description)
        path = HTMLText(WorkerPage.path(of: line.worker))
        worker = HTMLText(line.worker.description)
        person = HTMLText(line.name)
        team = HTMLText(line.team.name)
        kind = line.kind.html(in: language)
        occurredAt = text(line.occurredAt)
        recordedAt = text(line.recordedAt)
        source = HTMLText(line.source ?? "")
        isOpen = !line.isConfirmed
        standing = Self.badge(line, language)
        leaving = line.lacksLeaverConfirmation ? .leavingNotConfirmed(language) : nil
        if case .rejected(let words) = line.standing {
            rejection = HTMLText(words, limit: 400)
        } else {
            rejection = nil
        }
        if case .confirmed(let at, _) = line.standing, let hand = line.byHand {
            byHand = HandView(
                reference: HTMLText(hand.reference, limit: 200), officer: HTMLText(hand.by),
                confirmedAt: text(at), isAttached: hand.isAttached,
                digest: hand.isAttached ? nil : hand.attachmentDigest.map { HTMLText($0) })
        } else {
            byHand = nil
        }
        let length = ClockBarView.text(max(.zero, line.elapsed), language)
        term = line.isConfirmed ? nil : ClockBarView(elapsed: line.elapsed, language)
        took =
            line.isConfirmed
            ? BadgeView(
                line.isLate ? .severe : .good,
                line.isLate
                    ? BoardWords("逾期确认，用时 \(length)", "Late, after \(length)")
                    : BoardWords("用时 \(length)", "After \(length)"), language)
            : nil
    }

    private static func badge(_ line: ChangeLine, _ language: Language) -> BadgeView {
        switch line.standing {
        case .confirmed(_, let isByHand):
            BadgeView(
                .good,
                isByHand ? BoardWords("已确认（人工）", "Confirmed by hand") : BoardWords("已确认", "Confirmed"),
                language)
        case .rejected: BadgeView(.severe, BoardWords("被退回", "Rejected"), language)
        case .sent: BadgeView(.plain, BoardWords("已报送", "Sent"), language)
        case .open: BadgeView(.plain, BoardWords("未报送", "Not sent"), language)
        }
    }
}

/// A confirmation by hand: `{{> byhand}}`.
struct HandView: Sendable {
    let reference: HTMLText
    let officer: HTMLText
    let confirmedAt: HTMLText
    /// Among the worker's files.
    let isAttached: Bool
    /// Of a file that is kept elsewhere.
    let digest: HTMLText?
}

extension ClockBarView {
    /// The ten days of an enrolment, with marks at seven and nine.
    static func enrolment(elapsed: Duration, _ language: Language) -> ClockBarView {
        let day = Duration.seconds(24 * 3_600)
        return ClockBarView(elapsed: elapsed, of: day * 10, warnings: (day * 7, day * 9), language)
    }
}
