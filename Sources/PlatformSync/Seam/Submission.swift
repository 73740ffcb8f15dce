public import SiteModel

/// One call that tells a platform something, in nobody's wire form. Personal data throughout: never logged.
public enum Submission: Sendable, Hashable {
    /// 参建单位: one that is new to the platform, or whose details were corrected since.
    case employer(EmployerUpload, isNew: Bool)
    /// 班组; the answer to one without a number brings it, and later calls need it.
    case team(TeamUpload)
    /// 项目工人: a worker who is new to the platform, or whose details changed there.
    case worker(WorkerUpload, isNew: Bool)
    /// 进退场 of one worker.
    case siteMembership(MembershipUpload)
    /// 劳动合同
    case contract(ContractUpload)
    /// 培训
    case training(TrainingUpload)
    /// 考勤: all of one team, in the order of the ledger, at most `PlatformLimits.attendancePerCall`.
    case attendance(teamNumber: Int64, [AttendanceUpload])
    /// 工资单, its attendance part: of one team and month, at most `PlatformLimits.payrollPerCall` workers.
    case payroll(PayrollUpload)
}

/// A company as platforms know it.
public struct EmployerUpload: Sendable, Hashable {
    public var name: String
    /// 统一社会信用代码, 18 characters.
    public var corpCode: String
    /// `001` to `012`.
    public var corpType: String
    public var enteredOn: CivilDate

    public init(name: String, corpCode: String, corpType: String, enteredOn: CivilDate) {
        self.name = name
        self.corpCode = corpCode
        self.corpType = corpType
        self.enteredOn = enteredOn
    }
}

/// A crew and, once the platform gave it, its number there (`teamSysNo`).
public struct TeamUpload: Sendable, Hashable {
    public var name: String
    public var corpCode: String
    public var corpName: String
    /// Nil: the platform does not know it yet.
    public var number: Int64?
    /// 班组长; nil when the site names none.
    public var leader: ProjectWorker?
    public var enteredOn: CivilDate?

    public init(
        name: String, corpCode: String, corpName: String, number: Int64? = nil, leader: ProjectWorker? = nil,
        enteredOn: CivilDate? = nil
    ) {
        self.name = name
        self.corpCode = corpCode
        self.corpName = corpName
        self.number = number
        self.leader = leader
        self.enteredOn = enteredOn
    }
}

/// A worker within their team.
public struct WorkerUpload: Sendable, Hashable {
    public var worker: ProjectWorker
    public var team: TeamUpload
    /// JPEG, at most `PhotoReference.byteCountLimit`; nil when none is kept.
    public var photo: [UInt8]?

    public init(worker: ProjectWorker, team: TeamUpload, photo: [UInt8]? = nil) {
        self.worker = worker
        self.team = team
        self.photo = photo
    }
}

/// A worker joined or left the project on a day.
public struct MembershipUpload: Sendable, Hashable {
    public var person: PersonUpload
    public var team: TeamUpload
    public var isJoining: Bool
    public var day: CivilDate

    public init(person: PersonUpload, team: TeamUpload, isJoining: Bool, day: CivilDate) {
        self.person = person
        self.team = team
        self.isJoining = isJoining
        self.day = day
    }
}

public struct ContractUpload: Sendable, Hashable {
    public var person: PersonUpload
    public var team: TeamUpload
    public var contract: WorkContract

    public init(person: PersonUpload, team: TeamUpload, contract: WorkContract) {
        self.person = person
        self.team = team
        self.contract = contract
    }
}

public struct TrainingUpload: Sendable, Hashable {
    public var person: PersonUpload
    public var day: CivilDate

    public init(person: PersonUpload, day: CivilDate) {
        self.person = person
        self.day = day
    }
}

/// Who a call is about: the number and its kind.
public struct PersonUpload: Sendable, Hashable {
    public var idNumber: IDNumber
    /// 证件类型 of the national dictionary.
    public var idType: String

    public init(idNumber: IDNumber, idType: String) {
        self.idNumber = idNumber
        self.idType = idType
    }
}

/// A pass through a lane.
public struct AttendanceUpload: Sendable, Hashable {
    public var person: PersonUpload
    /// The corrected time; platforms keep whole seconds.
    public var at: UTCInstant
    public var direction: Direction
    /// 通道, at most 50 characters.
    public var lane: String
    public var means: AttendanceMeans

    public init(
        person: PersonUpload, at: UTCInstant, direction: Direction, lane: String, means: AttendanceMeans
    ) {
        self.person = person
        self.at = at
        self.direction = direction
        self.lane = lane
        self.means = means
    }
}

/// 通行方式: how a pass came to be known.
public enum AttendanceMeans: Sendable, Hashable, CaseIterable {
    case identityCard
    case siteCard
    case qrCode
    /// A guard let a known person through.
    case byHand
    /// 补卡: stated by a person afterwards.
    case corrected
}
