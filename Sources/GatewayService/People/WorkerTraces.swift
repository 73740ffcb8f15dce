import AttendanceLedger
import SiteModel
import Timekeeping

/// What the ledger of this node tells of one worker, entry by entry.
struct WorkerTraces {
    struct Pass {
        let sequence: LedgerSequence
        let at: UTCInstant
        let record: AttendanceRecord
        /// The same card again within seconds.
        let isRepeat: Bool
    }

    struct Change {
        let sequence: LedgerSequence
        let recordedAt: UTCInstant
        let change: PersonnelChange
    }

    struct Look {
        let at: UTCInstant
        let shown: PersonalDataShown
    }

    struct Badge {
        let at: UTCInstant
        let issued: BadgeIssued
    }

    let worker: WorkerID
    let offsetMilliseconds: Int64
    /// In the order of the ledger.
    private(set) var passes: [Pass] = []
    private(set) var changes: [Change] = []
    private(set) var looks: [Look] = []
    private(set) var badges: [Badge] = []
    /// What barriers said of passes, by the pass.
    private(set) var passages: [LedgerSequence: Passage] = [:]
    /// Originals that a correction takes the place of, and what corrections state.
    private var replaced: Set<LedgerSequence> = []
    private var stated: [CountedPass] = []
    private var ownPasses: Set<LedgerSequence> = []

    init(of worker: WorkerID, offsetMilliseconds: Int64) {
        self.worker = worker
        self.offsetMilliseconds = offsetMilliseconds
    }

    /// What counts as attendance, with corrections in place of what they correct.
    var countedPasses: [CountedPass] {
        passes.filter { pass in
            !pass.isRepeat && !replaced.contains(pass.sequence)
                && pass.record.count(after: passages[pass.sequence]) == .counts
        }.map { CountedPass(at: $0.at, direction: $0.record.direction) } + stated
    }

    /// Reads from the worker's first entry to the end.
    mutating func read(
        _ reader: LedgerReader, corrected: (ClockReading) -> CorrectedTime
    ) throws(LedgerError) {
        guard let first = try reader.personnelEntries(of: worker).first,
            let head = try reader.head()?.sequence
        else { return }
        var place = LedgerSequence(first.sequence.rawValue - 1)
        while place < head {
            let entries = try reader.entries(after: place, limit: 1_024)
            guard let last = entries.last else { return }
            for entry in entries where entry.subject == worker || entry.kind == .passage {
                try take(entry, reader, at: corrected(entry.clock).instant)
            }
            place = last.sequence
        }
    }

    private mutating func take(
        _ entry: LedgerEntry, _ reader: LedgerReader, at instant: UTCInstant
    ) throws(LedgerError) {
        do throws(CanonicalDecodingError) {
            switch entry.kind {
            case .attendance, .rawRead:
                ownPasses.insert(entry.sequence)
                passes.append(
                    Pass(
                        sequence: entry.sequence, at: instant,
                        record: try AttendanceRecord(encoded: entry.body), isRepeat: entry.kind == .rawRead))
            case .passage:
                let told = try PassageRecord(encoded: entry.body)
                // Only of this worker: others' passes are none of theirs.
                if ownPasses.contains(told.attendance) { passages[told.attendance] = told.passage }
            case .personalDataShown:
                looks.append(Look(at: instant, shown: try PersonalDataShown(encoded: entry.body)))
            case .badgeIssued:
                badges.append(Badge(at: instant, issued: try BadgeIssued(encoded: entry.body)))
            default: break
            }
        } catch {
            throw .chainBroken(sequence: entry.sequence)
        }
        if entry.kind == .personnelChange || entry.kind == .correction {
            try takeSealed(entry, reader, at: instant)
        }
    }

    private mutating func takeSealed(
        _ entry: LedgerEntry, _ reader: LedgerReader, at instant: UTCInstant
    ) throws(LedgerError) {
        guard let opened = try reader.opened(entry) else { return }
        do throws(CanonicalDecodingError) {
            if entry.kind == .personnelChange {
                let change = try PersonnelChange(encoded: opened.body)
                changes.append(Change(sequence: entry.sequence, recordedAt: instant, change: change))
            } else {
                let correction = try Correction(encoded: opened.body)
                if let target = correction.target, target.origin == entry.origin {
                    replaced.insert(target.sequence)
                }
                stated += correction.passes.map { CountedPass(at: $0.at, direction: $0.direction) }
            }
        } catch {
            throw .chainBroken(sequence: entry.sequence)
        }
    }
}
