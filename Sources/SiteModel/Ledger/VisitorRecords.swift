/// Body of `visitorAdmitted`: `[name, company, purpose, host (worker) or null, until ms, lane or null, by]`.
///
/// A day pass (访客). A visitor is no worker: no attendance comes of it, nothing is uploaded. The name is
/// masked before it is written and no number is kept, so the entry is readable and nobody has to be erased.
public struct VisitorAdmitted: EntryBody {
    /// As `maskedName` gives it: the first character.
    public let name: String
    public let company: String
    public let purpose: String
    /// Who answers for them on site.
    public let host: WorkerID?
    /// End of the pass, within the day on which it begins.
    public let until: UTCInstant
    /// To be opened for them once this is on disk; nil: none.
    public let lane: String?
    /// The account or, on the machine, its user.
    public let by: String

    /// Characters of each text.
    public static let textLimit = 64

    /// - Parameter name: the whole name; all but its first character is dropped here.
    public init(
        name: String, company: String, purpose: String, host: WorkerID?, until: UTCInstant, lane: String?,
        by: String
    ) {
        self.name = Self.masked(name)
        self.company = company
        self.purpose = purpose
        self.host = host
        self.until = until
        self.lane = lane
        self.by = by
    }

    private static func masked(_ name: String) -> String {
        name.count > 1 ? name.prefix(1) + "*" : name
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 7)
        encoder.append(name)
        encoder.append(company)
        encoder.append(purpose)
        encoder.append(host?.rawValue)
        encoder.append(until.milliseconds)
        encoder.append(lane)
        encoder.append(by)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 7 else { throw decoder.failure }
        name = Self.masked(try decoder.text())
        company = try decoder.text()
        purpose = try decoder.text()
        host = try decoder.optionalUnsigned().map(WorkerID.init(rawValue:))
        until = UTCInstant(milliseconds: try decoder.integer())
        lane = try decoder.optionalText()
        by = try decoder.text()
    }
}

/// Body of `visitorLeft`: `[sequence of the admission, lane or null, by]`.
public struct VisitorLeft: EntryBody {
    public let admission: LedgerSequence
    /// To be opened for them once this is on disk; nil: none.
    public let lane: String?
    public let by: String

    public init(admission: LedgerSequence, lane: String?, by: String) {
        self.admission = admission
        self.lane = lane
        self.by = by
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 3)
        encoder.append(admission.rawValue)
        encoder.append(lane)
        encoder.append(by)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 3 else { throw decoder.failure }
        admission = LedgerSequence(try decoder.integer())
        lane = try decoder.optionalText()
        by = try decoder.text()
    }
}
