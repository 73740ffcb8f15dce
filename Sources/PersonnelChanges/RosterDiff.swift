public import SiteModel

/// One change that an import makes.
public struct RosterChange: Sendable, Hashable {
    /// Nil: the worker is not on the roster yet.
    public let worker: WorkerID?
    public let change: PersonnelChange
}

/// A roster file against the present roster: what the import changes, or why it must not.
///
/// - A row of an unknown ID number: joined, on `joined_on` or today.
/// - What a row does not say stays as it is (`Said`); `left_on` means the end of that day in site time.
/// - A row that differs: left when it brings a leaving date, moved when team, employer or work type differ,
///   identity corrected when the name or the kind of paper does, updated otherwise. One entry a worker: the
///   worker stands whole in it.
/// - A row of a worker who has left, without a leaving date, means that they belong again: joined. Only when
///   its `joined_on` tells of the stay that has ended do they stay left, with a warning; a `left_on` of `-`
///   or a full import takes them back in that case too.
/// - Workers not in the file stay as they are; in a full import they have left by now.
/// - A card belongs to one worker at a time. The card of somebody who has left passes on to whom the file
///   gives it, and is taken off the former worker by a change of their own.
///
/// Equal input gives no changes, so a second import of the same file does nothing.
public struct RosterDiff: Sendable {
    /// Cards are taken off before anybody gets them; otherwise in file order, then the absent ones.
    public private(set) var changes: [RosterChange] = []
    /// Rows that say what is known already.
    public private(set) var unchangedCount = 0
    public private(set) var errors = RosterIssues()
    public private(set) var warnings = RosterIssues()

    private let file: RosterFile
    private let terms: RosterTerms
    private var targets: [Target] = []

    /// A worker before and after the import.
    private struct Target {
        /// Nil: the worker is not listed in the file.
        let row: RosterRow?
        let present: RosterMember?
        var worker: ProjectWorker
        var cause: String
    }

    public init(of file: RosterFile, against roster: Roster, terms: RosterTerms) {
        self.file = file
        self.terms = terms
        errors = file.errors
        warnings = file.remarks
        for row in file.rows { takeIn(row, present: roster.member(row.idNumber)) }
        if terms.isFull { letGoOfAbsent(in: roster) }
        settleCards(with: roster)
        guard errors.isEmpty else { return }
        var cardsTakenOff: [RosterChange] = []
        for target in targets {
            guard target.worker != target.present?.worker else {
                unchangedCount += 1
                continue
            }
            let change = change(of: target)
            let losesCard = target.present?.worker.card != nil && target.worker.card == nil
            if losesCard { cardsTakenOff.append(change) } else { changes.append(change) }
        }
        changes = cardsTakenOff + changes
        targets = []
    }

    public func count(of kinds: PersonnelChangeKind...) -> Int {
        changes.count { kinds.contains($0.change.kind) }
    }

    private mutating func takeIn(_ row: RosterRow, present: RosterMember?) {
        let known = present?.worker
        let team = Team(
            name: row.team, employer: row.employer.applied(to: known?.team.employer ?? "", empty: ""))
        var worker = ProjectWorker(
            name: row.name, idNumber: row.idNumber,
            idType: row.idType.applied(to: known?.idType ?? "01", empty: "01"), team: team,
            workType: row.workType.applied(to: known?.workType ?? "", empty: ""),
            phone: row.phone.applied(to: known?.phone ?? "", empty: ""), card: known?.card,
            role: row.role.applied(to: known?.role ?? .worker, empty: .worker),
            joinedOn: known?.joinedOn ?? terms.calendar.today, leftAt: known?.leftAt,
            dossier: known?.dossier ?? WorkerDossier())
        switch row.card {
        case .nothing: break
        case .none: worker.card = nil
        case .value(let card): worker.card = card
        }
        setStay(of: &worker, by: row)
        warnOfAge(of: worker, row: row, isKnown: known != nil)
        targets.append(
            Target(row: row, present: present, worker: worker, cause: "\(terms.source) line \(row.line)"))
    }

