/// Body of `insuranceCompared`: `[file digest, day, insured, on site, not insured, not on site, other name]`.
///
/// What came of holding the roster against an insurer's list. No persons: the list is kept elsewhere, and its
/// digest tells which it was.
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

    public init(
        fileDigest: [UInt8], day: CivilDate, insured: Int, onSite: Int, notInsured: Int, notOnSite: Int,
        otherName: Int
    ) {
        self.fileDigest = fileDigest
        self.day = day
        self.insured = insured
        self.onSite = onSite
        self.notInsured = notInsured
        self.notOnSite = notOnSite
        self.otherName = otherName
    }

    /// Everybody who should be insured is, and nobody else.
    public var agrees: Bool { notInsured + notOnSite + otherName == 0 }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 7)
        encoder.append(byteString: fileDigest)
        encoder.append(day.daysSince1970)
        for count in [insured, onSite, notInsured, notOnSite, otherName] { encoder.append(count) }
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 7 else { throw decoder.failure }
        fileDigest = try decoder.byteString()
        day = try decoder.date()
        insured = Int(try decoder.integer())
        onSite = Int(try decoder.integer())
        notInsured = Int(try decoder.integer())
        notOnSite = Int(try decoder.integer())
        otherName = Int(try decoder.integer())
    }
}
