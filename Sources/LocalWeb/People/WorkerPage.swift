import Accounts
import Hummingbird
import SiteModel

/// `/people/worker/ID`: everything of one worker, and what an officer may change of them.
struct WorkerPage: Sendable {
    /// A photo of 36 KB and some.
    static let photoByteLimit = 64 * 1_024

    let office: Office

    static func path(of worker: WorkerID) -> String { "/people/worker/\(worker)" }

    func add(to guarded: Guarded) {
        let path = "/people/worker/:id"
        guarded.get(path, needs: .readMasked) { request, session in
            .page(try await page(request, session))
        }
        // A POST, because it writes an entry: no link and no reload of a page does that unasked.
        guarded.post(path + "/show", needs: .readPersonal) { request, session in
            let worker = try Self.worker(of: request)
            try await office.personalData.record(session, "/people/worker", worker: worker)
            return .page(try await page(request, session, isRevealed: true))
        }
        guarded.post(path + "/copy", needs: .readPersonal) { request, session in
            let worker = try Self.worker(of: request)
            guard let page = try await office.people.exports.copy(worker) else {
                throw OfficeProblem.notFound
            }
            try await office.personalData.record(session, "/people/worker/copy", worker: worker)
            return .file(page, name: "muster-copy-\(worker).html")
        }
        for group in WorkerFieldGroup.allCases {
            guarded.post("\(path)/\(group.rawValue)", needs: .changePersonnel) { request, session in
                try await change(request, session, form: group.rawValue) { worker in
                    order(group == .place ? .move : .update, worker, request, session, [group])
                }
            }
        }
        guarded.post(path + "/leave", needs: .changePersonnel) { request, session in
            try await change(request, session, form: "leave") { worker in
                var order = order(.leave, worker, request, session, [])
                order.isConfirmedByLeaver = request.form["confirmed"] == "1"
                return order
            }
        }
        addConfirmedLeaving(to: guarded, path)
        guarded.post(path + "/rejoin", needs: .changePersonnel) { request, session in
            try await change(request, session, form: "rejoin") { worker in
                order(.join, worker, request, session, [.place])
            }
        }
        addPresented(to: guarded, path)
        addBadges(to: guarded, path)
        guarded.post(path + "/photo", needs: .changePersonnel, byteLimit: Self.photoByteLimit) {
            request, session in
            try await change(request, session, form: "photo") { worker in
                PeopleOrder(
                    .update, workers: [worker.description], by: session.account.text, photo: request.body)
            }
        }
    }

    /// 离场确认 of somebody who has left already.
    private func addConfirmedLeaving(to guarded: Guarded, _ path: String) {
        guarded.post(path + "/confirm-leaving", needs: .changePersonnel) { request, session in
            guard request.form["confirmed"] == "1" else {
                let words = BoardWords("请先勾选“本人已确认离场”。", "Tick “The leaver has confirmed leaving” first.")
                return .page(try await page(request, session, refused: [words], form: "confirm-leaving"))
            }
            let worker = try Self.worker(of: request)
            let isOpen = try await office.people.worker(worker, false)?.lacksLeaverConfirmation
            guard let isOpen else { throw OfficeProblem.notFound }
            // A second press of the button, or another officer, was faster.
            guard isOpen else { return .seeOther(Self.path(of: worker), note: .leavingConfirmed) }
            let order = PeopleOrder(
                .leave, workers: [worker.description], isConfirmedByLeaver: true, by: session.account.text)
            switch await office.people.change(order) {
            case .refused(let sentences):
                return .page(
                    try await page(request, session, refused: sentences, form: "confirm-leaving"))
            case .done: return .seeOther(Self.path(of: worker), note: .leavingConfirmed)
            case .lanesBehind: return .seeOther(Self.path(of: worker), note: .lanesBehind)
            }
        }
    }

    /// The site card in somebody's hand, and the photo.
    private func addPresented(to guarded: Guarded, _ path: String) {
        guarded.get(path + "/card", needs: .changePersonnel) { request, _ in
            guard let facts = try await office.people.worker(try Self.worker(of: request), false) else {
                throw OfficeProblem.notFound
            }
            let view = CardView(await office.people.presented.card(), of: facts, request.language)
            return .fragment(OfficePage(BoardWords("考勤卡", "Site card"), "card", view))
        }
        guarded.post(path + "/card", needs: .changePersonnel) { request, session in
            let actions: [String: PeopleOrder.Action] = [
                "issue": .issueCard, "replace": .replaceCard, "block": .blockCard,
            ]
            guard let action = actions[request.field("act")] else { throw OfficeProblem.unreadableForm }
            return try await change(request, session, form: "card") { worker in
                PeopleOrder(
                    action, workers: [worker.description], by: session.account.text,
                    fromPresentation: action == .blockCard ? nil : Int64(request.field("presentation")))
            }
        }
        // Shown by a page that is shown after a POST; each look is an entry all the same.
        guarded.get(path + "/photo", needs: .readPersonal) { request, session in
            let worker = try Self.worker(of: request)
            guard try await office.people.worker(worker, false)?.hasPhoto == true else {
                throw OfficeProblem.notFound
            }
            try await office.personalData.record(session, "/people/worker/photo", worker: worker)
            guard let photo = try await office.people.presented.photo(worker) else {
                throw OfficeProblem.notFound
            }
            return .jpeg(photo)
        }
        guarded.post(path + "/file", needs: .readPersonal) { request, session in
            let worker = try Self.worker(of: request)
            guard let entry = Int64(request.field("entry")) else { throw OfficeProblem.unreadableForm }
            try await office.personalData.record(session, "/people/worker/file", worker: worker)
            guard let file = try await office.people.presented.file(worker, LedgerSequence(entry)) else {
                throw OfficeProblem.notFound
            }
            return .file(file.bytes, name: file.name)
        }
    }

