/// Body of `changeConfirmed`: `[change sequence, reference, by, attachment digest or null]`. The subject is
/// the worker; the change is of the same origin.
///
/// An officer typed the change into the platform's own website: its clock stops at this entry.
public struct ChangeConfirmed: EntryBody {
    public let change: LedgerSequence
    /// What the platform shows for it; for people, may name persons.
    public let reference: String
    /// The account or, on the machine, its user.
    public let by: String
    /// SHA-256 of a screenshot or paper that is kept elsewhere, 32 bytes.
    public let attachmentDigest: [UInt8]?

    public init(change: LedgerSequence, reference: String, by: String, attachmentDigest: [UInt8]? = nil) {
        self.change = change
        self.reference = reference
        self.by = by
        self.attachmentDigest = attachmentDigest
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 4)
        encoder.append(change.rawValue)
        encoder.append(reference)
        encoder.append(by)
        if let attachmentDigest { encoder.append(byteString: attachmentDigest) } else { encoder.appendNull() }
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 4 else { throw decoder.failure }
        change = LedgerSequence(try decoder.integer())
        reference = try decoder.text()
        by = try decoder.text()
        attachmentDigest = decoder.null() ? nil : try decoder.byteString()
    }
}

/// Body of `workerPhoto`: `[JPEG file]`, at most `PhotoReference.byteCountLimit`. The change that refers to
/// it by its digest follows.
public struct WorkerPhoto: EntryBody {
    public let jpeg: [UInt8]

    public init(jpeg: [UInt8]) {
        self.jpeg = jpeg
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder(reservingByteCount: jpeg.count + 8)
        encoder.array(count: 1)
        encoder.append(byteString: jpeg)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 1 else { throw decoder.failure }
        jpeg = try decoder.byteString()
    }
}