    private mutating func setStay(of worker: inout ProjectWorker, by row: RosterRow) {
        refuseImpossible(row, since: worker)
        let calendar = terms.calendar
        let lastDay = worker.leftAt.map(calendar.lastDay(before:))
        let hasLeft = hasLeft(worker)
        var stated: CivilDate?
        if case .value(let date) = row.joinedOn { stated = date }
        switch row.leftOn {
        case .value(let date): if date != lastDay { worker.leftAt = calendar.end(of: date) }
        case .none: worker.leftAt = nil
        case .nothing:
            guard hasLeft, let lastDay else { break }
            let isEndedStay = stated.map { $0 <= lastDay } ?? false
            if isEndedStay && !terms.isFull {
                warn(
                    row, .leftOn,
                    "the worker left on \(lastDay) and stays so: joined_on is not later. To take them back,"
                        + " give the day they came back, or - as left_on")
            } else {
                warn(row, .leftOn, "the worker left on \(lastDay) and joins again")
                worker.leftAt = nil
                worker.joinedOn = stated ?? calendar.today
            }
        }
        if let stated { worker.joinedOn = stated }
        if let leftAt = worker.leftAt, leftAt < calendar.end(of: worker.joinedOn) {
            let isSameDay = calendar.lastDay(before: leftAt) == worker.joinedOn
            if !isSameDay { fail(row, .leftOn, "is before the day of joining") }
        }
    }

    /// Days that cannot be: a leaving of 2030 would run its clock until then. What is known already is read
    /// as it stands, and a board that believes in 1970 knows no future.
    private mutating func refuseImpossible(_ row: RosterRow, since known: ProjectWorker) {
        let (now, today) = (terms.calendar.instant, terms.calendar.today)
        let isTimeKnown = now > ClockHistory.plausible.lowerBound && ClockHistory.plausible.contains(now)
        let isFuture = { (day: CivilDate) in isTimeKnown && day > today }
        if case .value(let day) = row.joinedOn {
            if let birth = row.idNumber.birthDate, day < birth {
                fail(row, .joinedOn, "is before the day of birth in the identity number")
            } else if isFuture(day), day != known.joinedOn {
                fail(row, .joinedOn, "lies in the future: today is \(today) by this machine's clock")
            }
        }
        if case .value(let day) = row.leftOn, isFuture(day),
            day != known.leftAt.map(terms.calendar.lastDay(before:))
        {
            fail(row, .leftOn, "lies in the future: today is \(today) by this machine's clock")
        }
    }

    private mutating func warnOfAge(of worker: ProjectWorker, row: RosterRow, isKnown: Bool) {
        if worker.idNumber.form == .foreigner2017 && !isKnown {
            warn(row, .idNumber, "the check digit of this form cannot be verified; compare it with the card")
        }
        guard let birth = worker.idNumber.birthDate, !hasLeft(worker) else { return }
        let age = terms.calendar.today.age(ofBirth: birth)
        if age < 0 && terms.isClockTrusted {
            fail(row, .idNumber, "has a birth date in the future")
        } else if age < terms.ages.minimumYears {
            warn(
                row, .idNumber, "the worker is younger than \(terms.ages.minimumYears); the lane refuses them"
            )
        } else if !isKnown, let warning = terms.ages.warning(atAge: age) {
            warn(row, .idNumber, "该人员\(warning.chinese)；the worker \(warning.english)")
        }
    }

    private mutating func letGoOfAbsent(in roster: Roster) {
        let listed = Set(file.rows.map(\.idNumber))
        for member in roster.members
        where !listed.contains(member.worker.idNumber) && !hasLeft(member.worker) {
            var worker = member.worker
            worker.leftAt = terms.calendar.instant
            targets.append(
                Target(row: nil, present: member, worker: worker, cause: "\(terms.source), not listed"))
        }
    }

