public import SiteModel

/// What the pages ask about documents and cards that were held to a reader, about photos and papers.
public struct OfficePresented: Sendable {
    /// Reads of the last 24 h from which somebody may be enrolled, newest first, masked.
    let reads: @Sendable () async throws -> [ReadLine]
    /// Whether one of them is there still; it is not opened.
    let holds: @Sendable (Int64) async throws -> Bool
    /// One of them as the chip says it, after the look was recorded; nil when it is gone.
    let read: @Sendable (Int64) async throws -> ReadFacts?
    /// The newest of the last minute.
    let card: @Sendable () async -> PresentedFacts?
    /// The worker's photo, JPEG, after the look was recorded; nil when there is none.
    let photo: @Sendable (WorkerID) async throws -> [UInt8]?
    /// One of the worker's files, after the look was recorded; nil when there is no such file.
    let file: @Sendable (WorkerID, LedgerSequence) async throws -> (bytes: [UInt8], name: String)?

    public init(
        reads: @escaping @Sendable () async throws -> [ReadLine],
        holds: @escaping @Sendable (Int64) async throws -> Bool,
        read: @escaping @Sendable (Int64) async throws -> ReadFacts?,
        card: @escaping @Sendable () async -> PresentedFacts?,
        photo: @escaping @Sendable (WorkerID) async throws -> [UInt8]?,
        file: @escaping @Sendable (WorkerID, LedgerSequence) async throws -> (bytes: [UInt8], name: String)?
    ) {
        self.reads = reads
        self.holds = holds
        self.read = read
        self.card = card
        self.photo = photo
        self.file = file
    }
}

/// A kept read in a list, masked.
public struct ReadLine: Sendable, Hashable {
    public enum Standing: Sendable, Hashable {
        case unknown
        case left
        /// On the project; what the reader read is not in their data yet.
        case present
    }

    public var read: Int64
    public var name: String
    public var number: String
    public var reader: String
    public var readAt: UTCInstant
    public var standing: Standing

    public init(
        read: Int64, name: String, number: String, reader: String, readAt: UTCInstant, standing: Standing
    ) {
        self.read = read
        self.name = name
        self.number = number
        self.reader = reader
        self.readAt = readAt
        self.standing = standing
    }
}

/// What an identity document says. Personal data.
public struct ReadFacts: Sendable, Hashable {
    /// Empty when it has to be typed.
    public var name: String
    public var facts: [WorkerFacts.Fact]
    /// What the officer should look at.
    public var warnings: [BoardWords]

    public init(name: String, facts: [WorkerFacts.Fact], warnings: [BoardWords]) {
        self.name = name
        self.facts = facts
        self.warnings = warnings
    }
}

/// What was held to a reader.
public enum PresentedFacts: Sendable, Hashable {
    case card(CardFacts)
    /// Something of which no site card can be made; why.
    case other(reader: String, words: BoardWords)
}

/// A presented site card with everything that it may be printed as.
public struct CardFacts: Sendable, Hashable {
    /// Its number in this run of the service.
    public var presentation: Int64
    public var reader: String
    public var owner: WorkerID?
    public var forms: [WorkerFacts.Fact]
    /// Whose card a reader of a short form takes it for.
    public var collisions: [WorkerID]

    public init(
        presentation: Int64, reader: String, owner: WorkerID?, forms: [WorkerFacts.Fact],
        collisions: [WorkerID]
    ) {
        self.presentation = presentation
        self.reader = reader
        self.owner = owner
        self.forms = forms
        self.collisions = collisions
    }
}
