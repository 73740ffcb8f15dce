public import SiteModel

/// Changes of personnel as a person asks for them, by command or page. Workers are named by id or identity
/// number, so it travels as a body, never in an address. Personal data.
public struct ChangeRequest: Sendable, Hashable {
    /// Raw values travel.
    public enum Action: Int, Sendable, Hashable, CaseIterable {
        case join = 1
        case leave = 2
        case move = 3
        case update = 4
        /// 发卡: to a worker who has no card.
        case issueCard = 5
        /// 换卡: the former card opens nothing from then on.
        case replaceCard = 6
        /// 停卡
        case blockCard = 7
    }

    public var action: Action
    /// Ids or identity numbers.
    public var workers: [String]
    /// Everybody who belongs to this team, beside those who are named.
    public var ofTeam: String?
    /// `2026-11-24T07:30` in site time, or `2026-11-24`: the end of that day. Nil: now.
    public var at: String?
    public var fields: [WorkerField: String]
    /// 离场确认
    public var isConfirmedByLeaver: Bool
    /// The account, or the user of the machine.
    public var by: String
    /// A photo in JPEG; for one worker. Nil: none.
    public var photo: [UInt8]?
    /// The kept read of an identity document that tells who it is; for one worker. Whoever holds the reads
    /// puts `identity` and `identityNumber` in.
    public var fromRead: Int64?
    /// The card that was just held to a reader, by its number in the running service, which puts it into the
    /// fields.
    public var fromPresentation: Int64?
    /// What a reader read; for one worker. Does not travel.
    public var identity: IdentityRead?
    /// The number that `identity` was read with: the worker's after the change. Does not travel.
    public var identityNumber: IDNumber?
    /// The photo on the chip that `identity` was read from, as the chip holds it; empty: none. Does not
    /// travel.
    public var cardPhoto: [UInt8] = []

    public init(
        _ action: Action, workers: [String] = [], ofTeam: String? = nil, at: String? = nil,
        fields: [WorkerField: String] = [:], isConfirmedByLeaver: Bool = false, by: String,
        photo: [UInt8]? = nil, fromRead: Int64? = nil, fromPresentation: Int64? = nil,
        identity: IdentityRead? = nil, identityNumber: IDNumber? = nil
    ) {
        self.action = action
        self.workers = workers
        self.ofTeam = ofTeam
        self.at = at
        self.fields = fields
        self.isConfirmedByLeaver = isConfirmedByLeaver
        self.by = by
        self.photo = photo
        self.fromRead = fromRead
        self.fromPresentation = fromPresentation
        self.identity = identity
        self.identityNumber = identityNumber
    }

    /// Workers in one request: they are written in one commit, and a swipe waits for it.
    public static let workerLimit = 1_000

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: 10)
        encoder.append(action.rawValue)
        encoder.array(count: workers.count)
        for worker in workers { encoder.append(worker) }
        encoder.append(ofTeam)
        encoder.append(at)
        encoder.array(count: fields.count * 2)
        for (field, text) in fields.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            encoder.append(field.rawValue)
            encoder.append(text)
        }
        encoder.append(isConfirmedByLeaver)
        encoder.append(by)
        if let photo { encoder.append(byteString: photo) } else { encoder.appendNull() }
        encoder.append(fromRead)
        encoder.append(fromPresentation)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        guard try decoder.array() == 10, let action = Action(rawValue: Int(try decoder.integer())) else {
            throw decoder.failure
        }
        self.action = action
        var workers: [String] = []
        for _ in 0..<(try decoder.array()) { workers.append(try decoder.text()) }
        self.workers = workers
        ofTeam = try decoder.optionalText()
        at = try decoder.optionalText()
        var fields: [WorkerField: String] = [:]
        for _ in 0..<(try decoder.array() / 2) {
            guard let field = WorkerField(rawValue: try decoder.text()) else { throw decoder.failure }
            fields[field] = try decoder.text()
        }
        self.fields = fields
        isConfirmedByLeaver = try decoder.bool()
        by = try decoder.text()
        photo = decoder.null() ? nil : try decoder.byteString()
        fromRead = try decoder.optionalInteger()
        fromPresentation = try decoder.optionalInteger()
    }
}

/// What a request did.
public struct ChangeOutcome: Sendable, Hashable {
    /// Of one entry.
    public struct Written: Sendable, Hashable {
        public let sequence: LedgerSequence
        public let worker: WorkerID
        public let kind: PersonnelChangeKind
        public let dueAt: UTCInstant
    }

    public let written: [Written]
    /// For people: what they may want to look at.
    public let warnings: [Refusal]

    public var json: String {
        var json = JSONText()
        json.beginObject()
        json.name("changes")
        json.beginArray()
        for change in written {
            json.beginObject()
            json.member("change", change.sequence.rawValue)
            json.member("worker", change.worker.description)
            json.member("kind", change.kind.name)
            json.member("due_at", change.dueAt.rfc3339)
            json.endObject()
        }
        json.endArray()
        json.name("warnings")
        json.beginArray()
        for warning in warnings { json.value(warning.english) }
        json.endArray()
        json.endObject()
        return json.text
    }

    public var lines: [String] {
        let changes = written.map {
            "\($0.kind.words.chinese) \($0.kind.name): \($0.worker), entry \($0.sequence)"
        }
        return (changes.isEmpty ? ["nothing to change"] : changes) + warnings.map { "warning: \($0.english)" }
    }
}
