import AttendanceLedger
import SiteModel

/// The work of one plan: everything that is wrong is gathered before anything is refused.
struct Planning {
    /// More of them nobody reads.
    static let faultLimit = 20

    private(set) var request: ChangeRequest
    let roster: Roster
    let clock: ClockReading
    let calendar: SiteCalendar
    let ages: AgeLimits
    /// The crews that the site has named, beside those that its workers belong to.
    let namedTeams: [Team]
    var changes: [RosterChange] = []
    var faults: [Refusal] = []
    var warnings: [Refusal] = []
    lazy var owners = Owners(of: roster, at: calendar.instant)

    private mutating func fault(_ chinese: String, _ english: String) {
        faults.append(Refusal(chinese, english))
    }

    enum Target {
        case known(RosterMember)
        case unknown(IDNumber)
    }

    /// Nobody was shown what was never published.
    mutating func checkNotice(among published: Set<String>) {
        guard let version = request.fields[.notice].map(CellText.trimmed), !version.isEmpty, version != "-",
            !published.contains(version)
        else { return }
        fault(
            "隐私告知版本 \(version) 从未公布",
            "privacy notice '\(version)' was never published (muster site notice set)")
    }

    /// A crew by its name alone is the one of that name. Of another company it would be another crew, and its
    /// people would be reported under that company.
    mutating func resolveEmployer() {
        let said = request.fields[.employer].map(CellText.trimmed) ?? ""
        guard said.isEmpty, let name = request.fields[.team].map(CellText.trimmed), !name.isEmpty, name != "-"
        else { return }
        let present = roster.members.lazy.map(\.worker).filter { [calendar] in
            $0.team.name == name && !$0.hasLeft(at: calendar.instant)
        }
        let employers = Set(present.map(\.team.employer))
            .union(namedTeams.filter { $0.name == name }.map(\.employer))
        switch employers.count {
        case 0: return
        case 1: request.fields[.employer] = employers.first.flatMap { $0.isEmpty ? "-" : $0 }
        default: faultOfSeveral(employers)
        }
    }

    private mutating func faultOfSeveral(_ employers: Set<String>) {
        fault(
            "有几个单位都有这个班组（\(employers.sorted().joined(separator: "、"))）：请填写单位",
            "several employers have a team of that name (\(employers.sorted().joined(separator: ", "))): "
                + "say the employer")
    }

    mutating func moment() -> SiteMoment? {
        guard let text = request.at else { return nil }
        do throws(CellError) {
            let moment = try SiteMoment(reading: text, calendar: calendar)
            if moment.day > calendar.today || (moment.hasTime && moment.instant > calendar.instant) {
                fault("时间在将来：请在发生时登记", "the time lies in the future: record it when it happens")
            }
            return moment
        } catch {
            fault("时间\(error.chinese)", "the time \(error.message)")
            return nil
        }
    }

    mutating func photo() -> (jpeg: [UInt8], reference: PhotoReference)? {
        guard let jpeg = request.photo else { return nil }
        guard jpeg.count <= PhotoReference.byteCountLimit else {
            fault(
                "照片有 \(jpeg.count) 字节，最多 \(PhotoReference.byteCountLimit) 字节",
                "the photo has \(jpeg.count) bytes; at most \(PhotoReference.byteCountLimit) are taken")
            return nil
        }
        guard jpeg.starts(with: [0xFF, 0xD8, 0xFF]), jpeg.suffix(2) == [0xFF, 0xD9] else {
            fault("照片不是 JPEG 文件", "the photo is no JPEG file")
            return nil
        }
        return (jpeg, PhotoReference(digest: EvidenceDigest.digest(jpeg), byteCount: jpeg.count))
    }

    mutating func targets() -> [Target] {
        var targets: [Target] = []
        for reference in request.workers {
            if let id = WorkerID(reference) {
                if let member = roster.member(id) {
                    targets.append(.known(member))
                } else {
                    fault("没有编号为 \(id) 的人员", "nobody has the id \(id) (muster roster search finds workers)")
                }
                continue
            }
            do throws(CellError) {
                let number = try RosterCell.idNumber(reference)
                targets.append(roster.member(number).map(Target.known) ?? .unknown(number))
            } catch {
                fault("证件号码\(error.chinese)", "the identity number \(error.message)")
            }
        }
        if let team = request.ofTeam { targets += members(of: team) }
        var seen: Set<WorkerID> = []
        targets = targets.filter { target in
            guard case .known(let member) = target else { return true }
            return seen.insert(member.id).inserted
        }
        if targets.isEmpty, faults.isEmpty { fault("请指定人员或班组", "name a worker, or a team") }
        if targets.count > ChangeRequest.workerLimit {
            fault(
                "一次最多 \(ChangeRequest.workerLimit) 人",
                "at most \(ChangeRequest.workerLimit) workers in one request")
        }
        let isPersonal = [WorkerField.cardNumber, .wageCard, .idNumber, .name].contains {
            request.fields[$0] != nil && request.fields[$0] != "-"
        }
        let isForOne =
            [.join, .issueCard, .replaceCard].contains(request.action) || request.photo != nil
            || request.identity != nil || isPersonal
        if isForOne, targets.count > 1 { fault("该操作一次只能办理一人", "that is for one worker at a time") }
        return targets
    }

