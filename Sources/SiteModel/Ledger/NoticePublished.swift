/// Body of `noticePublished`: `[version, text]`. The privacy notice (个人信息保护法 Art. 17) as it is shown to
/// workers; a version says the same for ever.
public struct NoticePublished: EntryBody {
    public let version: String
    public let text: String

    /// Characters of a version.
    public static let versionLimit = 32
    /// Bytes of a text: some 20 pages.
    public static let textByteLimit = 65_536

    public init(version: String, text: String) {
        self.version = version
        self.text = text
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder(reservingByteCount: 64 + text.utf8.count)
        encoder.array(count: 2)
        encoder.append(version)
        encoder.append(text)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 2 else { throw decoder.failure }
        version = try decoder.text()
        text = try decoder.text()
    }
}
