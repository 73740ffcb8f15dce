public import SiteModel

/// A team's month as its signed sheet has it: days and hours. What was paid, Muster does not know.
public struct PayrollUpload: Sendable, Hashable {
    public var team: TeamUpload
    public var month: CivilMonth
    public var rows: [PayrollRow]

    public init(team: TeamUpload, month: CivilMonth, rows: [PayrollRow]) {
        self.team = team
        self.month = month
        self.rows = rows
    }
}

/// One worker of it.
public struct PayrollRow: Sendable, Hashable {
    public var person: PersonUpload
    /// Ours of this month and worker, always the same (`thirdPayRollCode`). At most 50 characters.
    public var code: String
    public var days: Int
    public var minutes: Int

    public init(person: PersonUpload, code: String, days: Int, minutes: Int) {
        self.person = person
        self.code = code
        self.days = days
        self.minutes = minutes
    }

    /// `202611-cc0eee-2`: no personal data.
    public static func code(of month: CivilMonth, _ worker: WorkerID) -> String {
        "\(month.number)-\(worker)"
    }

    /// The month that a code in our form names, as it stands there; nil for codes of others.
    static func month(of code: String) -> Substring? {
        code.prefixMatch(of: /[0-9]{6}-/).map { code[$0.range].dropLast() }
    }

    /// Hours in tenths, rounded to the nearest.
    public static func tenthsOfHours(_ minutes: Int) -> Int64 { Int64((minutes + 3) / 6) }
}

/// A figure as a platform shows it.
public enum HeldFigure: Sendable, Hashable {
    case notShown
    case shown(Int64)
    /// Something that is none of our figures: text, or a fraction where we send none.
    case unreadable

    /// What is not shown is as it should be.
    func isNoOther(than figure: Int64) -> Bool { self == .notShown || self == .shown(figure) }
}

/// A row of a month as the platform holds it.
public struct HeldPayroll: Sendable, Hashable {
    /// Nil: the platform shows none.
    public let code: String?
    /// Nil: the platform shows a number that we cannot read.
    public let idNumber: IDNumber?
    public let days: HeldFigure
    public let tenthsOfHours: HeldFigure

    public init(
        code: String?, idNumber: IDNumber?, days: HeldFigure, tenthsOfHours: HeldFigure = .notShown
    ) {
        self.tenthsOfHours = tenthsOfHours
        self.code = code
        self.idNumber = idNumber
        self.days = days
    }
}
