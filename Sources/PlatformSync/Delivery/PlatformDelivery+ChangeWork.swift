import AttendanceLedger
import SQLiteStore
import SiteModel

/// What there is to say about a change.
struct ChangeWork {
    let change: PersonnelChange
    /// As they stand now: nobody is told what is old already.
    let worker: ProjectWorker
    let steps: [ChangeStep]
    /// When it was recorded, where it happened then by a clock that cannot have been right: the days in it
    /// are that clock's. Nil: they stand as they were stated.
    let recordedAt: CorrectedTime?

    var person: PersonUpload { PersonUpload(idNumber: worker.idNumber, idType: worker.idType) }
}

extension PlatformDelivery {
    /// Nil when nothing can be said to a platform of this kind.
    func work(of change: ChangeDelivery) throws(DeliveryError) -> ChangeWork? {
        guard let told = try maker.change(change.sequence), let worker = try maker.present(change.worker)
        else {
            return nil
        }
        var former: IDNumber?
        if change.kind == .identityCorrected {
            former = try maker.reading { () throws(LedgerError) in
                try reader.change(of: change.worker, before: change.sequence)?.worker.idNumber
            }
        }
        let steps = ChangeStep.all(of: told, isBaseline: change.isBaseline, formerNumber: former)
        guard !steps.isEmpty else { return nil }
        return ChangeWork(
            change: told, worker: worker, steps: steps, recordedAt: try recordedAt(told, change.sequence))
    }

    private func recordedAt(
        _ told: PersonnelChange, _ sequence: LedgerSequence
    ) throws(DeliveryError) -> CorrectedTime? {
        let entry = try maker.reading { () throws(LedgerError) in try reader.entry(sequence) }
        guard let clock = entry?.clock, told.occurredAt == clock.wall,
            !ClockHistory.plausible.contains(clock.wall)
        else { return nil }
        return maker.corrected(clock)
    }

    func isNew(_ change: ChangeDelivery, _ work: ChangeWork) throws(DeliveryError) -> Bool {
        if case .leaveAs? = work.steps.first { return true }
        return try file.reading { () throws(SQLiteError) in try file.isPresent(change.worker) != true }
    }

    func submission(
        _ step: ChangeStep, _ work: ChangeWork, _ team: TeamUpload, _ change: ChangeDelivery
    ) throws(DeliveryError) -> Submission? {
        switch step {
        case .look: return nil
        case .worker:
            let photo = try maker.photo(of: change.worker, work.worker.dossier.photo)
            return .worker(
                WorkerUpload(worker: work.worker, team: team, photo: photo),
                isNew: try isNew(change, work))
        case .join:
            return .siteMembership(
                MembershipUpload(
                    person: work.person, team: team, isJoining: true, day: joiningDay(work)))
        case .leave:
            return .siteMembership(
                MembershipUpload(
                    person: work.person, team: team, isJoining: false, day: leavingDay(work)))
        case .leaveAs(let number):
            return .siteMembership(
                MembershipUpload(
                    person: PersonUpload(idNumber: number, idType: work.worker.idType), team: team,
                    isJoining: false,
                    day: day(of: work.recordedAt?.instant ?? work.change.occurredAt)))
        case .contract(let contract):
            return .contract(ContractUpload(person: work.person, team: team, contract: contract))
        case .training(let trainedOn):
            return .training(TrainingUpload(person: work.person, day: trainedOn))
        }
    }

    /// What tells whether the platform has a step; nil when there is nothing to ask, or the team is not known
    /// there.
    func question(
        _ step: ChangeStep, _ work: ChangeWork, _ change: ChangeDelivery
    ) throws(DeliveryError) -> HoldingsQuestion? {
        if step == .worker { return .worker(work.person) }
        guard let team = upload(of: resolved(work.worker.team)) else { return nil }
        return switch try submission(step, work, team, change) {
        case .siteMembership(let upload): .membership(upload)
        case .contract(let upload): .contract(upload)
        case .training(let upload): .training(upload)
        case .employer, .team, .worker, .attendance, .payroll, nil: nil
        }
    }

    private func joiningDay(_ work: ChangeWork) -> CivilDate {
        guard work.change.kind == .joined, let time = work.recordedAt else {
            return work.change.worker.joinedOn
        }
        return day(of: time.instant)
    }

    /// `leftAt` of a date without a time is the end of that day: its last day on site is the one before.
    private func leavingDay(_ work: ChangeWork) -> CivilDate {
        let stated = work.change.worker.leftAt ?? work.change.occurredAt
        let instant = work.recordedAt?.instant ?? stated
        return day(of: instant.advanced(byMilliseconds: -1))
    }
}