    private func order(
        _ action: PeopleOrder.Action, _ worker: WorkerID, _ request: OfficeRequest, _ session: Session,
        _ groups: [WorkerFieldGroup]
    ) -> PeopleOrder {
        var fields: [String: String] = [:]
        for group in groups { fields.merge(group.values(in: request)) { $1 } }
        return PeopleOrder(
            action, workers: [worker.description], at: MomentFields.text(request, today: office.today),
            fields: fields, by: session.account.text)
    }

    private func change(
        _ request: OfficeRequest, _ session: Session, form: String, _ order: (WorkerID) -> PeopleOrder
    ) async throws -> OfficeAnswer {
        let worker = try Self.worker(of: request)
        let order = order(worker)
        switch await office.people.change(order) {
        case .refused(let sentences):
            return .page(try await page(request, session, refused: sentences, form: form))
        case .done(let workers, let warnings):
            return .seeOther(Self.path(of: worker), note: .done(order, workers.count, warnings))
        case .lanesBehind: return .seeOther(Self.path(of: worker), note: .lanesBehind)
        }
    }

    func page(
        _ request: OfficeRequest, _ session: Session, isRevealed: Bool = false, refused: [BoardWords] = [],
        form: String? = nil
    ) async throws -> OfficePage {
        let worker = try Self.worker(of: request)
        guard let facts = try await office.people.worker(worker, isRevealed) else {
            throw OfficeProblem.notFound
        }
        let teams = session.may(.changePersonnel) ? try await office.people.teams() : []
        let view = WorkerView(
            facts, teams, office, request, session, isRevealed: isRevealed, refused: refused, form: form)
        return OfficePage(
            BoardWords("人员", "People"), "worker", view, status: refused.isEmpty ? 200 : 422)
    }

    static func worker(of request: OfficeRequest) throws(OfficeProblem) -> WorkerID {
        guard let id = request.parameters.get("id").flatMap({ WorkerID($0) }) else { throw .notFound }
        return id
    }
}

extension Office {
    /// The day on site.
    var today: String { clock().now.day(offsetMilliseconds: offsetMilliseconds).description }
}

extension SessionNote {
    static let lanesBehind = SessionNote(
        "已写入台账，但闸机尚未更新：请重启服务。",
        "It is recorded, but the lanes do not know it yet: restart the service.", isProblem: true)

    static let leavingConfirmed = SessionNote("离场已确认。", "The leaving is confirmed.")

    /// - Parameter warnings: what the officer may want to look at; the first few of them.
    static func done(_ order: PeopleOrder, _ count: Int, _ warnings: [BoardWords]) -> SessionNote {
        let note = done(order, count)
        // That somebody has not confirmed leaving is said by the note already.
        let shown = order.action == .leave ? [] : warnings.prefix(warningLimit)
        return SessionNote(
            ([note.chinese] + shown.map { "注意：\($0.chinese)。" }).joined(),
            ([note.english] + shown.map { "Note: \($0.english)." }).joined(separator: " "),
            isProblem: note.isProblem)
    }

    private static let warningLimit = 3

    private static func done(_ order: PeopleOrder, _ count: Int) -> SessionNote {
        if count == 0 { return SessionNote("没有变化，未写入。", "Nothing to change; nothing was written.") }
        switch order.action {
        case .join: return SessionNote("已登记进场。", "Enrolled.")
        case .issueCard: return SessionNote("已发卡。", "The card is issued.")
        case .replaceCard: return SessionNote("已换卡，旧卡停用。", "The card is replaced; the old one opens nothing.")
        case .blockCard: return SessionNote("已停卡。", "The card is blocked.")
        case .move: return SessionNote("已登记调动：\(count) 人。", "Moved: \(count).")
        case .update: return SessionNote("已保存。", "Saved.")
        case .leave where order.isConfirmedByLeaver:
            return SessionNote(
                "已登记退场：\(count) 人，本人已确认。", "Marked as left: \(count), confirmed by the leavers.")
        case .leave:
            return SessionNote(
                "已登记退场：\(count) 人。本人尚未确认离场。", "Marked as left: \(count). The leavers have not confirmed it.")
        }
    }
}
