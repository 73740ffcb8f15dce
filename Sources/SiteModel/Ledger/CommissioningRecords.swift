/// What happened while a reader was put into service. Raw values are stored.
public enum CommissioningAct: Int, Sendable, Hashable, CaseIterable {
    /// A person opened the window in which the reader may be given its key and its place on the line.
    case windowOpened = 1
    /// The reader took its own key.
    case keySet = 2
    /// The reader took no key, or has one that is neither ours nor the factory's.
    case keyRefused = 3
    /// The reader answers at its new address and speed.
    case lineChanged = 4
    /// The reader did not take a new address or speed, or did not answer there.
    case lineNotChanged = 5

    public var name: String {
        switch self {
        case .windowOpened: "window_opened"
        case .keySet: "key_set"
        case .keyRefused: "key_refused"
        case .lineChanged: "line_changed"
        case .lineNotChanged: "line_not_changed"
        }
    }
}

/// Body of `deviceCommissioned`: `[lane, reader, act, who opened the window, words]`. Never a key.
public struct DeviceCommissioned: EntryBody {
    public let reader: ReaderName
    public let act: CommissioningAct
    /// The user of the machine who opened the window.
    public let by: String
    /// For how long, what the reader said, where it is now.
    public let words: String

    public init(reader: ReaderName, act: CommissioningAct, by: String, words: String) {
        self.reader = reader
        self.act = act
        self.by = by
        self.words = words
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 5)
        encoder.append(reader.lane)
        encoder.append(reader.reader)
        encoder.append(act.rawValue)
        encoder.append(by)
        encoder.append(words)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 5 else { throw decoder.failure }
        reader = ReaderName(lane: try decoder.text(), reader: try decoder.text())
        guard let act = CommissioningAct(rawValue: Int(try decoder.integer())) else { throw decoder.failure }
        self.act = act
        by = try decoder.text()
        words = try decoder.text()
    }
}
