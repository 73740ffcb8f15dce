/// What the node signs: at this entry, the chain had this hash.
///
/// The signed bytes are an array of 7 in canonical encoding:
/// `["muster checkpoint 1", origin, sequence, hash, wall ms, synchronisation, public key]`.
public struct Checkpoint: EntryBody {
    private static let mark = "muster checkpoint 1"

    public let origin: LedgerOrigin
    /// The last entry it vouches for; 0 in a ledger without one.
    public let sequence: LedgerSequence
    /// The hash of that entry, 32 bytes.
    public let hash: [UInt8]
    public let signedAt: UTCInstant
    public let synchronisation: ClockSynchronisation
    /// Ed25519, 32 bytes: with it the origin's chain begins.
    public let publicKey: [UInt8]

    public init(
        origin: LedgerOrigin, sequence: LedgerSequence, hash: [UInt8], signedAt: UTCInstant,
        synchronisation: ClockSynchronisation, publicKey: [UInt8]
    ) {
        self.origin = origin
        self.sequence = sequence
        self.hash = hash
        self.signedAt = signedAt
        self.synchronisation = synchronisation
        self.publicKey = publicKey
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder(reservingByteCount: 144)
        encoder.array(count: 7)
        encoder.append(Self.mark)
        encoder.append(origin.text)
        encoder.append(sequence.rawValue)
        encoder.append(byteString: hash)
        encoder.append(signedAt.milliseconds)
        encoder.append(synchronisation.rawValue)
        encoder.append(byteString: publicKey)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() == 7, try decoder.text() == Self.mark else { throw decoder.failure }
        origin = LedgerOrigin(try decoder.text())
        sequence = LedgerSequence(try decoder.integer())
        hash = try decoder.byteString()
        signedAt = UTCInstant(milliseconds: try decoder.integer())
        guard hash.count == 32,
            let synchronisation = ClockSynchronisation(rawValue: Int(try decoder.integer()))
        else { throw decoder.failure }
        self.synchronisation = synchronisation
        publicKey = try decoder.byteString()
        guard publicKey.count == 32, decoder.isAtEnd else { throw decoder.failure }
    }
}

/// Body of `checkpoint`: `[signed bytes of the Checkpoint, Ed25519 signature (64 bytes)]`. It vouches for the
/// entry just before its own.
public struct SignedCheckpoint: EntryBody {
    public let statement: Checkpoint
    /// 64 bytes. Whether it holds is for `AttendanceLedger` to say.
    public let signature: [UInt8]

    public init(statement: Checkpoint, signature: [UInt8]) {
        self.statement = statement
        self.signature = signature
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder(reservingByteCount: 224)
        encoder.array(count: 2)
        encoder.append(byteString: statement.encoded)
        encoder.append(byteString: signature)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 2 else { throw decoder.failure }
        statement = try Checkpoint(encoded: try decoder.byteString())
        signature = try decoder.byteString()
        guard signature.count == 64 else { throw decoder.failure }
    }
}

/// Body of `projectCompleted`: `[completed on (days since 1970), by]`. Completed and fully paid: records may
/// be erased three years after that day (Order 724, Article 28(3)).
public struct ProjectCompleted: EntryBody {
    public let on: CivilDate
    public let by: String

    public init(on: CivilDate, by: String) {
        self.on = on
        self.by = by
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 2)
        encoder.append(on.daysSince1970)
        encoder.append(by)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 2 else { throw decoder.failure }
        on = try decoder.date()
        by = try decoder.text()
    }
}

/// Body of `workerErased`: `[before its time, by, reason]`. Its subject's key was destroyed in the same
/// commit: the entries stay and verify, nobody can read them.
public struct WorkerErased: EntryBody {
    /// The retention rule did not allow it yet; the reason says why it was done.
    public let isForced: Bool
    public let by: String
    public let reason: String

    public init(isForced: Bool, by: String, reason: String) {
        self.isForced = isForced
        self.by = by
        self.reason = reason
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 3)
        encoder.append(isForced)
        encoder.append(by)
        encoder.append(reason)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 3 else { throw decoder.failure }
        isForced = try decoder.bool()
        by = try decoder.text()
        reason = try decoder.text()
    }
}

/// Body of `reserveEmptied`: `[highest number]`. The late records up to that number of the reserve stand just
/// before it, in one commit: none is taken over twice.
public struct ReserveEmptied: EntryBody {
    public let highestNumber: Int64

    public init(highestNumber: Int64) {
        self.highestNumber = highestNumber
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 1)
        encoder.append(highestNumber)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 1 else { throw decoder.failure }
        highestNumber = try decoder.integer()
    }
}

/// Body of `entriesLost`: `[sequence, hash]` of the newest entry that is known to have been on disk, by what
/// is kept beside the ledger. From this entry's own sequence on they are gone, and the numbers are used
/// again.
public struct EntriesLost: EntryBody {
    public let sequence: LedgerSequence
    /// 32 bytes.
    public let hash: [UInt8]

    public init(sequence: LedgerSequence, hash: [UInt8]) {
        self.sequence = sequence
        self.hash = hash
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 2)
        encoder.append(sequence.rawValue)
        encoder.append(byteString: hash)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 2 else { throw decoder.failure }
        sequence = LedgerSequence(try decoder.integer())
        hash = try decoder.byteString()
        guard hash.count == 32 else { throw decoder.failure }
    }
}
