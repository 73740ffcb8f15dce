/// Body of `insuranceCompared`: `[file digest, day, insured, on site, not insured, not on site, other name,
/// differences]`; the last one, `[[kind, worker or null, line or null] …]`, is missing in entries of earlier
/// versions.
///
/// What came of holding the roster against an insurer's list. Persons stand in it by worker and by line
/// alone: the list is kept elsewhere, and its digest tells which it was.
public struct InsuranceCompared: EntryBody {
    /// SHA-256 of the list as it came, 32 bytes.
    public let fileDigest: [UInt8]
    /// The day of site time for which both sides were counted.
    public let day: CivilDate
    public let insured: Int
    public let onSite: Int
    /// On site and not on the list.
    public let notInsured: Int
    /// On the list and not on site.
    public let notOnSite: Int
    /// On both, under different names.
    public let otherName: Int
    /// Person by person, as many as `differenceLimit`; the counts are of all.
    public let differences: [Difference]

    public struct Difference: Sendable, Hashable {
        /// Raw values are stored, names are exported.
        public enum Kind: Int, Sendable, Hashable {
            case notInsured = 1
            case notOnSite = 2
            case otherName = 3

            public var name: String {
                switch self {
                case .notInsured: "not_insured"
                case .notOnSite: "not_on_site"
                case .otherName: "other_name"
                }
            }

            public var words: (chinese: String, english: String) {
                switch self {
                case .notInsured: ("在场未参保", "not insured")
                case .notOnSite: ("参保不在场", "not on site")
                case .otherName: ("姓名不一致", "other name")
                }
            }
        }

        public let kind: Kind
        /// Nil: nobody on the roster, present or past.
        public let worker: WorkerID?
        /// Of the list; nil for somebody who is not on it.
        public let line: Int?

        public init(_ kind: Kind, worker: WorkerID?, line: Int?) {
            self.kind = kind
            self.worker = worker
            self.line = line
        }
    }

    /// Of a list of the wrong site everybody differs; an entry has its bounds.
    public static let differenceLimit = 10_000

    public init(
        fileDigest: [UInt8], day: CivilDate, insured: Int, onSite: Int, notInsured: Int, notOnSite: Int,
        otherName: Int, differences: [Difference] = []
    ) {
        self.fileDigest = fileDigest
        self.day = day
        self.insured = insured
        self.onSite = onSite
        self.notInsured = notInsured
        self.notOnSite = notOnSite
        self.otherName = otherName
        self.differences = Array(differences.prefix(Self.differenceLimit))
    }

    /// Everybody who should be insured is, and nobody else.
    public var agrees: Bool { notInsured + notOnSite + otherName == 0 }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 8)
        encoder.append(byteString: fileDigest)
        encoder.append(day.daysSince1970)
        for count in [insured, onSite, notInsured, notOnSite, otherName] { encoder.append(count) }
        encoder.array(count: differences.count)
        for difference in differences {
            encoder.array(count: 3)
            encoder.append(difference.kind.rawValue)
            encoder.append(difference.worker?.rawValue)
            encoder.append(difference.line.map(Int64.init))
        }
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        let count = try decoder.array()
        guard count >= 7 else { throw decoder.failure }
        fileDigest = try decoder.byteString()
        day = try decoder.date()
        insured = Int(try decoder.integer())
        onSite = Int(try decoder.integer())
        notInsured = Int(try decoder.integer())
        notOnSite = Int(try decoder.integer())
        otherName = Int(try decoder.integer())
        var differences: [Difference] = []
        if count >= 8 {
            for _ in 0..<(try decoder.array()) { differences.append(try Self.difference(&decoder)) }
        }
        self.differences = differences
    }

    private static func difference(
        _ decoder: inout CanonicalDecoder
    ) throws(CanonicalDecodingError) -> Difference {
        guard try decoder.array() >= 3, let kind = Difference.Kind(rawValue: Int(try decoder.integer()))
        else { throw decoder.failure }
        return Difference(
            kind, worker: try decoder.optionalUnsigned().map { WorkerID(rawValue: $0) },
            line: try decoder.optionalInteger().map { Int($0) })
    }
}
