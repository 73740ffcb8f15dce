public import AttendanceLedger
public import SiteModel
public import Timekeeping

/// Days and hours of everybody in a month, by team: the figures of the month sheet, and of what goes to the
/// platforms.
///
/// What counts is what counts everywhere (`PassCount`), with corrections in place of what they correct. A
/// worker stands in the team of their last pass of the month. Of somebody who was erased there is nothing.
public struct MonthFigures: Sendable {
    public let month: CivilMonth
    /// The newest entry that was looked at; nil of an empty ledger.
    public let head: LedgerEntry?
    /// Those that have figures or were stated, by company and name.
    public let teams: [MonthTeam]

    /// Walks the ledger from before the month to its end.
    ///
    /// - Parameters:
    ///   - corrected: when moments of the ledger truly were.
    ///   - offsetMilliseconds: of site time.
    public init(
        of month: CivilMonth, in reader: LedgerReader, rule: DayRule = DayRule(), offsetMilliseconds: Int64,
        corrected: (ClockReading) -> CorrectedTime
    ) throws(LedgerError) {
        self.month = month
        head = try reader.head()
        var walk = MonthWalk(month: month, offsetMilliseconds: offsetMilliseconds)
        try walk.read(reader, upTo: head?.sequence ?? LedgerSequence(0), corrected: corrected)
        var teams: [Team: [MonthRow]] = [:]
        for (worker, passes) in walk.passesByWorker {
            let total = MonthTotal(
                of: passes.map(\.pass), in: month, rule: rule, offsetMilliseconds: offsetMilliseconds)
            let within = passes.filter {
                month.contains($0.pass.at.day(offsetMilliseconds: offsetMilliseconds))
            }
            guard let last = within.max(by: { $0.pass.at < $1.pass.at }), total.dayCount + total.minutes > 0,
                let team = try Self.team(of: worker, at: last.pass.at, reader)
            else { continue }
            teams[team, default: []].append(
                MonthRow(
                    worker: worker, days: min(31, total.dayCount),
                    minutes: min(44_640, total.minutes)))
        }
        self.teams = Set(teams.keys).union(walk.statements.keys)
            .sorted { ($0.employer, $0.name) < ($1.employer, $1.name) }
            .map { MonthTeam($0, figures: teams[$0] ?? [], statement: walk.statements[$0]) }
    }

    /// That they had joined or moved to when they passed, whenever that came to be known: a correction stands
    /// far behind its pass. Nil for somebody who was erased.
    private static func team(
        of worker: WorkerID, at instant: UTCInstant, _ reader: LedgerReader
    ) throws(LedgerError) -> Team? {
        var found: PersonnelChange?
        for entry in try reader.personnelEntries(of: worker) where entry.kind == .personnelChange {
            guard let opened = try reader.opened(entry) else { return nil }
            let change: PersonnelChange
            do throws(CanonicalDecodingError) {
                change = try PersonnelChange(encoded: opened.body)
            } catch {
                throw .chainBroken(sequence: entry.sequence)
            }
            // Of two at one moment the later entry counts.
            guard change.kind == .joined || change.kind == .moved, change.occurredAt <= instant,
                change.occurredAt >= found?.occurredAt ?? change.occurredAt
            else { continue }
            found = change
        }
        if let found { return found.worker.team }
        return try reader.newestChange(of: worker)?.worker.team
    }
}

/// The passes around a month, by the entries that tell of them.
private struct MonthWalk {
    struct Found {
        let sequence: LedgerSequence
        let pass: CountedPass
    }

    private struct Told {
        let worker: WorkerID
        let passes: [CountedPass]
        /// The lane's barrier has to tell first.
        var waits = false
    }

    let offsetMilliseconds: Int64
    private let days: ClosedRange<CivilDate>
    private let month: CivilMonth
    private var told: [LedgerSequence: Told] = [:]
    /// The newest of each team.
    private(set) var statements: [Team: MonthTeam.Statement] = [:]

