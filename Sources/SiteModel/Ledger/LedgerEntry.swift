/// The number of an entry within its origin's ledger: contiguous from 1, never reused, below 2^40.
public struct LedgerSequence: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Every sequence is below it.
    public static let limit: Int64 = 1 << 40

    public let rawValue: Int64

    public init(_ rawValue: Int64) {
        self.rawValue = rawValue
    }

    public var next: LedgerSequence { LedgerSequence(rawValue + 1) }
    public var description: String { String(rawValue) }

    public static func < (left: LedgerSequence, right: LedgerSequence) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// The node that wrote an entry: its configured name and a random suffix given when its ledger was made,
/// `north-gate-7f3a9c21`.
public struct LedgerOrigin: Sendable, Hashable, CustomStringConvertible {
    public let text: String

    public init(_ text: String) {
        self.text = text
    }

    /// 24 bits of FNV-1a over the text: the part of a `WorkerID` that tells nodes apart.
    public var tag: UInt32 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return UInt32(truncatingIfNeeded: hash ^ hash >> 24 ^ hash >> 48) & 0xFF_FFFF
    }

    public var description: String { text }
}

/// What kind of fact an entry records. Raw values are stored and hashed, names are exported: never renamed,
/// never reused.
public enum LedgerEntryKind: Int, Sendable, Hashable, CaseIterable {
    /// A swipe and what was decided: `AttendanceRecord`.
    case attendance = 1
    /// A repeat of a granted swipe within the repeat window: `AttendanceRecord`, never uploaded.
    case rawRead = 2
    /// What the barrier reported after a grant: `PassageRecord`.
    case passage = 3
    /// A reader that could not be read, from when to when: `ReaderGap`.
    case readerGap = 4
    /// The clock became synchronised: wall and uptime belong together from here.
    case clockAnchor = 5
    /// The wall clock jumped against the uptime: `ClockStep`.
    case clockStep = 6
    /// The service began to work: `ServiceMark`.
    case serviceStarted = 7
    /// The service ended in order: `ServiceMark`. Its absence before the next start is a crash or a power
    /// cut.
    case serviceStopped = 8
    /// Somebody joined, left or changed: `PersonnelChange`.
    case personnelChange = 9
    /// The end of one import; its changes take effect together: `RosterApplied`.
    case rosterApplied = 10
    /// The rules that decide from here on: `PolicyApplied`.
    case policyApplied = 11
    /// Swipes that the ledger could not take when they came: `LedgerGap`.
    case ledgerGap = 12
    /// The node's signature under everything before it: `SignedCheckpoint`.
    case checkpoint = 13
    /// A missed or wrong swipe, put right by a person: `Correction`. Sealed.
    case correction = 14
    /// The project is completed and paid; retention runs from here: `ProjectCompleted`.
    case projectCompleted = 15
    /// The key of a worker was destroyed: `WorkerErased`.
    case workerErased = 16
    /// What leavers were let out on while the ledger could not write now stands before it: `ReserveEmptied`.
    case reserveEmptied = 17
    /// Entries that were on disk before are not there any more: `EntriesLost`.
    case entriesLost = 18
    /// Somebody entered a change into the platform by hand: `ChangeConfirmed`. Sealed.
    case changeConfirmed = 19
    /// The roster against an insurer's list: `InsuranceCompared`. Counts alone, in clear.
    case insuranceCompared = 20
    /// Somebody saw personal data unmasked: `PersonalDataShown`.
    case personalDataShown = 21
    /// An account of this gateway's pages was made or changed: `AccountChanged`.
    case accountChanged = 22
    /// The photo of a worker: `WorkerPhoto`. Sealed.
    case workerPhoto = 23
    /// 项目台账: what the site says of itself: `SiteProfile`.
    case siteProfile = 24
    /// 参建单位: `EmployerProfile`.
    case employerProfile = 25
    /// 班组: `TeamProfile`.
    case teamProfile = 26
    /// A day pass was given: `VisitorAdmitted`. Never attendance.
    case visitorAdmitted = 27
    /// A visitor left: `VisitorLeft`.
    case visitorLeft = 28
    /// The privacy notice that workers are shown: `NoticePublished`.
    case noticePublished = 29
    /// What a platform said of one change or one pass: `DeliveryAnswered`. Sealed.
    case deliveryAnswered = 30
    /// A person decided about what a platform refused: `DeliverySettled`. Sealed.
    case deliverySettled = 31
    /// What a platform said of a company or a team: `OrganisationAnswered`.
    case organisationAnswered = 32
    /// A barrier saw what nobody was let through for: `LaneAlarmRecord`.
    case laneAlarm = 33
    /// Somebody opened a lane by hand for nobody in particular: `LaneOpened`. Never attendance.
    case laneOpened = 34
    /// All lanes stand open, as in a fire, or are controlled again: `LanesReleased`.
    case lanesReleased = 35
    /// What the site manager says of a correction: `CorrectionJudged`. Sealed.
    case correctionJudged = 36
    /// The chip's photo of a worker, or a paper of theirs: `WorkerFile`. Sealed.
    case workerFile = 37
    /// A QR badge was given to a worker: `BadgeIssued`.
    case badgeIssued = 38
    /// A QR badge or a day pass lets nobody in any more: `BadgeRevoked`.
    case badgeRevoked = 39
    /// Attendance that a platform took: `AttendanceConfirmed`.
    case attendanceConfirmed = 40
    /// Entries of this node were written into a bundle that somebody carries: `BundleWritten`.
    case bundleWritten = 41
    /// Entries of another node were taken from a bundle: `BundleTaken`.
    case bundleTaken = 42
    /// A person opened the commissioning window of a reader, and what came of it: `DeviceCommissioned`.
    case deviceCommissioned = 43
    /// A team's month is final, its sheet signed: `MonthStated`.
    case monthStated = 45
    /// Rows of a month that a platform took: `PayrollConfirmed`.
    case payrollConfirmed = 46

