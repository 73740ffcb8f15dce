/// What of a dossier can decide at the lane: days alone, so that the index keeps 28 bytes a worker and no
/// personal text.
public struct LaneConditions: Sendable, Hashable {
    /// From the first to the last day of the contract; nil without contract.
    public private(set) var contract: DaySpan?
    public private(set) var insurance: DaySpan?
    /// From the beginning to the end of the identity document's validity.
    public private(set) var identity: DaySpan?
    public private(set) var trainedOn: CivilDate?

    public init() {}

    public init(of dossier: WorkerDossier) {
        contract = dossier.contract.map { DaySpan(from: $0.startsOn, through: $0.endsOn) }
        insurance = dossier.insurance.map { DaySpan(from: $0.from, through: $0.until) }
        trainedOn = dossier.trainedOn
        if let read = dossier.identity, read.isValidForEver || read.validUntil != nil {
            identity = DaySpan(from: read.validFrom ?? .distantPast, through: read.validUntil)
        }
    }
}

/// Days from one to another, both included.
public struct DaySpan: Sendable, Hashable {
    public let from: CivilDate
    /// Nil: without end.
    public let through: CivilDate?

    public init(from: CivilDate, through: CivilDate?) {
        self.from = from
        self.through = through
    }

    public func contains(_ day: CivilDate) -> Bool { from <= day && through.map { day <= $0 } ?? true }
}

extension CivilDate {
    /// 0001-01-01: before everything that is on record.
    static let distantPast = CivilDate(daysSince1970: -719_162)
}