    /// Shifts cross the ends of a month, and clocks that were wrong are put right.
    init(month: CivilMonth, offsetMilliseconds: Int64) {
        self.offsetMilliseconds = offsetMilliseconds
        self.month = month
        days =
            CivilDate(
                daysSince1970: month.firstDay.daysSince1970 - 1)...CivilDate(
                daysSince1970: month.endDay.daysSince1970)
    }

    var passesByWorker: [WorkerID: [Found]] {
        var passes: [WorkerID: [Found]] = [:]
        for (sequence, told) in told where !told.waits {
            passes[told.worker, default: []] += told.passes.map { Found(sequence: sequence, pass: $0) }
        }
        return passes
    }

    mutating func read(
        _ reader: LedgerReader, upTo head: LedgerSequence, corrected: (ClockReading) -> CorrectedTime
    ) throws(LedgerError) {
        var place = LedgerSequence(
            try reader.firstSequence(
                since: days.lowerBound, upTo: head, offsetMilliseconds: offsetMilliseconds,
                corrected: corrected) - 1)
        while place < head {
            let entries = try reader.entries(after: place, limit: 1_024)
            guard let last = entries.last else { return }
            for entry in entries where entry.sequence <= head {
                do throws(CanonicalDecodingError) {
                    switch entry.kind {
                    case .attendance: try take(entry, at: corrected(entry.clock).instant)
                    case .passage: take(try PassageRecord(encoded: entry.body))
                    case .monthStated:
                        let stated = try MonthStated(encoded: entry.body)
                        guard stated.month == month else { continue }
                        statements[stated.team] = MonthTeam.Statement(entry: entry.sequence, stated: stated)
                    default: break
                    }
                } catch {
                    throw .chainBroken(sequence: entry.sequence)
                }
                if entry.kind == .correction { try take(correction: entry, reader) }
            }
            place = last.sequence
        }
    }

    private mutating func take(
        _ entry: LedgerEntry, at instant: UTCInstant
    ) throws(CanonicalDecodingError) {
        guard let worker = entry.subject, isNear(instant) else { return }
        let record = try AttendanceRecord(encoded: entry.body)
        guard record.isPass else { return }
        told[entry.sequence] = Told(
            worker: worker, passes: [CountedPass(at: instant, direction: record.direction)],
            waits: record.count(after: nil) == .waits)
    }

    private mutating func take(_ passage: PassageRecord) {
        if passage.passage == .notPassed {
            told[passage.attendance] = nil
        } else {
            told[passage.attendance]?.waits = false
        }
    }

    private mutating func take(correction entry: LedgerEntry, _ reader: LedgerReader) throws(LedgerError) {
        guard let worker = entry.subject, let opened = try reader.opened(entry) else { return }
        let correction: Correction
        do throws(CanonicalDecodingError) {
            correction = try Correction(encoded: opened.body)
        } catch {
            throw .chainBroken(sequence: entry.sequence)
        }
        if let target = correction.target, target.origin == entry.origin { told[target.sequence] = nil }
        let near = correction.passes.filter { isNear($0.at) }
        guard !near.isEmpty else { return }
        told[entry.sequence] = Told(
            worker: worker, passes: near.map { CountedPass(at: $0.at, direction: $0.direction) })
    }

    private func isNear(_ instant: UTCInstant) -> Bool {
        days.contains(instant.day(offsetMilliseconds: offsetMilliseconds))
    }
}

extension LedgerReader {
    /// An entry before which nothing of the day stands, by bisection; a day of margin for clocks that were
    /// wrong.
    fileprivate func firstSequence(
        since day: CivilDate, upTo head: LedgerSequence, offsetMilliseconds: Int64,
        corrected: (ClockReading) -> CorrectedTime
    ) throws(LedgerError) -> Int64 {
        let early = CivilDate(daysSince1970: day.daysSince1970 - 1)
        var (low, high) = (Int64(1), head.rawValue + 1)
        while low < high {
            let middle = (low + high) / 2
            if let entry = try entry(LedgerSequence(middle)),
                corrected(entry.clock).instant.day(offsetMilliseconds: offsetMilliseconds) < early
            {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }
}
