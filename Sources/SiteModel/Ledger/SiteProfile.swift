/// Body of `siteProfile`: what a project says of itself on its ledger (项目台账) and to the platform. The newest
/// one holds. No personal data: persons are named as workers of the site.
///
/// Array of 15: `[name, project code, permit number, supervising department, owner, general contractor,
/// labour officer (worker) or null, wage account filed on or null, deposit filed on or null, starts on or
/// null, ends on or null, insurer, policy number, insured from or null, insured until or null]`. Earlier
/// bodies are of 11, without insurance.
public struct SiteProfile: EntryBody {
    public var name = ""
    public var projectCode = ""
    /// 施工许可证
    public var permitNumber = ""
    /// 主管部门
    public var supervisingDepartment = ""
    /// 建设单位
    public var owner = ""
    /// 总包单位
    public var generalContractor = ""
    /// 劳资专管员
    public var labourOfficer: WorkerID?
    /// 工资专用账户备案
    public var wageAccountFiledOn: CivilDate?
    /// 工资保证金
    public var depositFiledOn: CivilDate?
    public var startsOn: CivilDate?
    public var endsOn: CivilDate?
    /// 项目工伤保险: of the project as a whole. Empty when not known.
    public var insurer = ""
    /// 保险单号
    public var insuranceNumber = ""
    public var insuredFrom: CivilDate?
    /// Last insured day.
    public var insuredUntil: CivilDate?

    public init() {}

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 15)
        for text in [name, projectCode, permitNumber, supervisingDepartment, owner, generalContractor] {
            encoder.append(text)
        }
        encoder.append(labourOfficer?.rawValue)
        for date in [wageAccountFiledOn, depositFiledOn, startsOn, endsOn] {
            encoder.append(date?.daysSince1970)
        }
        encoder.append(insurer)
        encoder.append(insuranceNumber)
        encoder.append(insuredFrom?.daysSince1970)
        encoder.append(insuredUntil?.daysSince1970)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        let count = try decoder.array()
        guard count == 11 || count >= 15 else { throw decoder.failure }
        name = try decoder.text()
        projectCode = try decoder.text()
        permitNumber = try decoder.text()
        supervisingDepartment = try decoder.text()
        owner = try decoder.text()
        generalContractor = try decoder.text()
        labourOfficer = try decoder.optionalUnsigned().map(WorkerID.init(rawValue:))
        wageAccountFiledOn = try decoder.optionalDate()
        depositFiledOn = try decoder.optionalDate()
        startsOn = try decoder.optionalDate()
        endsOn = try decoder.optionalDate()
        guard count > 11 else { return }
        insurer = try decoder.text()
        insuranceNumber = try decoder.text()
        insuredFrom = try decoder.optionalDate()
        insuredUntil = try decoder.optionalDate()
    }
}

/// Body of `employerProfile`: a company on the project; the newest entry of a name holds.
///
/// Array of 5: `[name, corp code, corp type, entered on, registered on or null]`.
public struct EmployerProfile: EntryBody {
    public var name: String
    /// 统一社会信用代码; empty when not known.
    public var corpCode: String
    /// Code `001` to `012` of the national dictionary; empty when not known.
    public var corpType: String
    /// Its own ten-day clock runs from here.
    public var enteredOn: CivilDate
    /// On the platform since; nil: not yet.
    public var registeredOn: CivilDate?

    public init(
        name: String, corpCode: String = "", corpType: String = "", enteredOn: CivilDate,
        registeredOn: CivilDate? = nil
    ) {
        self.name = name
        self.corpCode = corpCode
        self.corpType = corpType
        self.enteredOn = enteredOn
        self.registeredOn = registeredOn
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 5)
        encoder.append(name)
        encoder.append(corpCode)
        encoder.append(corpType)
        encoder.append(enteredOn.daysSince1970)
        encoder.append(registeredOn?.daysSince1970)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 5 else { throw decoder.failure }
        name = try decoder.text()
        corpCode = try decoder.text()
        corpType = try decoder.text()
        enteredOn = try decoder.date()
        registeredOn = try decoder.optionalDate()
    }
}

/// Body of `teamProfile`: a crew of an employer; the newest entry of a team holds.
///
/// Array of 4: `[team, employer, leader (worker) or null, entered on]`.
public struct TeamProfile: EntryBody {
    public var team: Team
    /// 班组长
    public var leader: WorkerID?
    public var enteredOn: CivilDate

    public init(team: Team, leader: WorkerID? = nil, enteredOn: CivilDate) {
        self.team = team
        self.leader = leader
        self.enteredOn = enteredOn
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 4)
        encoder.append(team.name)
        encoder.append(team.employer)
        encoder.append(leader?.rawValue)
        encoder.append(enteredOn.daysSince1970)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 4 else { throw decoder.failure }
        team = Team(name: try decoder.text(), employer: try decoder.text())
        leader = try decoder.optionalUnsigned().map(WorkerID.init(rawValue:))
        enteredOn = try decoder.date()
    }
}
