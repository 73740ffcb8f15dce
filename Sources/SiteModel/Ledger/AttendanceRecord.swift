/// Swipe and decision, as stored: kinds `attendance` and `rawRead`. No personal data: the worker is the
/// entry's subject.
///
/// Body, an array of 9: `[lane, reader, direction, credential kind, reason or 0, flags, roster position,
/// policy sequence, masked or null]`; of 10, with the number in the reserve, when it was written late; of 11,
/// with that or null and `[by, reason]`, when a person let the worker through by hand; of 13, with those or
/// null, whether the lane's barrier was to tell who passed, and the number of a QR badge or null.
public struct AttendanceRecord: EntryBody {
    public let reader: ReaderName
    public let direction: Direction
    public let credentialKind: CredentialKind
    /// Nil: granted.
    public let reason: DenialReason?
    /// The lane was told to open. Differs from "granted" on leaving lanes (always opened) and for reads of
    /// uncertain time (never).
    public let isOpened: Bool
    public let isTimeUncertain: Bool
    /// What the roster said of the worker when it was decided; with `policy` enough to decide again.
    public let standing: WorkerStanding
    /// The newest roster entry that the index had taken in; 0 when there was none.
    public let rosterPosition: LedgerSequence
    /// The `policyApplied` entry in force; 0 before the first.
    public let policy: LedgerSequence
    /// For a person nobody knows: the credential as `Credential.masked` shows it. Nil when the worker is
    /// known.
    public let maskedCredential: String?
    /// Set when the ledger could not write at the time: the record's number in the reserve of the leaving
    /// lanes. Its entry stands later in the chain than it occurred.
    public let reserveNumber: Int64?
    /// Set when no reader read anything.
    public let manual: ManualAdmission?
    /// The lane's barrier tells who passed: a `passage` entry follows and says whether this one counts.
    public let awaitsPassage: Bool
    /// The entry that gave the QR badge or the day pass which was read.
    public let badge: LedgerSequence?

    public var isLate: Bool { reserveNumber != nil }

    public init(
        reader: ReaderName, direction: Direction, credentialKind: CredentialKind, reason: DenialReason?,
        isOpened: Bool, isTimeUncertain: Bool, standing: WorkerStanding, rosterPosition: LedgerSequence,
        policy: LedgerSequence, maskedCredential: String?, reserveNumber: Int64? = nil,
        manual: ManualAdmission? = nil, awaitsPassage: Bool = false, badge: LedgerSequence? = nil
    ) {
        self.reader = reader
        self.direction = direction
        self.credentialKind = credentialKind
        self.reason = reason
        self.isOpened = isOpened
        self.isTimeUncertain = isTimeUncertain
        self.standing = standing
        self.rosterPosition = rosterPosition
        self.policy = policy
        self.maskedCredential = maskedCredential
        self.reserveNumber = reserveNumber
        self.manual = manual
        self.awaitsPassage = awaitsPassage
        self.badge = badge
    }

    /// The same swipe under a number of the reserve, or under none. No barrier's word can name it, so it
    /// waits for none.
    public func numbered(_ reserveNumber: Int64?) -> AttendanceRecord {
        AttendanceRecord(
            reader: reader, direction: direction, credentialKind: credentialKind, reason: reason,
            isOpened: isOpened, isTimeUncertain: isTimeUncertain, standing: standing,
            rosterPosition: rosterPosition, policy: policy, maskedCredential: maskedCredential,
            reserveNumber: reserveNumber, manual: manual, badge: badge)
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder(reservingByteCount: 48)
        encoder.array(count: elementCount)
        encoder.append(reader.lane)
        encoder.append(reader.reader)
        encoder.append(direction.rawValue)
        encoder.append(credentialKind.rawValue)
        encoder.append(reason?.rawValue ?? 0)
        encoder.append(standing.rawValue << 2 | (isOpened ? 1 : 0) | (isTimeUncertain ? 2 : 0))
        encoder.append(rosterPosition.rawValue)
        encoder.append(policy.rawValue)
        encoder.append(maskedCredential)
        if elementCount > 9 { encoder.append(reserveNumber) }
        if elementCount > 10 { Self.append(manual, to: &encoder) }
        if elementCount > 11 {
            encoder.append(awaitsPassage)
            encoder.append(badge?.rawValue)
        }
        return encoder.bytes
    }

