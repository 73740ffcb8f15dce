public import SiteModel

/// A worker in a list, masked.
public struct PersonLine: Sendable, Hashable {
    public var worker: WorkerID
    public var name: String
    public var number: String
    public var team: Team
    public var workType: String
    public var hasLeft: Bool

    public init(
        worker: WorkerID, name: String, number: String, team: Team, workType: String, hasLeft: Bool
    ) {
        self.worker = worker
        self.name = name
        self.number = number
        self.team = team
        self.workType = workType
        self.hasLeft = hasLeft
    }
}

public struct PeopleFound: Sendable, Hashable {
    public var lines: [PersonLine]
    /// All that the text fits; the lines may be fewer.
    public var totalCount: Int

    public init(lines: [PersonLine], totalCount: Int) {
        self.lines = lines
        self.totalCount = totalCount
    }
}

/// Everything of one worker. The fields are masked unless it was made revealed.
public struct WorkerFacts: Sendable, Hashable {
    public struct Fact: Sendable, Hashable {
        public var label: BoardWords
        public var value: BoardWords

        public init(_ label: BoardWords, _ value: BoardWords) {
            self.label = label
            self.value = value
        }
    }

    public struct Item: Sendable, Hashable {
        public var words: BoardWords
        public var isThere: Bool

        public init(_ words: BoardWords, isThere: Bool) {
            self.words = words
            self.isThere = isThere
        }
    }

    /// What is kept beside the data: the photo on the chip, an attachment.
    public struct File: Sendable, Hashable {
        public var entry: LedgerSequence
        public var words: BoardWords
        public var byteCount: Int
        public var recordedAt: UTCInstant

        public init(entry: LedgerSequence, words: BoardWords, byteCount: Int, recordedAt: UTCInstant) {
            self.entry = entry
            self.words = words
            self.byteCount = byteCount
            self.recordedAt = recordedAt
        }
    }

    public var line: PersonLine
    public var facts: [Fact]
    public var items: [Item]
    /// Since the end of the day of entry; may be negative on that day. Nil: taken over, no clock.
    public var enrolmentElapsed: Duration?
    public var hasPhoto: Bool
    /// A site card.
    public var hasCard: Bool
    /// They have left, and have not confirmed it (离场确认).
    public var lacksLeaverConfirmation: Bool
    /// Newest first.
    public var changes: [ChangeLine]
    /// Newest first.
    public var corrections: [CorrectionLine]
    /// In the order in which they were kept.
    public var files: [File]

    public init(
        line: PersonLine, facts: [Fact], items: [Item], enrolmentElapsed: Duration?, hasPhoto: Bool = false,
        hasCard: Bool = false, lacksLeaverConfirmation: Bool = false, changes: [ChangeLine],
        corrections: [CorrectionLine] = [], files: [File] = []
    ) {
        self.line = line
        self.facts = facts
        self.items = items
        self.enrolmentElapsed = enrolmentElapsed
        self.hasPhoto = hasPhoto
        self.hasCard = hasCard
        self.lacksLeaverConfirmation = lacksLeaverConfirmation
        self.changes = changes
        self.corrections = corrections
        self.files = files
    }
}

public struct TeamFacts: Sendable, Hashable {
    public var team: Team
    /// Who belongs to it now.
    public var workerCount: Int

    public init(team: Team, workerCount: Int) {
        self.team = team
        self.workerCount = workerCount
    }
}

/// What a change has come to with the platform.
public enum ChangeStanding: Sendable, Hashable {
    case open
    case sent
    case confirmed(at: UTCInstant, isByHand: Bool)
    /// In the platform's words.
    case rejected(String)
}

/// What an officer said who entered a change into the platform by hand.
public struct HandConfirmation: Sendable, Hashable {
    /// What the platform shows for it.
    public var reference: String
    public var by: String
    /// SHA-256 of the attached file, in hexadecimal digits.
    public var attachmentDigest: String?
    /// The file is among the worker's; else it is kept elsewhere.
    public var isAttached: Bool

    public init(reference: String, by: String, attachmentDigest: String?, isAttached: Bool = false) {
        self.reference = reference
        self.by = by
        self.attachmentDigest = attachmentDigest
        self.isAttached = isAttached
    }
}

