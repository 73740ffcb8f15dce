/// What happened to a worker's place on the project. Raw values are stored; names are exported.
public enum PersonnelChangeKind: Int, Sendable, Hashable, CaseIterable {
    /// 进场
    case joined = 1
    /// 退场
    case left = 2
    /// Team, employer or work type changed.
    case moved = 3
    /// Card, phone, role, date, photo or another detail changed.
    case updated = 4
    case contractSigned = 5
    case contractRenewed = 6
    case contractEnded = 7
    /// 工资卡
    case wageCardChanged = 8
    /// 工伤保险
    case insuranceChanged = 9
    /// Name or number of the identity document put right.
    case identityCorrected = 10
    /// 安全教育
    case trained = 11

    public var name: String {
        switch self {
        case .joined: "joined"
        case .left: "left"
        case .moved: "moved"
        case .updated: "updated"
        case .contractSigned: "contract_signed"
        case .contractRenewed: "contract_renewed"
        case .contractEnded: "contract_ended"
        case .wageCardChanged: "wage_card_changed"
        case .insuranceChanged: "insurance_changed"
        case .identityCorrected: "identity_corrected"
        case .trained: "trained"
        }
    }

    public var words: (chinese: String, english: String) {
        switch self {
        case .joined: ("进场", "Joined")
        case .left: ("退场", "Left")
        case .moved: ("调动", "Moved")
        case .updated: ("资料变更", "Details changed")
        case .contractSigned: ("签订合同", "Contract signed")
        case .contractRenewed: ("续签合同", "Contract renewed")
        case .contractEnded: ("解除合同", "Contract ended")
        case .wageCardChanged: ("工资卡变更", "Wage card changed")
        case .insuranceChanged: ("工伤保险变更", "Insurance changed")
        case .identityCorrected: ("身份信息更正", "Identity corrected")
        case .trained: ("安全教育", "Safety training")
        }
    }
}

/// Body of `personnelChange`: what changed and the worker as they stand after it. Personal data: sealed from
/// schema 2 on.
///
/// Array of 18: `[kind, occurred at ms, due at ms, id packed, card packed or null, joined (days since 1970),
/// left at ms or null, team, employer, role, work type, id type, name, phone, source, dossier or null,
/// is confirmed by the leaver, is baseline]`; the last three are missing in entries of earlier versions.
/// What the index needs stands first, so that it folds without making strings of the rest.
public struct PersonnelChange: EntryBody {
    public let kind: PersonnelChangeKind
    /// When it happened on site; may be earlier than it was recorded.
    public let occurredAt: UTCInstant
    /// `occurredAt` + 24 h: when the platform must have confirmed it.
    public let dueAt: UTCInstant
    public let worker: ProjectWorker
    /// Who or what brought it: `import roster.csv line 12`, `demo`.
    public let source: String
    /// 离场确认: the leaver has confirmed leaving. Means something for `left` alone.
    public let isConfirmedByLeaver: Bool
    /// Starts no clock: taken over from before this program, or a leaver's confirmation that came later.
    public let isBaseline: Bool

    public init(
        kind: PersonnelChangeKind, occurredAt: UTCInstant, dueAt: UTCInstant, worker: ProjectWorker,
        source: String, isConfirmedByLeaver: Bool = false, isBaseline: Bool = false
    ) {
        self.kind = kind
        self.occurredAt = occurredAt
        self.dueAt = dueAt
        self.worker = worker
        self.source = source
        self.isConfirmedByLeaver = isConfirmedByLeaver
        self.isBaseline = isBaseline
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder(reservingByteCount: 128)
        encoder.array(count: 18)
        encoder.append(kind.rawValue)
        encoder.append(occurredAt.milliseconds)
        encoder.append(dueAt.milliseconds)
        encoder.append(worker.idNumber.packed)
        encoder.append(worker.card?.packed)
        encoder.append(worker.joinedOn.daysSince1970)
        encoder.append(worker.leftAt?.milliseconds)
        encoder.append(worker.team.name)
        encoder.append(worker.team.employer)
        encoder.append(worker.role.rawValue)
        encoder.append(worker.workType)
        encoder.append(worker.idType)
        encoder.append(worker.name)
        encoder.append(worker.phone)
        encoder.append(source)
        encoder.append(worker.dossier)
        encoder.append(isConfirmedByLeaver)
        encoder.append(isBaseline)
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        let place = try WorkerPlace(decoder: &decoder)
        kind = place.change
        occurredAt = place.occurredAt
        dueAt = place.dueAt
        guard let role = WorkRole(rawValue: Int(try decoder.integer())) else { throw decoder.failure }
        let workType = try decoder.text()
        let idType = try decoder.text()
        var worker = ProjectWorker(
            name: try decoder.text(), idNumber: place.idNumber, idType: idType, team: place.team,
            workType: workType, phone: try decoder.text(), card: place.card, role: role,
            joinedOn: place.joinedOn, leftAt: place.leftAt)
        source = try decoder.text()
        let isExtended = place.elementCount >= 18
        if isExtended { worker.dossier = try decoder.dossier() }
        self.worker = worker
        isConfirmedByLeaver = isExtended ? try decoder.bool() : false
        isBaseline = isExtended ? try decoder.bool() : false
    }
}

