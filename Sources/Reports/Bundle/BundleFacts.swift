import AttendanceLedger
import SiteModel

/// What the shown entries of a bundle say, read for its page.
struct BundleFacts {
    /// A swipe of the worker.
    struct Pass {
        let entry: LedgerEntry
        let record: AttendanceRecord
    }

    struct Correcting {
        let entry: LedgerEntry
        let correction: Correction
    }

    struct Judging {
        let entry: LedgerEntry
        let judged: CorrectionJudged
    }

    struct Changing {
        let entry: LedgerEntry
        let change: PersonnelChange
    }

    let worker: WorkerID
    private let workerKey: [UInt8]?
    private let times: Range<UTCInstant>
    /// Entries of kind 40 that are shown.
    private let proofs: Set<LedgerSequence>

    /// Of the days, in the order of the chain.
    private(set) var passes: [Pass] = []
    /// What barriers said of passes, by the pass.
    private(set) var passages: [LedgerSequence: Passage] = [:]
    /// All of the worker: which day one is about, its passes and its target say.
    private(set) var corrections: [Correcting] = []
    /// What the site manager says of them, by the correction; the newest holds.
    private(set) var judgements: [LedgerSequence: Judging] = [:]
    private(set) var changes: [Changing] = []
    private(set) var erasures: [LedgerEntry] = []
    /// Gaps, clock steps, starts and the like, of the days.
    private(set) var events: [LedgerEntry] = []
    private var shownPasses: Set<LedgerSequence> = []
    private var shownProofs: [(sequence: LedgerSequence, proof: AttendanceConfirmed)] = []
    private(set) var shownCount = 0
    var hiddenCount = 0

    /// The worker as they stand now; nil when nobody can read it any more.
    var person: ProjectWorker? { changes.last?.change.worker }

    /// What platforms took of the passes that are shown.
    var receipts: [BundleReceipt] { BundleReceipt.all(of: shownPasses, by: shownProofs) }

    init(
        of worker: WorkerID, workerKey: [UInt8]?, during times: Range<UTCInstant>,
        proofs: Set<LedgerSequence>
    ) {
        self.proofs = proofs
        self.worker = worker
        self.workerKey = workerKey
        self.times = times
    }

    func isProof(_ entry: LedgerEntry) -> Bool { proofs.contains(entry.sequence) }

    /// Takes a shown entry, as stored.
    mutating func take(_ entry: LedgerEntry) throws(LedgerError) {
        shownCount += 1
        let body = try opened(entry)
        do throws(CanonicalDecodingError) {
            switch entry.kind {
            case .attendanceConfirmed:
                shownProofs.append((entry.sequence, try AttendanceConfirmed(encoded: entry.body)))
            case .attendance, .rawRead:
                if entry.kind == .attendance { shownPasses.insert(entry.sequence) }
                guard isOfTheDays(entry) else { return }
                passes.append(Pass(entry: entry, record: try AttendanceRecord(encoded: entry.body)))
            case .personnelChange:
                guard let body else { return }
                changes.append(Changing(entry: entry, change: try PersonnelChange(encoded: body)))
            case .correction:
                guard let body else { return }
                corrections.append(Correcting(entry: entry, correction: try Correction(encoded: body)))
            case .correctionJudged:
                guard let body else { return }
                let judged = try CorrectionJudged(encoded: body)
                judgements[judged.correction] = Judging(entry: entry, judged: judged)
            case .workerErased: erasures.append(entry)
            case .passage:
                let passage = try PassageRecord(encoded: entry.body)
                passages[passage.attendance] = passage.passage
            case .checkpoint, .rosterApplied, .badgeIssued, .badgeRevoked: break
            default: if isOfTheDays(entry) { events.append(entry) }
            }
        } catch {
            throw .chainBroken(sequence: entry.sequence)
        }
    }

    /// Nil when the key is gone; damage when it is there and does not open the body.
    private func opened(_ entry: LedgerEntry) throws(LedgerError) -> [UInt8]? {
        guard let workerKey else { return entry.sealing == .clear ? entry.body : nil }
        guard let opened = entry.opened(withKey: workerKey) else {
            throw .chainBroken(sequence: entry.sequence)
        }
        return opened.body
    }

    /// Also an entry whose clock nobody had set: it stands among them, and its day is not known.
    private func isOfTheDays(_ entry: LedgerEntry) -> Bool {
        times.contains(entry.occurredAt) || entry.isClockUnset
    }
}

extension LedgerEntry {
    /// Nobody vouched for the clock, and it says what no clock can say.
    var isClockUnset: Bool {
        !clock.isSynchronised && !EvidenceSpan.settableClock.contains(occurredAt.milliseconds)
    }
}
