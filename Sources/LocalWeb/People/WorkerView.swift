import Accounts
import SiteModel

/// What stands on a worker's page.
struct WorkerView: Sendable {
    struct FactView: Sendable {
        let label: HTMLText
        let value: HTMLText

        init(_ fact: WorkerFacts.Fact, _ language: Language) {
            label = fact.label.html(in: language)
            value = HTMLText(fact.value.text(in: language), limit: 400)
        }
    }

    struct FileView: Sendable {
        let csrf: HTMLText
        let path: HTMLText
        let entry: HTMLText
        let words: HTMLText
        let size: HTMLText
        let recordedAt: HTMLText
        let mayRead: Bool
    }

    let csrf: HTMLText
    let path: HTMLText
    let person: HTMLText
    let worker: HTMLText
    let place: HTMLText
    let standing: BadgeView
    let leaving: BadgeView?
    let refusal: RefusalView?
    let facts: [FactView]
    let isRevealed: Bool
    let mayReveal: Bool
    /// The copy that a worker may ask for holds everything.
    let mayCopy: Bool
    let isComplete: Bool
    let enrolmentTerm: ClockBarView?
    /// Instead of the clock.
    let takenOver: BadgeView?
    /// On a revealed page, of a worker with a photo.
    let photoPath: HTMLText?
    let files: [FileView]
    let hasFiles: Bool
    let items: [BadgeView]
    let changes: [ChangeView]
    let hasChanges: Bool
    let corrections: [CorrectionView]
    let hasCorrections: Bool
    /// Where a site card may be given.
    let card: CardView?
    let forms: [FormView]
    let isCardOpen: Bool
    let isBadgeOpen: Bool
    let hasForms: Bool
    let teams: [HTMLText]
    let employers: [HTMLText]

    init(
        _ facts: WorkerFacts, _ teams: [TeamFacts], _ office: Office, _ request: OfficeRequest,
        _ session: Session, isRevealed: Bool, refused: [BoardWords], form: String?
    ) {
        let (language, line) = (request.language, facts.line)
        csrf = HTMLText(session.formToken)
        path = HTMLText(WorkerPage.path(of: line.worker))
        person = HTMLText(line.name)
        worker = HTMLText(line.worker.description)
        place = HTMLText(
            [line.team.name, line.team.employer, line.workType].filter { !$0.isEmpty }
                .joined(separator: " · "), limit: 300)
        standing = .standing(hasLeft: line.hasLeft, language)
        leaving = facts.lacksLeaverConfirmation ? .leavingNotConfirmed(language) : nil
        refusal = RefusalView(refused, language)
        self.facts = facts.facts.map { FactView($0, language) }
        self.isRevealed = isRevealed
        mayReveal = session.may(.readPersonal) && !isRevealed
        mayCopy = session.may(.readPersonal)
        isComplete = facts.items.allSatisfy(\.isThere)
        enrolmentTerm =
            isComplete || line.hasLeft
            ? nil : facts.enrolmentElapsed.map { .enrolment(elapsed: $0, language) }
        takenOver =
            isComplete || line.hasLeft || facts.enrolmentElapsed != nil ? nil : .takenOver(language)
        photoPath = isRevealed && facts.hasPhoto ? HTMLText(WorkerPage.path(of: line.worker) + "/photo") : nil
        files = facts.files.map { file in
            FileView(
                csrf: HTMLText(session.formToken), path: HTMLText(WorkerPage.path(of: line.worker)),
                entry: HTMLText(file.entry.description), words: file.words.html(in: language),
                size: HTMLText("\((file.byteCount + 1_023) / 1_024) KB"),
                recordedAt: HTMLText(
                    String(
                        file.recordedAt.localText(offsetMilliseconds: office.offsetMilliseconds).prefix(16))),
                mayRead: session.may(.readPersonal))
        }
        hasFiles = !files.isEmpty
        items = facts.items.map { BadgeView($0.isThere ? .good : .caution, $0.words, language) }
        changes = facts.changes.map {
            ChangeView($0, offsetMilliseconds: office.offsetMilliseconds, language)
        }
        hasChanges = !changes.isEmpty
        corrections = facts.corrections.map {
            CorrectionView($0, offsetMilliseconds: office.offsetMilliseconds, language)
        }
        hasCorrections = !corrections.isEmpty
        let mayChange = session.may(.changePersonnel)
        card = mayChange && !line.hasLeft ? CardView(nil, of: facts, language) : nil
        isCardOpen = form == "card"
        isBadgeOpen = form == "badge"
        forms = mayChange ? Self.forms(facts, request, form) : []
        hasForms = mayChange
        self.teams = Set(teams.map(\.team.name)).sorted().map { HTMLText($0, limit: 200) }
        employers = Set(teams.map(\.team.employer)).filter { !$0.isEmpty }.sorted().map {
            HTMLText($0, limit: 200)
        }
    }