    private mutating func members(of team: String) -> [Target] {
        let query = RosterQuery(team: team, includesLeft: false)
        let members = roster.members(matching: query, now: calendar.instant)
        if members.isEmpty { fault("该班组没有在场人员", "nobody belongs to that team (muster roster list)") }
        let employers = Set(members.map(\.worker.team.employer))
        if employers.count > 1 {
            fault(
                "有几个单位都有这个班组（\(employers.sorted().joined(separator: "、"))）：请指定人员",
                "several employers have a team of that name (\(employers.sorted().joined(separator: ", "))): "
                    + "name the workers")
        }
        return members.map(Target.known)
    }

    mutating func plan(_ target: Target, at moment: SiteMoment?, photo: PhotoReference?) {
        switch (request.action, target) {
        case (.join, .unknown(let number)):
            guard !CellText.trimmed(request.fields[.name] ?? "").isEmpty,
                !CellText.trimmed(request.fields[.team] ?? "").isEmpty
            else {
                fault("新进场人员须填写姓名和班组", "somebody new needs a name and a team")
                return
            }
            if photo != nil { fault("请先登记进场，再添加照片", "a photo is added once the worker is on the roster") }
            let blank = ProjectWorker(
                name: "", idNumber: number, team: Team(name: "", employer: ""), joinedOn: calendar.today)
            join(blank, as: nil, at: moment, photo: photo)
        case (.join, .known(let member)):
            guard let leftAt = member.worker.leftAt else {
                fault("\(member.id) 已在场", "\(member.id) belongs to the project already")
                return
            }
            if let day = moment?.day, day < calendar.lastDay(before: leftAt) {
                fault("\(member.id) 在 \(day) 仍在场", "\(member.id) still belonged to the project on \(day)")
            }
            join(member.worker, as: member.id, at: moment, photo: photo)
        case (_, .unknown(let number)):
            fault("没有证件号码为 \(number.masked) 的人员", "nobody has the number \(number.masked)")
        case (.leave, .known(let member)): leave(member, at: moment)
        case (.move, .known(let member)), (.update, .known(let member)):
            change(member, at: moment, photo: photo)
        case (.issueCard, .known(let member)), (.replaceCard, .known(let member)),
            (.blockCard, .known(let member)):
            guard let refusal = cardFault(of: member) else {
                return change(member, at: moment, photo: nil)
            }
            faults.append(refusal)
        }
    }

    private static func hasLeft(_ id: WorkerID) -> Refusal {
        Refusal("\(id) 已退场：请先再次登记进场", "\(id) has left the project: let them join again first")
    }

    /// Why this worker's card cannot be issued, replaced or blocked.
    private func cardFault(of member: RosterMember) -> Refusal? {
        let (id, card) = (member.id, member.worker.card)
        if member.worker.hasLeft(at: calendar.instant), request.action != .blockCard {
            return Self.hasLeft(id)
        }
        switch request.action {
        case .issueCard where card != nil:
            return Refusal("\(id) 已有考勤卡：请换卡或先停卡", "\(id) has a card: replace it, or block it first")
        case .replaceCard where card == nil:
            return Refusal("\(id) 没有考勤卡可换：请发卡", "\(id) has no card to replace: issue one")
        case .blockCard where card == nil: return Refusal("\(id) 没有考勤卡", "\(id) has no card")
        case .issueCard, .replaceCard:
            return request.fields[.cardNumber] == nil
                ? Refusal("请填写卡号，或刷卡", "say which card: its number, or present it") : nil
        default: return nil
        }
    }

    private mutating func join(
        _ former: ProjectWorker, as worker: WorkerID?, at moment: SiteMoment?, photo: PhotoReference?
    ) {
        var after = edited(former, photo: photo).last?.worker ?? former
        after.joinedOn = moment?.day ?? calendar.today
        after.leftAt = nil
        checkAge(of: after)
        check(after, since: worker == nil ? nil : former, as: worker)
        let isToday = moment.map { !$0.hasTime && $0.day == calendar.today } ?? true
        add(.joined, after, of: worker, at: isToday ? nil : moment?.instant)
    }

    private mutating func checkAge(of worker: ProjectWorker) {
        guard let birth = worker.idNumber.birthDate else { return }
        let years = calendar.today.age(ofBirth: birth)
        if years < ages.minimumYears {
            fault(
                "未满 \(ages.minimumYears) 周岁，不得登记进场",
                "the worker is younger than \(ages.minimumYears): nobody under age may be enrolled")
        } else if let warning = ages.warning(atAge: years) {
            warnings.append(Refusal("该人员\(warning.chinese)", "the worker \(warning.english)"))
        }
    }

