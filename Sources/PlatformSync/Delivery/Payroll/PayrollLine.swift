public import SiteModel

/// A worker's row of a month on its way: of an entry `monthStated`, its row from 1.
struct PayrollLine: Sendable, Hashable {
    enum State: Int64, Sendable {
        case open = 0
        /// Part of a call.
        case calling = 1
        case confirmed = 2
        case refused = 3
        /// A person put it right at the platform by hand, or decided against it.
        case settled = 4
        /// An earlier statement of the same worker's month is under way: what came of it decides.
        case waiting = 5
    }

    let statement: LedgerSequence
    let row: Int
    let month: CivilMonth
    let worker: WorkerID
    let days: Int
    let minutes: Int
    var state: State

    func says(_ held: (days: Int, minutes: Int)) -> Bool { held.days == days && held.minutes == minutes }
}

/// A call of rows of one statement.
struct PayrollCall: Sendable {
    enum State: Int64, Sendable {
        /// Certainly not there.
        case planned = 0
        /// Under way; after a crash: nobody knows.
        case sending = 1
        /// The platform gave a receipt.
        case received = 2
        /// Not known: the platform is asked before anything is sent.
        case unknown = 3
    }

    let id: Int64
    let statement: LedgerSequence
    var rows: [Int]
    var state: State
    var receipt = ""
}

extension DeliveryStatus {
    /// Rows of months that were stated, and what became of them.
    public struct Payroll: Sendable, Hashable {
        /// Not sent, or waiting for the month's attendance.
        public var open: Int64 = 0
        /// Under way.
        public var sent: Int64 = 0
        public var confirmed: Int64 = 0
        public var rejected: Int64 = 0
        /// Put right at the platform by hand, or never to be sent.
        public var settled: Int64 = 0

        public init() {}
    }
}

/// Where a team's month stands at a platform.
public struct PayrollStanding: Sendable, Hashable {
    public let statement: LedgerSequence
    public let month: CivilMonth
    public let team: Team
    public let rows: DeliveryStatus.Payroll
}
