import AttendanceLedger
import SQLiteStore
public import SiteModel

/// How the deliveries to one platform stand. No personal data.
public struct DeliveryStatus: Sendable {
    public var name: String
    /// Entries of the ledger taken in.
    public var position: Int64
    /// Passes that are to go up, and what became of them; the four below add up to it.
    public var recorded: Int64
    public var confirmed: Int64
    /// Refused by the platform and not yet decided about.
    public var rejected: Int64
    /// With the platform, without verdict.
    public var sent: Int64
    /// It may or may not be there; looked for.
    public var unknown: Int64
    /// Not sent. Among them `held`.
    public var open: Int64
    /// Waiting for their worker's own registration, or for the true time.
    public var held: Int64
    /// When the oldest pass happened that is not confirmed; nil when none is open.
    public var oldestOpenAt: UTCInstant?
    public var changesOpen: Int64
    public var changesSent: Int64
    public var changesRejected: Int64
    /// Passes that the platform has and that were corrected here since: somebody puts them right there.
    public var corrected: Int64 = 0
    public var payroll = Payroll()
    /// Companies and teams that the platform does not take, and why.
    public var refusedUnits: [RefusedUnit]
    /// The last trouble on the way, else why what the platform shows cannot be read; nil when all is well.
    public var lastError: String?
    /// The platform refuses everything: its code and words.
    public var stopped: String?
    /// What the platform's clock said when it refused ours.
    public var platformTime: UTCInstant?
    /// Until the next try; nil when nothing is waited for.
    public var nextTry: Duration?
    public var isPaused: Bool
    /// With which code so many single records were refused, one after the other, that the deliveries paused
    /// by themselves; nil: they did not.
    public var pauseCode: String?
    /// How many that is.
    public static let refusalsUntilPause = DeliveryPolicy().refusalsUntilPause

    public struct RefusedUnit: Sendable, Hashable {
        public let employer: String
        /// Empty: the company itself.
        public let team: String
        public let words: String
    }
}

/// One thing that a platform refused and nobody has decided about.
public struct RejectedDelivery: Sendable, Hashable {
    public let entry: LedgerSequence
    /// Of a correction: which of its passes, from 1; of a month: which of its rows, from 1; else 0.
    public let pass: Int
    public let worker: WorkerID
    /// Nil: a pass, or a row of a month.
    public let change: PersonnelChangeKind?
    /// Of a row of a month that was stated.
    public var month: CivilMonth?
    public let code: String
    /// The platform's, which may name persons.
    public let words: String
    public let at: ClockReading

    /// In place of a platform's code: it has a pass that was corrected here since.
    public static let correctedCode = "corrected"
    static let correctedWords =
        "平台已收，本地后来更正：请在平台上人工更正后结案 (the platform has it, it was corrected here since: "
        + "put it right there, then dismiss it)"
}

/// A day of site time: recorded = sent = confirmed is what an inspector looks for.
public struct DeliveryDay: Sendable, Hashable {
    public let day: CivilDate
    public let recorded: Int64
    /// Confirmed, refused, and those whose verdict is still to come.
    public let sent: Int64
    public let confirmed: Int64
    public let rejected: Int64
}

extension PlatformDelivery {
    public func status() throws(DeliveryError) -> DeliveryStatus {
        let sent = calls.filter { $0.state == .received || $0.state == .sending }.map(\.items.count).reduce(
            0, +)
        let unknown = calls.filter { $0.state == .unknown }.map(\.items.count).reduce(0, +)
        let oldest = try oldestOpen()
        return try file.reading { () throws(SQLiteError) in
            let changes = try file.changeCounts()
            let (recorded, confirmed) = (try file.mark(.recorded), try file.mark(.confirmed))
            let rejected = try file.refusedCount()
            return DeliveryStatus(
                name: name, position: position, recorded: recorded, confirmed: confirmed,
                rejected: rejected, sent: Int64(sent), unknown: Int64(unknown),
                open: recorded - confirmed - rejected - Int64(sent) - Int64(unknown),
                held: try file.heldCount(), oldestOpenAt: oldest,
                changesOpen: changes[.open, default: 0] + changes[.waiting, default: 0],
                changesSent: changes[.sent, default: 0], changesRejected: changes[.refused, default: 0],
                corrected: try file.overtakenCount(), payroll: try file.payrollCounts(),
                refusedUnits: units.values.filter { $0.state == .refused }.map {
                    DeliveryStatus.RefusedUnit(employer: $0.employer, team: $0.team, words: $0.words)
                }, lastError: health.lastTrouble ?? health.unreadable,
                stopped: health.stop.map { "\($0.code) \($0.words)".maskingNumbers(upTo: 200) },
                platformTime: health.platformTime,
                nextTry: health.pausedUntil.map { max(.zero, $0 - uptime) }, isPaused: isPaused,
                pauseCode: pauseCode)
        }
    }

    /// Days of site time with what became of their passes.
    public func days(from first: CivilDate, to last: CivilDate) throws(DeliveryError) -> [DeliveryDay] {
        var underWay: [CivilDate: Int64] = [:]
        for call in calls where call.state == .sending || call.state == .received {
            for item in call.items { underWay[day(of: item.at), default: 0] += 1 }
        }
        return try file.reading { () throws(SQLiteError) in
            try file.days(from: first, to: last).map { day, count in
                DeliveryDay(
                    day: day, recorded: count.recorded,
                    sent: count.confirmed + count.refused + underWay[day, default: 0],
                    confirmed: count.confirmed, rejected: count.refused)
            }
        }
    }

    private func oldestOpen() throws(DeliveryError) -> UTCInstant? {
        var oldest = calls.compactMap { $0.items.first?.at }.min()
        let held = try file.reading { () throws(SQLiteError) in try file.oldestHeld() }
        if let held, let pass = try maker.pass(held.sequence, held.pass) {
            oldest = min(oldest ?? pass.item.at, pass.item.at)
        }
        let unplanned = (backlog.first?.lowerBound).map { min($0, live) } ?? live
        guard unplanned <= position, let pass = try firstPass(from: unplanned) else { return oldest }
        return min(oldest ?? pass.item.at, pass.item.at)
    }

    private func firstPass(from sequence: Int64) throws(DeliveryError) -> UploadMaker.Pass? {
        let entries = try maker.reading { () throws(LedgerError) in
            try reader.entries(after: LedgerSequence(sequence - 1), limit: 256)
        }
        for entry in entries {
            if let pass = try maker.passes(of: entry).first { return pass }
        }
        return nil
    }
}