    private mutating func leave(_ member: RosterMember, at moment: SiteMoment?) {
        // A leaving that is dated today lies at the end of the day: a confirmation before it moves nothing.
        let isConfirmation =
            request.isConfirmedByLeaver
            && member.worker.leftAt.map { leftAt in moment.map { $0.instant == leftAt } ?? true } ?? false
        guard !isConfirmation, !member.worker.hasLeft(at: calendar.instant) else {
            return confirmLeaving(member)
        }
        var after = member.worker
        after.leftAt = moment?.instant ?? calendar.instant
        if let day = moment?.day, day < member.worker.joinedOn {
            fault(
                "\(member.id) 于 \(member.worker.joinedOn) 进场，退场不能更早",
                "\(member.id) joined on \(member.worker.joinedOn) and cannot have left before")
        }
        guard after != member.worker || request.isConfirmedByLeaver else { return }
        if !request.isConfirmedByLeaver {
            warnings.append(
                Refusal(
                    "\(member.id) 尚未确认离场：确认后请登记",
                    "\(member.id) has not confirmed leaving (离场确认): say so once they have"))
        }
        add(.left, after, of: member.id, at: moment?.instant)
    }

    /// Who left before confirms now: an entry that moves nothing and starts no clock.
    private mutating func confirmLeaving(_ member: RosterMember) {
        guard request.isConfirmedByLeaver else {
            fault("\(member.id) 已经退场", "\(member.id) has left already")
            return
        }
        var after = member.worker
        // Their card may have somebody else by now, who keeps it.
        if let card = after.card, let holder = owners.cards[card], holder != member.id { after.card = nil }
        add(.left, after, of: member.id, at: nil, isWithoutClock: true)
    }

    private mutating func change(_ member: RosterMember, at moment: SiteMoment?, photo: PhotoReference?) {
        if request.action == .move,
            request.fields.keys.allSatisfy({ ![.team, .employer, .workType].contains($0) })
        {
            fault("请填写调往的班组、单位或工种", "say where to: a team, an employer or a work type")
            return
        }
        if request.action == .move, member.worker.hasLeft(at: calendar.instant) {
            faults.append(Self.hasLeft(member.id))
        }
        if let day = moment?.day, day < member.worker.joinedOn {
            fault(
                "\(member.id) 于 \(member.worker.joinedOn) 进场，变动不能更早",
                "\(member.id) joined on \(member.worker.joinedOn): no change of theirs can be older")
        }
        var before = member.worker
        for step in edited(member.worker, photo: photo) {
            check(step.worker, since: before, as: member.id)
            before = step.worker
            add(step.kind, step.worker, of: member.id, at: moment?.instant)
        }
    }

    private mutating func edited(
        _ worker: ProjectWorker, photo: PhotoReference?
    ) -> [(kind: PersonnelChangeKind, worker: ProjectWorker)] {
        var edit = WorkerEdit(request, photo: photo, calendar: calendar)
        let steps = edit.steps(from: worker)
        faults += edit.faults
        let number = (steps.last?.worker ?? worker).idNumber
        if let read = request.identityNumber, read != number {
            fault(
                "读到的证件号码是 \(read.masked)，该人员的是 \(number.masked)",
                "the read is of \(read.masked), the worker has \(number.masked)")
        }
        return steps
    }

    /// What two workers cannot both have, where it is new.
    private mutating func check(_ after: ProjectWorker, since before: ProjectWorker?, as worker: WorkerID?) {
        if after.idNumber != before?.idNumber, let other = roster.member(after.idNumber)?.id, other != worker
        {
            fault("证件号码与 \(other) 相同", "\(other) has that identity number")
        }
        let hasCome = before?.hasLeft(at: calendar.instant) ?? true
        if let card = after.card, hasCome || card != before?.card, let other = owners.cards[card],
            other != worker
        {
            fault("该考勤卡是 \(other) 的：请先停用", "\(other) has that card: take it off them first")
        }
        if let wage = after.dossier.wageCard?.number, hasCome || wage != before?.dossier.wageCard?.number,
            let other = owners.wageCards[wage], other != worker
        {
            fault("该工资卡是 \(other) 的：每人须用本人的工资卡", "\(other) has that wage card: each worker has their own")
        }
        guard let card = after.card, card != before?.card else { return }
        let forms = CardForms(card)
        for (theirs, other) in owners.cards where other != worker && forms.areMixedUp(with: theirs) {
            warnings.append(
                Refusal(
                    "读短卡号（6H8D、2H4H、韦根26）或反序卡号的读卡器会把该卡认作 \(other) 的卡",
                    "a reader of a short form (6H8D, 2H4H, Wiegand 26) or of reversed bytes takes the card "
                        + "for that of \(other)"))
        }
    }

    private mutating func add(
        _ kind: PersonnelChangeKind, _ after: ProjectWorker, of worker: WorkerID?, at instant: UTCInstant?,
        isWithoutClock: Bool = false
    ) {
        // What happens as it is recorded moves with what is learnt of this clock
        // (`TrackedChange.occurredAt`).
        let occurredAt = instant ?? clock.wall
        changes.append(
            RosterChange(
                worker: worker,
                change: PersonnelChange(
                    kind: kind, occurredAt: occurredAt, dueAt: Deadline(.change, from: occurredAt).dueAt,
                    worker: after, source: request.by, isConfirmedByLeaver: request.isConfirmedByLeaver,
                    isBaseline: isWithoutClock)))
    }
}
