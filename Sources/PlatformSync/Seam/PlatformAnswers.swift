public import SiteModel

/// What one call may carry.
public struct PlatformLimits: Sendable, Hashable {
    public var attendancePerCall: Int
    /// Workers of one month.
    public var payrollPerCall: Int
    /// Site time of this platform's dates.
    public var offsetMilliseconds: Int64
    /// Rows in one page of its answers to questions.
    public var rowsPerPage: Int

    public init(
        attendancePerCall: Int, offsetMilliseconds: Int64, rowsPerPage: Int = 50, payrollPerCall: Int = 50
    ) {
        self.attendancePerCall = attendancePerCall
        self.payrollPerCall = payrollPerCall
        self.rowsPerPage = rowsPerPage
        self.offsetMilliseconds = offsetMilliseconds
    }
}

/// How a platform answered a submission.
public enum SubmissionAnswer: Sendable, Hashable {
    /// It has the call; the verdict comes later under this receipt.
    case received(receipt: String)
    /// It took everything, or had it already. `number`: what it calls a team.
    case taken(number: Int64?)
    /// It refused the payload for good; with more than one record, nobody knows which.
    case refused(PlatformRefusal)
    /// It certainly did not take the call; the same call may succeed later.
    case later(PlatformDelay)
    /// It refuses everything until somebody mends configuration or rights.
    case stopped(PlatformRefusal)
    /// It may or may not have the call: ask before sending again.
    case unknown(words: String)
}

/// What became of a receipt.
public enum VerdictAnswer: Sendable, Hashable {
    /// Not processed yet: no failure.
    case pending
    case taken(number: Int64?)
    case refused(PlatformRefusal)
    /// The platform does not know the receipt.
    case foreign
    case later(PlatformDelay)
    case stopped(PlatformRefusal)
    /// The question got no usable answer; ask again.
    case unknown(words: String)
}

/// A platform's no, in its words. Words may name persons: sealed when stored, never logged.
public struct PlatformRefusal: Sendable, Hashable, Error {
    /// `-2`, `1001`, `10`; `http 403`; `localCode`.
    public let code: String
    public let words: String
    public let cause: Cause

    /// Nothing was sent: the site lacks what the platform demands.
    public static let localCode = "local"

    public enum Cause: Sendable, Hashable {
        /// The payload.
        case record
        /// Somebody the record needs is not registered there yet.
        case dependency
        /// It has the record already: done, for a call of one. Of several, at least one is there and the
        /// others were not taken.
        case duplicate
        /// Our clock, as the platform sees it. `Date` of the answer where it sent one.
        case clock(UTCInstant?)
        /// Signature, appid, rights or address.
        case access
    }

    public init(code: String, words: String, cause: Cause) {
        self.code = code
        self.words = words
        self.cause = cause
    }
}

/// Not now.
public struct PlatformDelay: Sendable, Hashable {
    /// Without personal data: `connection refused`, `http 500`, `-5 rate limit`.
    public let reason: String
    /// At least this long; zero: as the engine thinks.
    public let atLeast: Duration

    public init(reason: String, atLeast: Duration = .zero) {
        self.reason = reason
        self.atLeast = atLeast
    }
}

/// What to ask of a platform's stock.
public enum HoldingsQuestion: Sendable, Hashable {
    /// Passes of one worker on a day; of all workers with nil. Page 0 is the first.
    case attendance(day: CivilDate, person: PersonUpload?, page: Int)
    case team(name: String, corpCode: String)
    case worker(PersonUpload)
    /// Whether this joining or leaving is there.
    case membership(MembershipUpload)
    case contract(ContractUpload)
    case training(TrainingUpload)
    /// Rows of a team's month. Page 0 is the first.
    case payroll(month: CivilMonth, teamNumber: Int64, page: Int)
}

public enum HoldingsAnswer: Sendable, Hashable {
    /// `rowCount` rows came in this page, also those that cannot be read; `totalCount` of all pages.
    case attendance([HeldAttendance], rowCount: Int, totalCount: Int)
    /// Nil: none of that name.
    case team(number: Int64?)
    case worker(isThere: Bool)
    /// Of a membership, a contract or a training. Nil: the platform refuses the question, or its rows do not
    /// tell whose they are.
    case record(isThere: Bool?)
    /// Rows of the month that was asked for; the counts as of `attendance`.
    case payroll([HeldPayroll], rowCount: Int, totalCount: Int)
    case later(PlatformDelay)
    case stopped(PlatformRefusal)
    case unknown(words: String)
}

/// A pass as the platform holds it: the natural key of one.
public struct HeldAttendance: Sendable, Hashable {
    /// Nil: the platform shows a number that we cannot read.
    public let idNumber: IDNumber?
    /// Whole seconds.
    public let at: UTCInstant
    public let direction: Direction
    /// 通道; nil where the platform does not show it.
    public let lane: String?

    public init(idNumber: IDNumber?, at: UTCInstant, direction: Direction, lane: String? = nil) {
        self.lane = lane
        self.idNumber = idNumber
        self.at = at
        self.direction = direction
    }
}
