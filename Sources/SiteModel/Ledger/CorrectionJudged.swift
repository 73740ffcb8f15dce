/// What the site manager says of a correction. Raw values are stored; names are exported.
public enum CorrectionVerdict: Int, Sendable, Hashable, CaseIterable {
    case confirmed = 1
    /// The manager does not stand by it. It stays in the ledger; whoever counts shows it as disputed.
    case objected = 2

    public var name: String {
        switch self {
        case .confirmed: "confirmed"
        case .objected: "objected"
        }
    }

    public var words: (chinese: String, english: String) {
        switch self {
        case .confirmed: ("已确认", "confirmed")
        case .objected: ("有异议", "objected to")
        }
    }
}

/// Body of `correctionJudged`: `[correction sequence, verdict, by, words]`. The subject is the worker; the
/// correction is of the same origin. Sealed: names may stand in its words.
///
/// The newest one of a correction holds. Nothing that counts changes by it: a correction is withdrawn by
/// another correction alone.
public struct CorrectionJudged: EntryBody {
    /// Characters of `words`.
    public static let wordLimit = 200

    public let correction: LedgerSequence
    public let verdict: CorrectionVerdict
    /// The site manager's account.
    public let by: String
    /// Empty only of a confirmation.
    public let words: String

    public init(correction: LedgerSequence, verdict: CorrectionVerdict, by: String, words: String) {
        self.correction = correction
        self.verdict = verdict
        self.by = by
        self.words = words
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 4)
        encoder.append(correction.rawValue)
        encoder.append(verdict.rawValue)
        encoder.append(by)
        encoder.append(words)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 4 else { throw decoder.failure }
        correction = LedgerSequence(try decoder.integer())
        guard let verdict = CorrectionVerdict(rawValue: Int(try decoder.integer())) else {
            throw decoder.failure
        }
        self.verdict = verdict
        by = try decoder.text()
        words = try decoder.text()
    }
}