/// The part of a `personnelChange` body that decides at the lane: read without names and phones.
public struct WorkerPlace: Sendable, Hashable {
    public let change: PersonnelChangeKind
    public let occurredAt: UTCInstant
    public let dueAt: UTCInstant
    public let idNumber: IDNumber
    public let card: CardNumber?
    public let joinedOn: CivilDate
    public let leftAt: UTCInstant?
    public let team: Team
    /// What the lane can ask of a worker.
    public private(set) var conditions = LaneConditions()
    /// Of the body that was read.
    let elementCount: Int

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        try self.init(decoder: &decoder)
        guard elementCount >= 18 else { return }
        _ = try decoder.integer()
        for _ in 0..<5 { try decoder.skipText() }
        conditions = LaneConditions(of: try decoder.dossier())
    }

    init(decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        elementCount = try decoder.array()
        guard elementCount >= 15,
            let change = PersonnelChangeKind(rawValue: Int(try decoder.integer()))
        else { throw decoder.failure }
        self.change = change
        occurredAt = UTCInstant(milliseconds: try decoder.integer())
        dueAt = UTCInstant(milliseconds: try decoder.integer())
        let packed = try decoder.unsigned()
        // Not a full check, the fold is hot: enough that every number read from a tampered ledger can be
        // printed.
        guard packed != 0, packed < IDNumber.packedLimit else { throw decoder.failure }
        idNumber = IDNumber(unchecked: packed)
        let card = try decoder.optionalUnsigned()
        self.card = card.flatMap(CardNumber.init(packed:))
        joinedOn = try decoder.date()
        leftAt = try decoder.optionalInteger().map(UTCInstant.init(milliseconds:))
        team = Team(name: try decoder.text(), employer: try decoder.text())
    }

    public init(of change: PersonnelChange) {
        self.change = change.kind
        occurredAt = change.occurredAt
        dueAt = change.dueAt
        idNumber = change.worker.idNumber
        card = change.worker.card
        joinedOn = change.worker.joinedOn
        leftAt = change.worker.leftAt
        team = change.worker.team
        conditions = LaneConditions(of: change.worker.dossier)
        elementCount = 18
    }
}

/// Body of `rosterApplied`: `[source, joined, left, changed, unchanged]`. The changes of the import stand
/// just before it, in one commit; those of a large one in pieces, and two more numbers tell which
/// (`ImportStage`: imported after, waiting count).
public struct RosterApplied: EntryBody {
    public let source: String
    public let joined: Int
    public let left: Int
    public let changed: Int
    public let unchanged: Int
    /// Nil for an import in one commit.
    public let stage: ImportStage?

    public init(
        source: String, joined: Int, left: Int, changed: Int, unchanged: Int, stage: ImportStage? = nil
    ) {
        self.source = source
        self.joined = joined
        self.left = left
        self.changed = changed
        self.unchanged = unchanged
        self.stage = stage
    }

    public var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encoder.array(count: stage == nil ? 5 : 7)
        encoder.append(source)
        for count in [joined, left, changed, unchanged] { encoder.append(count) }
        if let stage {
            encoder.append(stage.importedAfter.rawValue)
            encoder.append(stage.waitingCount)
        }
        return encoder.bytes
    }

    public init(encoded: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(encoded)
        let count = try decoder.array()
        guard count >= 5 else { throw decoder.failure }
        source = try decoder.text()
        joined = Int(try decoder.integer())
        left = Int(try decoder.integer())
        changed = Int(try decoder.integer())
        unchanged = Int(try decoder.integer())
        guard count >= 7 else {
            stage = nil
            return
        }
        let after = LedgerSequence(try decoder.integer())
        let waiting = try decoder.integer()
        guard (0...Int64(ImportStage.waitingCountLimit)).contains(waiting) else { throw decoder.failure }
        stage = ImportStage(importedAfter: after, waitingCount: Int(waiting))
    }
}
