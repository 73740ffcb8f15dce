/// Body of `changeConfirmed`: `[change sequence, reference, by, attachment digest or null, is attached]`; the
/// last one is missing in entries of earlier versions. The subject is the worker; the change is of the same
/// origin.
///
/// An officer typed the change into the platform's own website: its clock stops at this entry.
public struct ChangeConfirmed: EntryBody {
    public let change: LedgerSequence
    /// What the platform shows for it; for people, may name persons.
    public let reference: String
    /// The account or, on the machine, its user.
    public let by: String
    /// SHA-256 of a screenshot or paper, 32 bytes.
    public let attachmentDigest: [UInt8]?
    /// That file is the entry just before this one (`WorkerFile`). False: it is kept elsewhere.
    public let isAttached: Bool

    public init(
        change: LedgerSequence, reference: String, by: String, attachmentDigest: [UInt8]? = nil,
        isAttached: Bool = false
    ) {
        self.change = change
        self.reference = reference
        self.by = by
        self.attachmentDigest = attachmentDigest
        self.isAttached = isAttached
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 5)
        encoder.append(change.rawValue)
        encoder.append(reference)
        encoder.append(by)
        if let attachmentDigest { encoder.append(byteString: attachmentDigest) } else { encoder.appendNull() }
        encoder.append(isAttached)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        let count = try decoder.array()
        guard count >= 4 else { throw decoder.failure }
        change = LedgerSequence(try decoder.integer())
        reference = try decoder.text()
        by = try decoder.text()
        attachmentDigest = decoder.null() ? nil : try decoder.byteString()
        isAttached = count >= 5 ? try decoder.bool() : false
    }
}