    public var name: String {
        switch self {
        case .attendance: "attendance"
        case .rawRead: "rawRead"
        case .passage: "passage"
        case .readerGap: "readerGap"
        case .clockAnchor: "clockAnchor"
        case .clockStep: "clockStep"
        case .serviceStarted: "serviceStarted"
        case .serviceStopped: "serviceStopped"
        case .personnelChange: "personnelChange"
        case .rosterApplied: "rosterApplied"
        case .policyApplied: "policyApplied"
        case .ledgerGap: "ledgerGap"
        case .checkpoint: "checkpoint"
        case .correction: "correction"
        case .projectCompleted: "projectCompleted"
        case .workerErased: "workerErased"
        case .reserveEmptied: "reserveEmptied"
        case .entriesLost: "entriesLost"
        case .changeConfirmed: "changeConfirmed"
        case .insuranceCompared: "insuranceCompared"
        case .personalDataShown: "personalDataShown"
        case .accountChanged: "accountChanged"
        case .workerPhoto: "workerPhoto"
        case .siteProfile: "siteProfile"
        case .employerProfile: "employerProfile"
        case .teamProfile: "teamProfile"
        case .visitorAdmitted: "visitorAdmitted"
        case .visitorLeft: "visitorLeft"
        case .noticePublished: "noticePublished"
        case .deliveryAnswered: "deliveryAnswered"
        case .deliverySettled: "deliverySettled"
        case .organisationAnswered: "organisationAnswered"
        case .laneAlarm: "laneAlarm"
        case .laneOpened: "laneOpened"
        case .lanesReleased: "lanesReleased"
        case .correctionJudged: "correctionJudged"
        case .workerFile: "workerFile"
        case .badgeIssued: "badgeIssued"
        case .badgeRevoked: "badgeRevoked"
        case .attendanceConfirmed: "attendanceConfirmed"
        case .bundleWritten: "bundleWritten"
        case .bundleTaken: "bundleTaken"
        case .deviceCommissioned: "deviceCommissioned"
        case .monthStated: "monthStated"
        case .payrollConfirmed: "payrollConfirmed"
        }
    }

    /// Kinds that the worker index folds at start.
    public var changesRoster: Bool {
        self == .personnelChange || self == .rosterApplied || self == .workerErased
    }

    /// Kinds from which roster, changes, corrections and site are folded.
    public var isOfPeople: Bool {
        switch self {
        case .personnelChange, .rosterApplied, .workerErased, .changeConfirmed, .siteProfile,
            .employerProfile, .teamProfile, .visitorAdmitted, .visitorLeft, .noticePublished,
            .deliveryAnswered, .deliverySettled, .correction, .correctionJudged:
            true
        default: false
        }
    }

    /// Bodies that carry personal data: sealed under the key of their subject.
    public var isPersonal: Bool {
        switch self {
        case .personnelChange, .correction, .changeConfirmed, .workerPhoto, .workerFile, .deliveryAnswered,
            .deliverySettled, .correctionJudged:
            true
        default: false
        }
    }
}

/// How the body bytes of an entry are to be read. The hash covers the stored bytes, so it never changes with
/// this.
public enum BodySealing: Int, Sendable, Hashable {
    /// Canonical encoding as it is.
    case clear = 0
    /// AES-256-GCM under the key of the subject: 12 bytes of nonce, the ciphertext, 16 bytes of tag. The
    /// additional data are the canonical bytes of the entry with an empty body, so a body opens in its own
    /// place only.
    case workerKey = 1
}