    private static func forms(
        _ facts: WorkerFacts, _ request: OfficeRequest, _ open: String?
    ) -> [FormView] {
        let path = WorkerPage.path(of: facts.line.worker)
        if facts.line.hasLeft {
            return (facts.lacksLeaverConfirmation ? [confirmLeaving(path, request)] : []) + [
                rejoin(path, request, open, isOpen: !facts.lacksLeaverConfirmation || open == "rejoin")
            ]
        }
        let updates = WorkerFieldGroup.allCases.filter { $0 != .place }.map { group in
            update(group, path, request, open)
        }
        return [update(.place, path, request, open), leave(path, request, open)] + updates + [
            FormView(
                "\(path)/photo", BoardWords("照片", "Photo"), [], isOpen: open == "photo", isPhoto: true,
                request.language)
        ]
    }

    private static func update(
        _ group: WorkerFieldGroup, _ path: String, _ request: OfficeRequest, _ open: String?
    ) -> FormView {
        let isOpen = open == group.rawValue
        return FormView(
            "\(path)/\(group.rawValue)", group.title,
            group.controls(request, isShownAgain: isOpen)
                + MomentFields.controls(request, isShownAgain: isOpen, prefix: group.rawValue),
            submit: group == .place ? BoardWords("调动", "Move") : BoardWords("保存", "Save"), isOpen: isOpen,
            request.language)
    }

    private static func leave(_ path: String, _ request: OfficeRequest, _ open: String?) -> FormView {
        let isOpen = open == "leave"
        return FormView(
            "\(path)/leave", BoardWords("退场", "Leave"),
            MomentFields.controls(request, isShownAgain: isOpen, prefix: "leave"),
            checks: [
                CheckView(
                    "confirmed", BoardWords("本人已确认离场（离场确认）", "The leaver has confirmed leaving"),
                    isTicked: isOpen && request.form["confirmed"] == "1", request.language)
            ], submit: BoardWords("登记退场", "Mark as left"), isOpen: isOpen, isDanger: true, request.language)
    }

    private static func confirmLeaving(_ path: String, _ request: OfficeRequest) -> FormView {
        FormView(
            "\(path)/confirm-leaving", BoardWords("确认离场", "Confirm leaving"), [],
            checks: [
                CheckView(
                    "confirmed", BoardWords("本人已确认离场（离场确认）", "The leaver has confirmed leaving"),
                    request.language)
            ], submit: BoardWords("确认离场", "Confirm leaving"), isOpen: true, request.language)
    }

    private static func rejoin(
        _ path: String, _ request: OfficeRequest, _ open: String?, isOpen: Bool
    ) -> FormView {
        let isShownAgain = open == "rejoin"
        return FormView(
            "\(path)/rejoin", BoardWords("再次进场", "Join again"),
            WorkerFieldGroup.place.controls(request, isShownAgain: isShownAgain, prefix: "rejoin")
                + MomentFields.controls(request, isShownAgain: isShownAgain, prefix: "rejoin"),
            submit: BoardWords("登记进场", "Enrol"), isOpen: isOpen, request.language)
    }
}