    private mutating func settleCards(with roster: Roster) {
        let touched = Set(targets.compactMap(\.present?.id))
        let untouched = roster.members.filter { !touched.contains($0.id) && $0.worker.card != nil }
        let holders = listHolders()
        var taken = Set(holders.keys)
        for member in untouched where !hasLeft(member.worker) {
            guard let card = member.worker.card else { continue }
            taken.insert(card)
            guard let holder = holders[card], let row = targets[holder].row else { continue }
            fail(row, .cardNumber, "is the card of a worker not in this file who has not left")
        }
        for index in targets.indices where hasLeft(targets[index].worker) {
            if let card = targets[index].worker.card, taken.contains(card) {
                targets[index].worker.card = nil
            }
        }
        for member in untouched where hasLeft(member.worker) {
            guard let card = member.worker.card, taken.contains(card) else { continue }
            var worker = member.worker
            worker.card = nil
            let cause = "\(terms.source), card passed on"
            targets.append(Target(row: nil, present: member, worker: worker, cause: cause))
        }
    }

    /// Which of the targets that belong to the project has each card; two with one card are an error.
    private mutating func listHolders() -> [CardNumber: Int] {
        var holders: [CardNumber: Int] = [:]
        for (index, target) in targets.enumerated() where !hasLeft(target.worker) {
            guard let card = target.worker.card else { continue }
            if let other = holders.updateValue(index, forKey: card),
                let row = target.row ?? targets[other].row
            {
                let whose = targets[other].row.map { "line \($0.line)" } ?? "a worker not listed"
                fail(row, .cardNumber, "is the card of \(whose) already; take it off there first (-)")
            }
        }
        return holders
    }

    private func hasLeft(_ worker: ProjectWorker) -> Bool { worker.hasLeft(at: terms.calendar.instant) }

    private func change(of target: Target) -> RosterChange {
        let kind = kind(of: target)
        let instant = instant(of: kind, target)
        let occurredAt = instant == terms.calendar.instant ? terms.recordedAt : instant
        // Who is known already has been reported, and so must be what becomes of them.
        let isTakenOver = terms.isBaseline && target.present == nil
        return RosterChange(
            worker: target.present?.id,
            change: PersonnelChange(
                kind: kind, occurredAt: occurredAt,
                dueAt: occurredAt.advanced(byMilliseconds: Self.dueMilliseconds), worker: target.worker,
                source: target.cause, isBaseline: isTakenOver))
    }

    private func kind(of target: Target) -> PersonnelChangeKind {
        guard let present = target.present?.worker else { return .joined }
        if hasLeft(present) && !hasLeft(target.worker) { return .joined }
        if let leftAt = target.worker.leftAt, leftAt != present.leftAt { return .left }
        let isMoved = target.worker.team != present.team || target.worker.workType != present.workType
        if isMoved { return .moved }
        let isCorrected = target.worker.name != present.name || target.worker.idType != present.idType
        return isCorrected ? .identityCorrected : .updated
    }

    /// Joining and leaving happen on their dates, everything else now. A day that is not over
    /// has come to now; taking back a leaving is known from now on.
    private func instant(of kind: PersonnelChangeKind, _ target: Target) -> UTCInstant {
        let calendar = terms.calendar
        switch kind {
        case .left: return target.worker.leftAt ?? calendar.instant
        case .joined:
            let joinedOn = target.worker.joinedOn
            if let former = target.present?.worker.leftAt, calendar.lastDay(before: former) >= joinedOn {
                return calendar.instant
            }
            return joinedOn == calendar.today ? calendar.instant : calendar.end(of: joinedOn)
        default: return calendar.instant
        }
    }

    private mutating func fail(_ row: RosterRow, _ column: RosterColumn, _ words: String) {
        errors.append(
            RosterIssue(
                line: row.line, column: file.cellNumber(of: column), message: "\(column.bothNames) \(words)"))
    }

    private mutating func warn(_ row: RosterRow, _ column: RosterColumn, _ message: String) {
        warnings.append(
            RosterIssue(line: row.line, column: file.cellNumber(of: column), message: message))
    }

    /// 24 hours: the duty to bring personnel changes to the platform.
    static let dueMilliseconds: Int64 = 86_400_000
}
