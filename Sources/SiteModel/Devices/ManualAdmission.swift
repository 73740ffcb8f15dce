/// That a person let a worker through without a card, who, and why. Stands in the ledger, readable.
public struct ManualAdmission: Sendable, Hashable {
    public let by: String
    public let reason: String

    /// Both together, in UTF-8: 40 Chinese characters. With lane names of usual length the record then fits
    /// in the reserve of the leaving lanes.
    public static let byteLimit = 120

    /// Nil when one is empty, holds control characters, or both are too long together.
    public init?(by: String, reason: String) {
        guard !by.isEmpty, !reason.isEmpty, by.utf8.count + reason.utf8.count <= Self.byteLimit,
            (by + reason).unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else { return nil }
        self.init(storedBy: by, reason: reason)
    }

    init(storedBy by: String, reason: String) {
        self.by = by
        self.reason = reason
    }
}
