public import SiteModel

/// One thing that happened on a device's line, for a person who watches it. Carries no personal data unless
/// it was made to reveal.
public struct TrafficNote: Sendable, Hashable {
    /// Raw values are printed: never renamed.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case received
        case sent
        /// What was decoded: the credential, masked.
        case credential
        /// Bytes that carried nothing; the words are the reason.
        case discarded
        /// What the device says of itself, or what a barrier reported.
        case status
    }

    public let at: UTCInstant
    /// `north/in`, or the port.
    public let device: String
    public let kind: Kind
    /// The first bytes, those that may be shown.
    public let bytes: [UInt8]
    /// All bytes, those that are not shown among them.
    public let byteCount: Int
    public let words: String

    public init(
        at: UTCInstant, device: String, kind: Kind, bytes: [UInt8] = [], byteCount: Int = 0,
        words: String = ""
    ) {
        self.at = at
        self.device = device
        self.kind = kind
        self.bytes = bytes
        self.byteCount = byteCount
        self.words = words
    }

    /// `06:32:10.250  north/in  < 02 30 41 … 11 more`; the time is UTC.
    public var line: String {
        let mark =
            switch kind {
            case .received: "<"
            case .sent: ">"
            case .credential: "="
            case .discarded: "!"
            case .status: "*"
            }
        var parts = [String(at.rfc3339.dropFirst(11).prefix(12)), " \(device) ", mark]
        if !bytes.isEmpty { parts.append(bytes.map { [$0].hexadecimal.uppercased() }.joined(separator: " ")) }
        if bytes.count < byteCount, kind != .discarded {
            let rest = byteCount - bytes.count
            parts.append(bytes.isEmpty ? "\(rest) bytes, not shown" : "… \(rest) more")
        }
        if kind == .discarded { parts.append("discarded \(words), \(byteCount) bytes") }
        if kind != .discarded, !words.isEmpty { parts.append(words) }
        return parts.joined(separator: " ")
    }

    /// One object: `at, device, kind, bytes, byte_count, words`; `bytes` in hexadecimal, those shown.
    public func append(to json: inout JSONText) {
        json.beginObject()
        json.member("at", at.rfc3339)
        json.member("device", device)
        json.member("kind", kind.rawValue)
        json.member("bytes", bytes.hexadecimal.uppercased())
        json.member("byte_count", byteCount)
        json.member("words", words)
        json.endObject()
    }
}