/// A change of personnel with its clock.
public struct ChangeLine: Sendable, Hashable {
    public var change: LedgerSequence
    public var worker: WorkerID
    /// Masked.
    public var name: String
    public var team: Team
    public var kind: BoardWords
    public var occurredAt: UTCInstant
    public var recordedAt: UTCInstant
    /// Who or what brought it; nil in lists that do not look it up.
    public var source: String?
    public var standing: ChangeStanding
    /// Of one that was confirmed by hand.
    public var byHand: HandConfirmation?
    /// Somebody left, and has not confirmed it (离场确认).
    public var lacksLeaverConfirmation: Bool
    /// From `occurredAt` to the confirmation or, without one, to now.
    public var elapsed: Duration

    public init(
        change: LedgerSequence, worker: WorkerID, name: String, team: Team, kind: BoardWords,
        occurredAt: UTCInstant, recordedAt: UTCInstant, source: String? = nil, standing: ChangeStanding,
        byHand: HandConfirmation? = nil, lacksLeaverConfirmation: Bool = false, elapsed: Duration
    ) {
        self.change = change
        self.worker = worker
        self.name = name
        self.team = team
        self.kind = kind
        self.occurredAt = occurredAt
        self.recordedAt = recordedAt
        self.source = source
        self.standing = standing
        self.byHand = byHand
        self.lacksLeaverConfirmation = lacksLeaverConfirmation
        self.elapsed = elapsed
    }

    var isConfirmed: Bool { if case .confirmed = standing { true } else { false } }
    var isLate: Bool { elapsed >= .seconds(24 * 3_600) }
}

/// All changes, and how well the 24 hours were kept.
public struct ChangeBoard: Sendable, Hashable {
    /// What happened in a month of site time.
    public struct Month: Sendable, Hashable {
        /// `2026-11`
        public var name: String
        public var changeCount: Int
        public var inTimeCount: Int
        /// Confirmed after 24 h, or not confirmed and beyond them.
        public var lateCount: Int
        public var medianDelay: Duration?

        public init(
            name: String, changeCount: Int, inTimeCount: Int, lateCount: Int, medianDelay: Duration?
        ) {
            self.name = name
            self.changeCount = changeCount
            self.inTimeCount = inTimeCount
            self.lateCount = lateCount
            self.medianDelay = medianDelay
        }
    }

    /// Not confirmed, by time left.
    public var open: [ChangeLine]
    /// Confirmed, newest first; some of the newest.
    public var confirmed: [ChangeLine]
    /// Who has left and has not confirmed it, newest first, whatever the platform says.
    public var leavings: [ChangeLine]
    /// Oldest first.
    public var months: [Month]

    public init(
        open: [ChangeLine], confirmed: [ChangeLine], leavings: [ChangeLine] = [], months: [Month]
    ) {
        self.open = open
        self.confirmed = confirmed
        self.leavings = leavings
        self.months = months
    }
}

/// Enrolments that lack something, and companies that are not registered.
public struct EnrolmentBoard: Sendable, Hashable {
    public struct Line: Sendable, Hashable {
        public var person: PersonLine
        public var missing: [BoardWords]
        /// Nil: taken over, no clock.
        public var elapsed: Duration?

        public init(person: PersonLine, missing: [BoardWords], elapsed: Duration?) {
            self.person = person
            self.missing = missing
            self.elapsed = elapsed
        }
    }

    public struct Company: Sendable, Hashable {
        public var name: String
        /// `2026-11-21`
        public var enteredOn: String
        /// Nil: not yet.
        public var registeredOn: String?
        public var elapsed: Duration

        public init(name: String, enteredOn: String, registeredOn: String?, elapsed: Duration) {
            self.name = name
            self.enteredOn = enteredOn
            self.registeredOn = registeredOn
            self.elapsed = elapsed
        }
    }

    /// By time left.
    public var incomplete: [Line]
    public var completeCount: Int
    public var companies: [Company]

    public init(incomplete: [Line], completeCount: Int, companies: [Company]) {
        self.incomplete = incomplete
        self.completeCount = completeCount
        self.companies = companies
    }
}
