public import SiteModel

/// Whom one driver speaks for: the devices of a line with the options of each, without those of the line.
///
/// Most lines have one device. On a bus the drivers of its readers and barriers are one, which takes turns
/// with them.
public struct DriverLine: Sendable {
    /// Options of each reader, in the order in which outputs and inputs number them.
    public var readers: [[String: String]]
    /// Options of each barrier of the bus, numbered likewise.
    public var barriers: [[String: String]]
    /// Nil when the line is no serial line, or its speed is the driver's own.
    public var settings: SerialSettings?
    public var secrets: DriverSecrets

    public init(
        readers: [[String: String]], barriers: [[String: String]] = [], settings: SerialSettings? = nil,
        secrets: DriverSecrets = .unread
    ) {
        self.readers = readers
        self.barriers = barriers
        self.settings = settings
        self.secrets = secrets
    }
}

/// The keys that drivers need, by the words that stand for them in the options: `credential:NAME` or
/// `file:PATH`. Prints none of them.
public struct DriverSecrets: Sendable, CustomStringConvertible, CustomReflectable {
    private let bytes: [String: [UInt8]]?
    private let faults: [String: String]

    /// Nobody looked: a driver made so is checked and never opens a secure channel.
    public static let unread = DriverSecrets(bytes: nil, faults: [:])

    /// - Parameter faults: why others could not be read, by reference.
    public init(_ bytes: [String: [UInt8]], faults: [String: String] = [:]) {
        self.init(bytes: bytes, faults: faults)
    }

    private init(bytes: [String: [UInt8]]?, faults: [String: String]) {
        self.bytes = bytes
        self.faults = faults
    }

    public var description: String { "\(bytes?.count ?? 0) secrets" }
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// - Returns: nil when nobody looked.
    /// - Throws: `DriverError.conflict` when it is missing or has another length; the words show nothing of
    ///   it.
    func key(
        _ reference: String, byteCount: Int, of driver: String
    ) throws(DriverError) -> [UInt8]? {
        guard let bytes else { return nil }
        guard let key = bytes[reference] else {
            let reason = faults[reference].map { ": \($0)" } ?? ""
            throw .conflict(driver: driver, words: "the key \(reference) was not read\(reason)")
        }
        guard key.count == byteCount else {
            throw .conflict(driver: driver, words: "the key \(reference) does not have \(byteCount) bytes")
        }
        return key
    }
}
