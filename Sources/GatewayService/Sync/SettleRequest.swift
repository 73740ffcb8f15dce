public import SiteModel

/// What a person decided about a refused delivery.
///
/// Array of 6: `[platform or null, sequence, pass or null, is resent, by, reason]`.
public struct SettleRequest: Sendable, Hashable {
    /// Nil: the one that refused it.
    let platform: String?
    let entry: LedgerSequence
    /// Of a correction; nil: the one that was refused.
    let pass: Int?
    /// Sent once more; false: never to be sent.
    let isResent: Bool
    let by: String
    let reason: String

    public init(
        platform: String? = nil, entry: LedgerSequence, pass: Int? = nil, isResent: Bool, by: String,
        reason: String
    ) {
        self.platform = platform
        self.entry = entry
        self.pass = pass
        self.isResent = isResent
        self.by = by
        self.reason = reason
    }

    var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 6)
        encoder.append(platform)
        encoder.append(entry.rawValue)
        encoder.append(pass.map(Int64.init))
        encoder.append(isResent)
        encoder.append(by)
        encoder.append(reason)
        return encoder.bytes
    }

    init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() == 6 else { throw decoder.failure }
        platform = try decoder.optionalText()
        entry = LedgerSequence(try decoder.integer())
        pass = try decoder.optionalInteger().map(Int.init)
        isResent = try decoder.bool()
        by = try decoder.text()
        reason = try decoder.text()
        guard !reason.isEmpty, reason.utf8.count <= 1_000 else { throw decoder.failure }
    }
}
