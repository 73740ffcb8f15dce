import SiteModel

/// The fields of a request, read into values and put into a worker, one kind of change at a time.
struct WorkerEdit {
    private let fields: [WorkerField: String]
    private let calendar: SiteCalendar
    private let identity: IdentityRead?
    private let photo: PhotoReference?
    private(set) var faults: [Refusal] = []

    init(_ request: ChangeRequest, photo: PhotoReference?, calendar: SiteCalendar) {
        var fields = request.fields.mapValues(CellText.trimmed).filter { !$0.value.isEmpty }
        if request.action == .blockCard { fields[.cardNumber] = "-" }
        self.fields = fields
        identity = request.identity
        self.photo = photo
        self.calendar = calendar
    }

    /// The worker after each kind of change that the fields make, in order; a kind that changes nothing is
    /// not there. `faults` tells what could not be read.
    mutating func steps(from worker: ProjectWorker) -> [(kind: PersonnelChangeKind, worker: ProjectWorker)] {
        var steps: [(kind: PersonnelChangeKind, worker: ProjectWorker)] = []
        var present = worker
        func note(_ kind: PersonnelChangeKind, _ after: ProjectWorker) {
            guard after != present else { return }
            steps.append((kind, after))
            present = after
        }
        note(.identityCorrected, withIdentity(present))
        note(.moved, withPlace(present))
        let contract = withContract(present)
        note(contract.kind, contract.worker)
        note(.wageCardChanged, withWageCard(present))
        note(.insuranceChanged, withInsurance(present))
        note(.trained, withTraining(present))
        note(.updated, withDetails(present))
        return steps
    }

    private mutating func withIdentity(_ worker: ProjectWorker) -> ProjectWorker {
        var worker = worker
        if let name = text(.name) { worker.name = name }
        if let number = value(.idNumber, RosterCell.idNumber) { worker.idNumber = number }
        if let type = value(.idType, RosterCell.idType) { worker.idType = type }
        if let identity { worker.dossier.identity = identity }
        return worker
    }

    private mutating func withPlace(_ worker: ProjectWorker) -> ProjectWorker {
        var worker = worker
        let team = text(.team) ?? worker.team.name
        worker.team = Team(name: team, employer: optionalText(.employer, or: worker.team.employer))
        worker.workType = optionalText(.workType, or: worker.workType)
        return worker
    }

    private mutating func withContract(
        _ worker: ProjectWorker
    ) -> (kind: PersonnelChangeKind, worker: ProjectWorker) {
        var worker = worker
        let isSaid = [WorkerField.contractKind, .contractSignedOn, .contractFrom, .contractUntil, .payBasis]
            .contains { fields[$0] != nil }
        if let endedOn = date(.contractEndedOn) {
            if worker.dossier.contract == nil {
                fault(.contractEndedOn, "已填写，但没有合同", "is given, but there is no contract")
            }
            if isSaid {
                fault(
                    .contractEndedOn, "不能与新合同同时填写", "cannot go together with a new contract")
            }
            if let start = worker.dossier.contract?.startsOn, endedOn < start {
                fault(
                    .contractEndedOn, "早于合同起始日期", "lies before the first day of the contract")
            }
            worker.dossier.contract?.endsOn = endedOn
            return (.contractEnded, worker)
        }
        guard isSaid else { return (.contractRenewed, worker) }
        var former = worker.dossier.contract
        let signing = date(.contractSignedOn)
        // A signature after the end of the last one is a new contract, not its renewal.
        if let signing, let endsOn = former?.endsOn, endsOn < signing { former = nil }
        if former == nil, signing == nil {
            fault(
                .contractSignedOn, "未填写：合同何时签订？", "is missing: when was the contract signed?")
        }
        let signedOn = signing ?? former?.signedOn ?? calendar.today
        var contract = WorkContract(
            kind: value(.contractKind, Self.contractKind) ?? former?.kind ?? .labourContract,
            signedOn: signedOn, startsOn: date(.contractFrom) ?? former?.startsOn ?? signedOn,
            endsOn: optionalDate(.contractUntil, or: former?.endsOn),
            payBasis: value(.payBasis, Self.payBasis) ?? former?.payBasis)
        if let endsOn = contract.endsOn, endsOn < contract.startsOn {
            fault(
                .contractUntil, "早于合同起始日期", "lies before the first day of the contract")
            contract.endsOn = nil
        }
        if contract.startsOn > calendar.today, worker.dossier.contract?.isInForce(on: calendar.today) == true
        {
            fault(
                .contractFrom, "在将来，会取代今天有效的合同：续签请只填签订日期和终止日期，新合同请在起始日登记",
                "lies in the future, and would take the place of the contract that is in force: where that"
                    + " one goes on, give the signature and its last day; a new one is entered on its first"
                    + " day")
        }
        worker.dossier.contract = contract
        return (former == nil ? .contractSigned : .contractRenewed, worker)
    }

