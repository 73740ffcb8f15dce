import SiteModel

/// What the platform keeps rows of.
enum RecordKind: String, Sendable, CaseIterable {
    case company, team, worker, contract, training, attendance, payroll
    case entryExit = "entry_exit"

    /// Name of its dump.
    var plural: String {
        switch self {
        case .company: "companies"
        case .team: "teams"
        case .worker: "workers"
        case .contract: "contracts"
        case .training: "trainings"
        case .attendance: "attendance"
        case .payroll: "payrolls"
        case .entryExit: "entry-exits"
        }
    }
}

/// One accepted row.
struct Record: Sendable {
    let kind: RecordKind
    /// Rows with the same one are the same thing, sent again.
    let naturalKey: String
    var corpCode = ""
    /// 0 where there is none.
    var teamSysNo: Int64 = 0
    var idNumber = ""
    /// `yyyy-MM-dd`, or empty.
    var day = ""
    /// Entry or exit, the direction.
    var mark = ""
    /// As it came, without pictures; sealed numbers stay sealed.
    var body: JSONValue = .null
}

/// A row as it stands in the file.
struct StoredRecord: Sendable {
    let id: Int64
    let record: Record
    let isDuplicate: Bool
    let acceptedAtMilliseconds: Int64
}

/// What became of a call that was taken.
struct Verdict: Sendable, Equatable {
    enum Status: Int64, Sendable {
        case failed = 10
        case done = 20
    }

    let serial: String
    let method: String
    let readyAtMilliseconds: Int64
    let status: Status
    let result: String
}

/// The first number of a team: nine to ten digits, as real ones.
let firstTeamSysNo: Int64 = 1_900_000_000
