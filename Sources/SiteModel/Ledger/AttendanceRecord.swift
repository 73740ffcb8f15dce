/// Swipe and decision, as stored: kinds `attendance` and `rawRead`. No personal data: the worker is the
/// entry's subject.
///
/// Body, an array of 9: `[lane, reader, direction, credential kind, reason or 0, flags, roster position,
/// policy sequence, masked or null]`; of 10, with the number in the reserve, when it was written late; of 11,
/// with that or null and `[by, reason]`, when a person let the worker through by hand.
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

    public var isLate: Bool { reserveNumber != nil }

    public init(
        reader: ReaderName, direction: Direction, credentialKind: CredentialKind, reason: DenialReason?,
        isOpened: Bool, isTimeUncertain: Bool, standing: WorkerStanding, rosterPosition: LedgerSequence,
        policy: LedgerSequence, maskedCredential: String?, reserveNumber: Int64? = nil,
        manual: ManualAdmission? = nil
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
    }

    /// The same swipe under a number of the reserve, or under none.
    public func numbered(_ reserveNumber: Int64?) -> AttendanceRecord {
        AttendanceRecord(
            reader: reader, direction: direction, credentialKind: credentialKind, reason: reason,
            isOpened: isOpened, isTimeUncertain: isTimeUncertain, standing: standing,
            rosterPosition: rosterPosition, policy: policy, maskedCredential: maskedCredential,
            reserveNumber: reserveNumber, manual: manual)
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder(reservingByteCount: 48)
        encoder.array(count: manual != nil ? 11 : reserveNumber != nil ? 10 : 9)
        encoder.append(reader.lane)
        encoder.append(reader.reader)
        encoder.append(direction.rawValue)
        encoder.append(credentialKind.rawValue)
        encoder.append(reason?.rawValue ?? 0)
        encoder.append(standing.rawValue << 2 | (isOpened ? 1 : 0) | (isTimeUncertain ? 2 : 0))
        encoder.append(rosterPosition.rawValue)
        encoder.append(policy.rawValue)
        encoder.append(maskedCredential)
        if let manual {
            encoder.append(reserveNumber)
            encoder.array(count: 2)
            encoder.append(manual.by)
            encoder.append(manual.reason)
        } else if let reserveNumber {
            encoder.append(reserveNumber)
        }
        return encoder.bytes
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
        guard count > 10, !decoder.null() else {
            manual = nil
            return
        }
        guard try decoder.array() >= 2 else { throw decoder.failure }
        manual = ManualAdmission(storedBy: try decoder.text(), reason: try decoder.text())
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
}

/// What the barrier reported after a grant.
public enum Passage: Int, Sendable, Hashable, CaseIterable {
    case unknown = 0
    case passed = 1
    case notPassed = 2

    public var name: String {
        switch self {
        case .unknown: "unknown"
        case .passed: "passed"
        case .notPassed: "not_passed"
        }
    }
}

/// Body of `passage`: `[lane, direction, passage, attendance sequence or 0]`.
public struct PassageRecord: EntryBody {
    public let lane: String
    public let direction: Direction
    public let passage: Passage
    /// The attendance entry that opened the lane; 0 when nobody was waited for.
    public let attendance: LedgerSequence

    public init(lane: String, direction: Direction, passage: Passage, attendance: LedgerSequence) {
        self.lane = lane
        self.direction = direction
        self.passage = passage
        self.attendance = attendance
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 4)
        encoder.append(lane)
        encoder.append(direction.rawValue)
        encoder.append(passage.rawValue)
        encoder.append(attendance.rawValue)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() >= 4 else { throw decoder.failure }
        lane = try decoder.text()
        guard let direction = Direction(rawValue: Int(try decoder.integer())),
            let passage = Passage(rawValue: Int(try decoder.integer()))
        else { throw decoder.failure }
        self.direction = direction
        self.passage = passage
        attendance = LedgerSequence(try decoder.integer())
    }
}