    private mutating func withWageCard(_ worker: ProjectWorker) -> ProjectWorker {
        var worker = worker
        if fields[.wageCard] == "-" {
            worker.dossier.wageCard = nil
            return worker
        }
        let number = value(.wageCard, Self.wageCard) ?? worker.dossier.wageCard?.number
        let bank = optionalText(.wageBank, or: worker.dossier.wageCard?.bank ?? "")
        if let number {
            worker.dossier.wageCard = WageCard(number: number, bank: bank)
        } else if !bank.isEmpty {
            fault(
                .wageBank, "已填写，但没有工资卡号", "is given without the number of a wage card")
        }
        return worker
    }

    private mutating func withInsurance(_ worker: ProjectWorker) -> ProjectWorker {
        var worker = worker
        if fields[.insuredFrom] == "-" {
            worker.dossier.insurance = nil
            return worker
        }
        let former = worker.dossier.insurance
        let insurer = optionalText(.insurer, or: former?.insurer ?? "")
        let until = optionalDate(.insuredUntil, or: former?.until)
        guard let from = date(.insuredFrom) ?? former?.from else {
            if fields[.insurer] != nil || fields[.insuredUntil] != nil {
                fault(
                    .insuredFrom, "未填写：从哪一天起参保？", "is missing: from which day is the worker insured?")
            }
            return worker
        }
        if let until, until < from {
            fault(.insuredUntil, "早于保险起始日期", "lies before the first insured day")
        }
        if from > calendar.today, former?.covers(calendar.today) == true {
            fault(
                .insuredFrom, "在将来，会取代今天有效的保险：续保请只填终止日期，新保险请在生效日登记",
                "lies in the future, and would take the place of the insurance that covers today: where that"
                    + " one goes on, give its last day alone; a new one is entered on its first day")
        }
        worker.dossier.insurance = InjuryInsurance(insurer: insurer, from: from, until: until)
        return worker
    }

    private mutating func withTraining(_ worker: ProjectWorker) -> ProjectWorker {
        var worker = worker
        worker.dossier.trainedOn = optionalDate(.trainedOn, or: worker.dossier.trainedOn)
        if let day = worker.dossier.trainedOn, day > calendar.today {
            fault(.trainedOn, "在将来", "lies in the future")
        }
        return worker
    }

    private mutating func withDetails(_ worker: ProjectWorker) -> ProjectWorker {
        var worker = worker
        if fields[.phone] == "-" {
            worker.phone = ""
        } else if let phone = value(.phone, RosterCell.phone) {
            worker.phone = phone
        }
        if fields[.cardNumber] == "-" { worker.card = nil } else if let card = card() { worker.card = card }
        if let role = value(.role, RosterCell.role) { worker.role = role }
        if let isLeader = value(.teamLeader, Self.flag) { worker.dossier.isTeamLeader = isLeader }
        let contact = worker.dossier.emergencyContact
        let name = optionalText(.emergencyName, or: contact?.name ?? "")
        let phone = optionalText(.emergencyPhone, or: contact?.phone ?? "")
        worker.dossier.emergencyContact =
            name.isEmpty && phone.isEmpty ? nil : EmergencyContact(name: name, phone: phone)
        if let version = text(.notice) {
            worker.dossier.notice = NoticeShown(version: version, shownAt: calendar.instant)
        }
        if let photo { worker.dossier.photo = photo }
        return worker
    }

