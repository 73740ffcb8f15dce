/// Body of `badgeIssued`: `[until ms, who gave it]`. Subject: the worker. Its sequence is the badge's number.
public struct BadgeIssued: EntryBody {
    /// At most `BadgeCode.longestValidity` after the entry.
    public let until: UTCInstant
    /// The account or, on the machine, its user.
    public let by: String

    public init(until: UTCInstant, by: String) {
        self.until = until
        self.by = by
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 2)
        encoder.append(until.milliseconds)
        encoder.append(by)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 2 else { throw decoder.failure }
        until = UTCInstant(milliseconds: try decoder.integer())
        by = try decoder.text()
    }
}

/// Body of `badgeRevoked`: `[sequence of the badge or day pass, who took it back]`.
public struct BadgeRevoked: EntryBody {
    public let badge: LedgerSequence
    public let by: String

    public init(badge: LedgerSequence, by: String) {
        self.badge = badge
        self.by = by
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 2)
        encoder.append(badge.rawValue)
        encoder.append(by)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 2 else { throw decoder.failure }
        badge = LedgerSequence(try decoder.integer())
        by = try decoder.text()
    }
}