/// Whom an entry is about.
public enum EntrySubject: Sendable, Hashable {
    case nobody
    case worker(WorkerID)
    /// The entry brings a worker: it gives them their id, made of the origin's tag and its own sequence.
    case newWorker
    /// Whom the newest `newWorker` before it in the same group brings.
    case broughtWorker
}

/// What a caller hands to the ledger. Sequence, hash and origin are the ledger's to give.
public struct EntryDraft: Sendable, Hashable {
    public let kind: LedgerEntryKind
    public let subject: EntrySubject
    /// When the fact happened. For a swipe: the reading at its arrival.
    public let clock: ClockReading
    /// Canonical encoding of the body (`EntryBody.encoded`).
    public let body: [UInt8]

    public init(
        _ body: some EntryBody, kind: LedgerEntryKind, subject: EntrySubject = .nobody, clock: ClockReading
    ) {
        self.init(body: body.encoded, kind: kind, subject: subject, clock: clock)
    }

    private init(body: [UInt8], kind: LedgerEntryKind, subject: EntrySubject, clock: ClockReading) {
        self.kind = kind
        self.subject = subject
        self.clock = clock
        self.body = body
    }

    /// A signature under everything before it. The body is the ledger's to make: only its writer knows what
    /// stands before.
    public static func checkpoint(at clock: ClockReading) -> EntryDraft {
        EntryDraft(body: [], kind: .checkpoint, subject: .nobody, clock: clock)
    }
}

/// One row of the ledger as it stands on disk.
public struct LedgerEntry: Sendable, Hashable {
    public let origin: LedgerOrigin
    public let sequence: LedgerSequence
    public let kind: LedgerEntryKind
    public let subject: WorkerID?
    public let clock: ClockReading
    public let sealing: BodySealing
    public let body: [UInt8]
    /// SHA-256, 32 bytes, over the previous entry's hash and the SHA-256 of `canonicalBytes`.
    public let hash: [UInt8]

    public init(
        origin: LedgerOrigin, sequence: LedgerSequence, kind: LedgerEntryKind, subject: WorkerID?,
        clock: ClockReading, sealing: BodySealing, body: [UInt8], hash: [UInt8]
    ) {
        self.origin = origin
        self.sequence = sequence
        self.kind = kind
        self.subject = subject
        self.clock = clock
        self.sealing = sealing
        self.body = body
        self.hash = hash
    }

    public var occurredAt: UTCInstant { clock.wall }

    /// The entry as it reads once its body is opened. `hash` stays: it is over the sealed bytes.
    public func opened(body: [UInt8]) -> LedgerEntry {
        LedgerEntry(
            origin: origin, sequence: sequence, kind: kind, subject: subject, clock: clock, sealing: .clear,
            body: body, hash: hash)
    }

    /// The bytes of which the chain hashes the digest: an array of 11 in canonical encoding.
    ///
    ///     [2 (encoding version), origin text, sequence, kind, subject or null, wall ms, uptime ms,
    ///      boot (16 bytes), synchronisation, sealing, body (byte string)]
    public var canonicalBytes: [UInt8] {
        Self.canonicalBytes(
            origin: origin, sequence: sequence, kind: kind, subject: subject, clock: clock,
            sealing: sealing, body: body)
    }

    public static func canonicalBytes(
        origin: LedgerOrigin, sequence: LedgerSequence, kind: LedgerEntryKind, subject: WorkerID?,
        clock: ClockReading, sealing: BodySealing, body: [UInt8]
    ) -> [UInt8] {
        var encoder = CanonicalEncoder(reservingByteCount: 96 + body.count)
        encodeCanonically(
            into: &encoder, origin: origin, sequence: sequence, kind: kind, subject: subject, clock: clock,
            sealing: sealing, body: body)
        return encoder.bytes
    }

    /// Appends the canonical bytes: for whoever makes many of them.
    public static func encodeCanonically(
        into encoder: inout CanonicalEncoder, origin: LedgerOrigin, sequence: LedgerSequence,
        kind: LedgerEntryKind, subject: WorkerID?, clock: ClockReading, sealing: BodySealing, body: [UInt8]
    ) {
        encoder.array(count: 11)
        encoder.append(2)
        encoder.append(origin.text)
        encoder.append(sequence.rawValue)
        encoder.append(kind.rawValue)
        encoder.append(subject?.rawValue)
        encoder.append(clock.wall.milliseconds)
        encoder.append(clock.uptime.milliseconds)
        encoder.append(clock.boot)
        encoder.append(clock.synchronisation.rawValue)
        encoder.append(sealing.rawValue)
        encoder.append(byteString: body)
    }
}

/// A value that stands in the body of an entry: one canonical encoding, read back to the same value.
public protocol EntryBody: Sendable, Hashable {
    var encoded: [UInt8] { get }
    init(encoded: [UInt8]) throws(CanonicalDecodingError)
}
