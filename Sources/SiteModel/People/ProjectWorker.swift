/// A stable, non-personal name of a worker on this site: the entry that first brought them.
///
/// Printed `a1b2c3-17`: six hexadecimal digits of the origin's tag and the sequence of the worker's first
/// entry there.
/// So two nodes that enrol without a network never give the same id (but for a tag collision, 2^-24 for a
/// pair of nodes).
public struct WorkerID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Tag in the high 24 bits, sequence in the low 40.
    public let rawValue: UInt64

    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    public init(originTag: UInt32, sequence: LedgerSequence) {
        precondition(sequence.rawValue < 1 << 40, "a ledger holds fewer than 2^40 entries")
        rawValue = UInt64(originTag & 0xFF_FFFF) << 40 | UInt64(sequence.rawValue)
    }

    /// `LedgerOrigin.tag` of the node that brought the worker.
    public var originTag: UInt32 { UInt32(rawValue >> 40) }
    /// Of the entry that brought the worker.
    public var sequence: LedgerSequence { LedgerSequence(Int64(rawValue & (1 << 40 - 1))) }

    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 6, let tag = UInt64(parts[0], radix: 16),
            let sequence = UInt64(parts[1]), (1..<(1 << 40)).contains(sequence)
        else { return nil }
        rawValue = tag << 40 | sequence
    }

    public var description: String {
        let tag = String(rawValue >> 40, radix: 16)
        return String(repeating: "0", count: 6 - tag.count) + tag + "-\(rawValue & (1 << 40 - 1))"
    }

    public static func < (left: WorkerID, right: WorkerID) -> Bool { left.rawValue < right.rawValue }
}

/// 班组: a crew. Team and employer together name it; both names are not personal.
public struct Team: Sendable, Hashable {
    public let name: String
    /// 参建单位 the team works for; empty when the roster does not say.
    public let employer: String

    public init(name: String, employer: String) {
        self.name = name
        self.employer = employer
    }
}

/// 参建单位: a company that works on the project.
public struct Employer: Sendable, Hashable {
    public let name: String

    public init(name: String) {
        self.name = name
    }
}

/// 人员类别: work role of the national dictionary. Raw values are the platform's.
public enum WorkRole: Int, Sendable, Hashable, CaseIterable {
    /// 管理人员
    case manager = 10
    /// 建筑工人
    case worker = 20
}

/// A worker on this project as the roster knows them: what a `personnelChange` entry carries whole.
public struct ProjectWorker: Sendable, Hashable {
    public var name: String
    public var idNumber: IDNumber
    /// 证件类型 code of the national dictionary; `01` is the resident ID card.
    public var idType: String
    public var team: Team
    public var workType: String
    public var phone: String
    public var card: CardNumber?
    public var role: WorkRole
    public var joinedOn: CivilDate
    /// 退场: from this instant on the worker no longer belongs to the project. A date without a time means the
    /// end of that day in site time.
    public var leftAt: UTCInstant?
    public var dossier: WorkerDossier

    public init(
        name: String, idNumber: IDNumber, idType: String = "01", team: Team, workType: String = "",
        phone: String = "", card: CardNumber? = nil, role: WorkRole = .worker, joinedOn: CivilDate,
        leftAt: UTCInstant? = nil, dossier: WorkerDossier = WorkerDossier()
    ) {
        self.name = name
        self.idNumber = idNumber
        self.idType = idType
        self.team = team
        self.workType = workType
        self.phone = phone
        self.card = card
        self.role = role
        self.joinedOn = joinedOn
        self.leftAt = leftAt
        self.dossier = dossier
    }

    /// `张*`: the first character, for public displays.
    public var maskedName: String { name.prefix(1) + (name.count > 1 ? "*" : "") }
}

extension ProjectWorker: CustomStringConvertible, CustomDebugStringConvertible {
    public var description: String { "\(maskedName) \(idNumber.masked)" }
    public var debugDescription: String { description }
}
