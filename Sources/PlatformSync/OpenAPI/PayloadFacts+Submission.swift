import SiteModel

extension PayloadFacts {
    /// What a submission has to say in this dialect, and which method says it.
    static func of(
        _ submission: Submission, in dialect: OpenAPIDialect, project: PayloadProject
    ) -> (method: OpenAPIDialect.MethodKey, facts: PayloadFacts) {
        var maker = PayloadFactsMaker(dialect: dialect, project: project)
        return (maker.take(submission), maker.facts)
    }
}

/// Whose platform account speaks, and in which site time.
struct PayloadProject: Sendable {
    let code: String
    let offsetMilliseconds: Int64
}

private struct PayloadFactsMaker {
    let dialect: OpenAPIDialect
    let project: PayloadProject
    var facts = PayloadFacts()

    init(dialect: OpenAPIDialect, project: PayloadProject) {
        self.dialect = dialect
        self.project = project
        facts.shared[.projectCode] = .text(project.code)
    }

    mutating func take(_ submission: Submission) -> OpenAPIDialect.MethodKey {
        switch submission {
        case .employer(let employer, let isNew):
            facts.shared[.corpCode] = .text(employer.corpCode)
            facts.shared[.corpName] = .text(employer.name)
            facts.shared[.corpType] = .text(employer.corpType)
            facts.shared[.enteredTime] = midnight(employer.enteredOn)
            return isNew ? .employerAdd : .employerUpdate
        case .team(let team):
            take(team)
            facts.shared[.enteredTime] = team.enteredOn.map(midnight)
            if let leader = team.leader { take(leader: leader) }
            return team.number == nil ? .teamAdd : .teamUpdate
        case .worker(let upload, let isNew):
            take(upload.team)
            take(upload)
            return isNew ? .workerAdd : .workerUpdate
        case .siteMembership(let membership):
            take(membership.team)
            record(membership.person)
            facts.shared[.membershipDay] = .text(membership.day.description)
            facts.shared[.membershipType] = word("membership", membership.isJoining ? "joining" : "leaving")
            return .membershipAdd
        case .contract(let upload):
            take(upload.team)
            record(upload.person)
            facts.shared[.contractPeriod] = word(
                "contract_period", upload.contract.endsOn == nil ? "until_done" : "fixed")
            facts.shared[.contractFrom] = .text(upload.contract.startsOn.description)
            facts.shared[.contractUntil] = upload.contract.endsOn.map { .text($0.description) }
            return .contractAdd
        case .training(let upload):
            record(upload.person)
            facts.shared[.trainingDay] = .text(upload.day.description)
            return .trainingAdd
        case .attendance(let teamNumber, let passes):
            facts.shared[.teamNumber] = .number(teamNumber)
            facts.records = records(of: passes)
            return .attendanceAdd
        case .payroll(let payroll):
            take(payroll.team)
            facts.shared[.payMonth] = .text(payroll.month.description)
            facts.records = payroll.rows.map { .payroll(PayrollFacts(row: $0)) }
            return .payrollAdd
        }
    }

    private mutating func take(_ team: TeamUpload) {
        facts.shared[.corpCode] = .text(team.corpCode)
        facts.shared[.corpName] = .text(team.corpName)
        facts.shared[.teamName] = .text(team.name)
        facts.shared[.teamNumber] = team.number.map { .number($0) }
    }

    private mutating func take(leader: ProjectWorker) {
        facts.shared[.leaderName] = .text(leader.name)
        facts.shared[.leaderPhone] = .text(leader.phone)
        facts.shared[.leaderIDType] = .text(leader.idType)
        facts.shared[.leaderIDNumber] = .text(leader.idNumber.revealed)
    }

