public import SiteModel

/// A correction of somebody's swipes, and what the site manager says of it. Its words are personal data.
public struct TrackedCorrection: Sendable, Hashable {
    /// The newest word of a site manager.
    public struct Judgement: Sendable, Hashable {
        /// Its entry.
        public let sequence: LedgerSequence
        public let verdict: CorrectionVerdict
        public let by: String
        public let words: String
        public let recorded: ClockReading
    }

    /// Its entry.
    public let sequence: LedgerSequence
    public let worker: WorkerID
    public let correction: Correction
    /// When it was made.
    public let recorded: ClockReading
    /// Nil: nobody has looked at it yet.
    public internal(set) var judgement: Judgement?

    public var isConfirmed: Bool { judgement?.verdict == .confirmed }

    /// `open`, `confirmed`, `objected`: exported.
    public var stateName: String { judgement?.verdict.name ?? "open" }
}

/// Every correction with its judgement: the fold of `correction` and `correctionJudged`.
///
/// Personal data in memory: who answers for a correction and why, in words of theirs. 400 bytes a correction.
public struct CorrectionBook: Sendable {
    /// In the order in which they were made; without those of workers who were erased.
    public private(set) var corrections: [TrackedCorrection] = []
    private var places: [LedgerSequence: Int] = [:]

    public init() {}

    /// Takes in the next opened entry; others than corrections, judgements and erasures are passed over.
    ///
    /// - Throws: `PersonnelError.damagedEntry`; the book is then as before.
    public mutating func apply(_ entry: LedgerEntry) throws(PersonnelError) {
        do throws(CanonicalDecodingError) {
            switch entry.kind {
            case .correction:
                guard let worker = entry.subject else { break }
                let correction = try Correction(encoded: entry.body)
                places[entry.sequence] = corrections.count
                corrections.append(
                    TrackedCorrection(
                        sequence: entry.sequence, worker: worker, correction: correction,
                        recorded: entry.clock))
            case .correctionJudged:
                let judged = try CorrectionJudged(encoded: entry.body)
                guard let place = places[judged.correction] else { return }
                corrections[place].judgement = TrackedCorrection.Judgement(
                    sequence: entry.sequence, verdict: judged.verdict, by: judged.by, words: judged.words,
                    recorded: entry.clock)
            case .workerErased:
                if let worker = entry.subject { erase(worker) }
            default: return
            }
        } catch {
            throw .damagedEntry(entry.sequence)
        }
    }

    public func correction(_ sequence: LedgerSequence) -> TrackedCorrection? {
        places[sequence].map { corrections[$0] }
    }

    /// Those that no site manager has confirmed, also those objected to; oldest first.
    public var unconfirmed: [TrackedCorrection] { corrections.filter { !$0.isConfirmed } }

    /// Those that nobody has looked at.
    public var openCount: Int { corrections.count { $0.judgement == nil } }

    public func corrections(of worker: WorkerID) -> [TrackedCorrection] {
        corrections.filter { $0.worker == worker }
    }

    /// Nothing stays of a worker who was erased.
    private mutating func erase(_ worker: WorkerID) {
        guard corrections.contains(where: { $0.worker == worker }) else { return }
        corrections.removeAll { $0.worker == worker }
        places = Dictionary(uniqueKeysWithValues: corrections.enumerated().map { ($1.sequence, $0) })
    }
}
