/// Who was told a platform's answer, and when, where that was not the node whose ledger says it.
///
/// Five elements at the end of a body: `origin, wall ms, uptime ms, boot (16 bytes), synchronisation`.
public struct CarriedAnswer: Sendable, Hashable {
    static let elementCount = 5

    public let by: LedgerOrigin
    /// Of the clock of that node.
    public let clock: ClockReading

    public init(by: LedgerOrigin, clock: ClockReading) {
        self.by = by
        self.clock = clock
    }

    func encode(into encoder: inout CanonicalEncoder) {
        encoder.append(by.text)
        encoder.append(clock.wall.milliseconds)
        encoder.append(clock.uptime.milliseconds)
        encoder.append(clock.boot)
        encoder.append(clock.synchronisation.rawValue)
    }

    init?(from decoder: inout CanonicalDecoder, isThere: Bool) throws(CanonicalDecodingError) {
        guard isThere else { return nil }
        by = LedgerOrigin(try decoder.text())
        let wall = UTCInstant(milliseconds: try decoder.integer())
        let uptime = try decoder.uptime()
        guard let boot = BootID(bytes: try decoder.byteString()),
            let synchronisation = ClockSynchronisation(rawValue: Int(try decoder.integer()))
        else { throw decoder.failure }
        clock = ClockReading(wall: wall, uptime: uptime, boot: boot, synchronisation: synchronisation)
    }
}

/// Body of `bundleWritten`: everything up to this entry may be delivered by whoever takes the bundle.
///
/// Array of 2: `[sequence after which the bundle begins, by]`.
public struct BundleWritten: EntryBody {
    public let after: LedgerSequence
    public let by: String

    public init(after: LedgerSequence, by: String) {
        self.after = after
        self.by = by
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 2)
        encoder.append(after.rawValue)
        encoder.append(by)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 2 else { throw decoder.failure }
        after = LedgerSequence(try decoder.integer())
        by = try decoder.text()
    }
}

/// Body of `bundleTaken`: the chain of another node is known here up to an entry. Whoever compares the hash
/// sees whether that node's ledger is still the same.
///
/// Array of 5: `[origin, sequence, hash (32 bytes), ours, by]`.
public struct BundleTaken: EntryBody {
    public let origin: LedgerOrigin
    public let sequence: LedgerSequence
    public let hash: [UInt8]
    /// How far that node knows this node's ledger; 0 where it says nothing of it.
    public let ours: LedgerSequence
    public let by: String

    public init(
        origin: LedgerOrigin, sequence: LedgerSequence, hash: [UInt8],
        ours: LedgerSequence = LedgerSequence(0), by: String
    ) {
        self.origin = origin
        self.sequence = sequence
        self.hash = hash
        self.ours = ours
        self.by = by
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 5)
        encoder.append(origin.text)
        encoder.append(sequence.rawValue)
        encoder.append(byteString: hash)
        encoder.append(ours.rawValue)
        encoder.append(by)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 5 else { throw decoder.failure }
        origin = LedgerOrigin(try decoder.text())
        sequence = LedgerSequence(try decoder.integer())
        hash = try decoder.byteString()
        guard hash.count == 32 else { throw decoder.failure }
        ours = LedgerSequence(try decoder.integer())
        by = try decoder.text()
    }
}