    private var elementCount: Int {
        if awaitsPassage || badge != nil { return 13 }
        return manual != nil ? 11 : reserveNumber != nil ? 10 : 9
    }

    private static func append(_ manual: ManualAdmission?, to encoder: inout CanonicalEncoder) {
        guard let manual else { return encoder.appendNull() }
        encoder.array(count: 2)
        encoder.append(manual.by)
        encoder.append(manual.reason)
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        let count = try decoder.array()
        guard count >= 9 else { throw decoder.failure }
        reader = ReaderName(lane: try decoder.text(), reader: try decoder.text())
        guard let direction = Direction(rawValue: Int(try decoder.integer())),
            let kind = CredentialKind(rawValue: Int(try decoder.integer()))
        else { throw decoder.failure }
        self.direction = direction
        credentialKind = kind
        let reasonCode = Int(try decoder.integer())
        reason = DenialReason(rawValue: reasonCode)
        guard reason != nil || reasonCode == 0 else { throw decoder.failure }
        let flags = Int(try decoder.integer())
        isOpened = flags & 1 != 0
        isTimeUncertain = flags & 2 != 0
        standing = WorkerStanding(rawValue: flags >> 2)
        rosterPosition = LedgerSequence(try decoder.integer())
        policy = LedgerSequence(try decoder.integer())
        maskedCredential = try decoder.optionalText()
        reserveNumber = count > 9 ? try decoder.optionalInteger() : nil
        manual = count > 10 ? try Self.manual(&decoder) : nil
        awaitsPassage = count > 11 ? try decoder.bool() : false
        badge = count > 12 ? try decoder.optionalInteger().map(LedgerSequence.init) : nil
    }

    private static func manual(
        _ decoder: inout CanonicalDecoder
    ) throws(CanonicalDecodingError) -> ManualAdmission? {
        if decoder.null() { return nil }
        guard try decoder.array() >= 2 else { throw decoder.failure }
        return ManualAdmission(storedBy: try decoder.text(), reason: try decoder.text())
    }
}

/// Facts about a worker at the moment of a decision. None is personal; raw bits are stored.
public struct WorkerStanding: OptionSet, Sendable, Hashable {
    public let rawValue: Int

    public init(rawValue: Int) {
        self.rawValue = rawValue
    }

    /// The credential belongs to somebody on the roster, present or past.
    public static let known = WorkerStanding(rawValue: 1)
    /// The worker had left the project by then.
    public static let hasLeft = WorkerStanding(rawValue: 2)
    /// Below the minimum age of the policy on that day.
    public static let isUnderAge = WorkerStanding(rawValue: 4)
    /// Presence says inside. With neither this nor `isOutside` nothing is known of this day.
    public static let isInside = WorkerStanding(rawValue: 8)
    /// Presence says outside.
    public static let isOutside = WorkerStanding(rawValue: 16)
    /// No contract or work agreement was in force on that day.
    public static let lacksContract = WorkerStanding(rawValue: 32)
    /// No insurance covered the day.
    public static let lacksInsurance = WorkerStanding(rawValue: 64)
    public static let lacksTraining = WorkerStanding(rawValue: 128)
    /// The identity document is known not to be valid on that day.
    public static let lacksValidIdentity = WorkerStanding(rawValue: 256)
    /// The newest training was more than a year old on that day.
    public static let lacksRetraining = WorkerStanding(rawValue: 512)
    /// A visitor's day pass was read: nobody of the roster.
    public static let isVisitor = WorkerStanding(rawValue: 1_024)
    /// The QR badge was over, or taken back.
    public static let hasBadgeEnded = WorkerStanding(rawValue: 2_048)
    /// The QR badge had let somebody through in this direction before.
    public static let isBadgeUsed = WorkerStanding(rawValue: 4_096)
    /// Nobody could tell what time it was, so not whether the QR badge was over.
    public static let isBadgeTimeUnknown = WorkerStanding(rawValue: 8_192)
}
