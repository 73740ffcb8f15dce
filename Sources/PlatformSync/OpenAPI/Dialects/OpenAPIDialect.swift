import SiteModel

/// What one city's platform says differently: names, fields, codes, limits. Data of `Dialects/NAME.json`.
///
/// A file with `extends` takes over everything it does not state itself; methods and dictionaries one by one.
/// A new city is a new file, a line in `embedded(_:)` and a golden test.
struct OpenAPIDialect: Sendable {
    let name: String
    let version: String
    let attendancePerCall: Int
    let payrollPerCall: Int
    let photoByteCountLimit: Int
    let pageSize: Int
    /// What stands for 长期 in `expiryDate`; empty: the field stays empty.
    let validForEver: String
    let methods: [MethodKey: Method]
    let dictionaries: [String: [String: PayloadValue]]
    let texts: [(fragment: String, reaction: TextReaction)]
    let codes: [String: CodeReaction]
    let receiptStates: [String: ReceiptState]

    enum MethodKey: String, Sendable, CaseIterable {
        case check, receipt
        case employerAdd = "employer_add"
        case employerUpdate = "employer_update"
        case teamAdd = "team_add"
        case teamUpdate = "team_update"
        case workerAdd = "worker_add"
        case workerUpdate = "worker_update"
        case membershipAdd = "membership_add"
        case contractAdd = "contract_add"
        case trainingAdd = "training_add"
        case attendanceAdd = "attendance_add"
        case attendanceQuery = "attendance_query"
        case teamQuery = "team_query"
        case workerQuery = "worker_query"
        case membershipQuery = "membership_query"
        case contractQuery = "contract_query"
        case trainingQuery = "training_query"
        case payrollAdd = "payroll_add"
        case payrollQuery = "payroll_query"
    }

    struct Method: Sendable {
        /// On the wire: `WorkerAttendance.Add`.
        let name: String
        let data: PayloadTemplate
    }

    /// What a fragment of the platform's words means, whatever the code.
    enum TextReaction: String, Sendable {
        case taken, duplicate, access, clock, dependency, record, transient
        /// Taken before; the digits that follow are the team's number.
        case teamNumber = "team_number"
    }

    enum CodeReaction: String, Sendable {
        case accepted, record, access, rate, transient
    }

    enum ReceiptState: String, Sendable {
        case pending, failed, done
    }

    func method(_ key: MethodKey) -> Method {
        guard let method = methods[key] else { preconditionFailure("the reader saw every method") }
        return method
    }

    static let names = ["national", "jinhua"]

    /// - Throws: `dialect` when there is none of that name.
    static func embedded(_ name: String) throws(PlatformConfigurationError) -> OpenAPIDialect {
        do {
            return try DialectReader.dialect(named: name) { name in
                switch name {
                case "national": PackageResources.national_json
                case "jinhua": PackageResources.jinhua_json
                default: nil
                }
            }
        } catch {
            throw PlatformConfigurationError(key: "dialect", reason: error.description)
        }
    }
}

/// Why a dialect file cannot stand, and where.
struct DialectError: Error, Equatable, CustomStringConvertible {
    /// `methods.attendance_add.data.dataList`
    let path: String
    let reason: String

    var description: String { path.isEmpty ? reason : "\(path): \(reason)" }
}