    private mutating func card() -> CardNumber? {
        guard let text = fields[.cardNumber].map(CellText.digits) else { return nil }
        do throws(CellError) {
            if let stated = fields[.cardFormat] {
                return try RosterCardFormat(reading: stated).number(reading: text, isStated: true)
            }
            return try RosterCardFormat(guessedFrom: text).number(reading: text, isStated: false)
        } catch {
            fault(.cardNumber, error.chinese, error.message)
            return nil
        }
    }
}

// Values of single fields.
extension WorkerEdit {
    fileprivate mutating func fault(_ field: WorkerField, _ chinese: String, _ english: String) {
        faults.append(Refusal("\(field.chineseName)\(chinese)", "\(field.rawValue) \(english)"))
    }

    fileprivate mutating func value<Value>(
        _ field: WorkerField, _ read: (String) throws(CellError) -> Value
    ) -> Value? {
        guard let text = fields[field] else { return nil }
        do throws(CellError) {
            return try read(text)
        } catch {
            fault(field, error.chinese, error.message)
            return nil
        }
    }

    fileprivate mutating func text(_ field: WorkerField) -> String? {
        value(field) { cell throws(CellError) in
            guard cell != "-" else { throw CellError("不能删除", "cannot be taken back") }
            return try RosterCell.text(cell, limit: WorkerField.textLimit)
        }
    }

    fileprivate mutating func optionalText(_ field: WorkerField, or present: String) -> String {
        guard fields[field] != "-" else { return "" }
        return value(field) { cell throws(CellError) in
            try RosterCell.text(cell, limit: WorkerField.textLimit)
        } ?? present
    }

    fileprivate mutating func date(_ field: WorkerField) -> CivilDate? {
        fields[field] == "-" ? nil : value(field, RosterCell.date)
    }

    fileprivate mutating func optionalDate(_ field: WorkerField, or present: CivilDate?) -> CivilDate? {
        fields[field] == "-" ? nil : value(field, RosterCell.date) ?? present
    }

    fileprivate static func contractKind(_ cell: String) throws(CellError) -> WorkContract.Kind {
        let kind = WorkContract.Kind.allCases.first { [$0.name, $0.words.chinese].contains(cell) }
        guard let kind else {
            throw CellError(
                "应为劳动合同或用工书面协议",
                "is neither labour_contract (劳动合同) nor work_agreement (用工书面协议)")
        }
        return kind
    }

    fileprivate static func payBasis(_ cell: String) throws(CellError) -> WorkContract.PayBasis {
        let basis = WorkContract.PayBasis.allCases.first { [$0.name, $0.words.chinese].contains(cell) }
        guard let basis else {
            throw CellError(
                "应为按日、按月、按量或按小时",
                "is none of day, month, piece, hour (按日, 按月, 按量, 按小时)")
        }
        return basis
    }

    fileprivate static func wageCard(_ cell: String) throws(CellError) -> String {
        let text = CellText.digits(cell)
        guard (12...19).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw CellError(
                "不是银行卡号：12 至 19 位数字", "is no bank card number: 12 to 19 digits")
        }
        return text
    }

    fileprivate static func flag(_ cell: String) throws(CellError) -> Bool {
        switch cell.lowercased() {
        case "1", "yes", "true", "是": return true
        case "0", "no", "false", "否", "-": return false
        default: throw CellError("应为是或否", "is neither yes (是) nor no (否)")
        }
    }
}
