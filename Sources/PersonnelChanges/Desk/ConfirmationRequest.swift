public import SiteModel

/// What an officer says who entered a change into the platform's own website: `[change sequence, reference,
/// by, attachment or null]` on its way to the service.
public struct ConfirmationRequest: Sendable, Hashable {
    public var change: LedgerSequence
    /// What the platform shows for it.
    public var reference: String
    /// The account or, on the machine, its user.
    public var by: String
    /// A screenshot or scan: JPEG, PNG or PDF, at most `WorkerFile.byteCountLimit`. Nil: none.
    public var attachment: [UInt8]?

    public init(change: LedgerSequence, reference: String, by: String, attachment: [UInt8]? = nil) {
        self.change = change
        self.reference = reference
        self.by = by
        self.attachment = attachment
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 4)
        encoder.append(change.rawValue)
        encoder.append(reference)
        encoder.append(by)
        if let attachment { encoder.append(byteString: attachment) } else { encoder.appendNull() }
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() == 4 else { throw decoder.failure }
        change = LedgerSequence(try decoder.integer())
        reference = try decoder.text()
        by = try decoder.text()
        attachment = decoder.null() ? nil : try decoder.byteString()
    }

    /// The attachment as it is kept; nil without one.
    ///
    /// - Throws: `PersonnelError.refused` for one that is too large or of another form.
    func file() throws(PersonnelError) -> WorkerFile? {
        guard let attachment else { return nil }
        guard attachment.count <= WorkerFile.byteCountLimit else {
            throw .refusal(
                "附件有 \(attachment.count / 1_024) KB，最多 \(WorkerFile.byteCountLimit / 1_024) KB："
                    + "请缩小图片，或只扫描有回执的一页",
                "the attachment has \(attachment.count / 1_024) KB, at most "
                    + "\(WorkerFile.byteCountLimit / 1_024) KB are kept: make the picture smaller, or scan "
                    + "the one page with the receipt")
        }
        guard let form = WorkerFile.Form(attached: attachment) else {
            throw .refusal("附件须为 JPEG、PNG 或 PDF 文件", "the attachment must be a JPEG, PNG or PDF file")
        }
        return WorkerFile(.confirmation, form, attachment)
    }
}