    /// Of a single worker everything is shared, so that `Add` finds it in its list and `Update` beside it.
    private mutating func take(_ upload: WorkerUpload) {
        let worker = upload.worker
        let dossier = worker.dossier
        record(PersonUpload(idNumber: worker.idNumber, idType: worker.idType))
        facts.shared[.workerName] = .text(worker.name)
        facts.shared[.workerIsLeader] = yesOrNo(dossier.isTeamLeader)
        facts.shared[.workerWorkType] = workType(of: worker)
        facts.shared[.workerRole] = word("role", worker.role == .manager ? "manager" : "worker")
        facts.shared[.workerCard] = worker.card.map { .text(String($0.value)) }
        facts.shared[.workerPhone] = .text(worker.phone)
        facts.shared[.workerJoinedOn] = .text(worker.joinedOn.description)
        facts.shared[.workerIsInsured] = dossier.insurance.map { _ in yesOrNo(true) } ?? nil
        facts.shared[.wageCard] = dossier.wageCard.map { .text($0.number) }
        facts.shared[.wageBank] = dossier.wageCard.map { .text($0.bank) }
        facts.shared[.urgentName] = dossier.emergencyContact.map { .text($0.name) }
        facts.shared[.urgentPhone] = dossier.emergencyContact.map { .text($0.phone) }
        facts.shared[.workerPhoto] = photo(upload.photo)
        take(dossier.identity, of: worker)
    }

    private mutating func take(_ identity: IdentityRead?, of worker: ProjectWorker) {
        let sexByNumber = worker.idNumber.isMale.map { $0 ? 1 : 2 }
        facts.shared[.workerSex] = (identity?.sexCode ?? sexByNumber).flatMap { word("sex", String($0)) }
        guard let identity else { return }
        facts.shared[.workerNation] = Int(identity.ethnicGroupCode).map {
            .text(CodeTables.ethnicGroup(code: $0))
        }
        facts.shared[.workerAddress] = .text(identity.address)
        facts.shared[.workerAuthority] = .text(identity.authority)
        facts.shared[.workerValidFrom] = identity.validFrom.map { .text($0.description) }
        facts.shared[.workerValidUntil] =
            identity.isValidForEver
            ? .text(dialect.validForEver) : identity.validUntil.map { .text($0.description) }
    }

    private func records(of passes: [AttendanceUpload]) -> [RecordFacts?] {
        let directions = Direction.allCases.map { word("direction", $0.name) }
        let means = Dictionary(
            uniqueKeysWithValues: AttendanceMeans.allCases.map { ($0, word("means", $0.name)) })
        var numbers: [IDNumber: PayloadValue] = [:]
        return passes.map { pass in
            let person = pass.person
            let number = numbers[person.idNumber] ?? .text(person.idNumber.revealed)
            numbers[person.idNumber] = number
            return .pass(
                PassFacts(
                    idType: .text(person.idType), idNumber: number,
                    time: .text(pass.at.localSecondText(offsetMilliseconds: project.offsetMilliseconds)),
                    lane: .text(pass.lane.utf8.count <= 50 ? pass.lane : String(pass.lane.prefix(50))),
                    direction: directions[pass.direction.rawValue], means: means[pass.means] ?? nil))
        }
    }

    private mutating func record(_ person: PersonUpload) {
        facts.shared[.personIDType] = .text(person.idType)
        facts.shared[.personIDNumber] = .text(person.idNumber.revealed)
        facts.records = [nil]
    }

    /// A code passes as it is; a name goes through the dictionary; managers have a code of their own.
    private func workType(of worker: ProjectWorker) -> PayloadValue? {
        let dictionary = dialect.dictionaries["work_type"] ?? [:]
        if dictionary.values.contains(.text(worker.workType)) { return .text(worker.workType) }
        return dictionary[worker.workType] ?? (worker.role == .manager ? dictionary["管理人员"] : nil)
    }

    private func photo(_ photo: [UInt8]?) -> PayloadValue? {
        guard let photo, photo.count <= dialect.photoByteCountLimit else { return nil }
        return .text(Base64Text.encoded(photo))
    }

    private func midnight(_ day: CivilDate) -> PayloadValue { .text("\(day) 00:00:00") }

    private func yesOrNo(_ flag: Bool) -> PayloadValue? { word("is_not", flag ? "yes" : "no") }

    private func word(_ dictionary: String, _ key: String) -> PayloadValue? {
        dialect.dictionaries[dictionary]?[key]
    }
}

extension AttendanceMeans {
    /// Its name in dialect files.
    var name: String {
        switch self {
        case .identityCard: "identity_card"
        case .siteCard: "site_card"
        case .qrCode: "qr_code"
        case .byHand: "by_hand"
        case .corrected: "corrected"
        }
    }
}
