import SiteModel

/// What a person asks of bundles.
///
/// Array of 3: `[path in the state folder, whole, by]`.
public struct CarryRequest: Sendable, Hashable {
    /// A file or folder that command and service both reach.
    let path: String
    /// Of a bundle that is written: from the first entry on.
    let isWhole: Bool
    let by: String

    public init(path: String, isWhole: Bool = false, by: String) {
        self.path = path
        self.isWhole = isWhole
        self.by = by
    }

    var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 3)
        encoder.append(path)
        encoder.append(isWhole)
        encoder.append(by)
        return encoder.bytes
    }

    init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() == 3 else { throw decoder.failure }
        path = try decoder.text()
        isWhole = try decoder.bool()
        by = try decoder.text()
    }
}
