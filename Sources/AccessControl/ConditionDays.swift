import SiteModel

/// `LaneConditions` as the index keeps them: 28 bytes.
struct ConditionDays: Sendable, Hashable {
    /// First and last day as days since 1970; a first day of `never` is no span at all.
    private struct Span: Sendable, Hashable {
        let from: Int32
        let through: Int32

        static let never = Int32.max

        init(_ span: DaySpan?) {
            from = span.map { Int32(truncatingIfNeeded: $0.from.daysSince1970) } ?? Self.never
            through = (span?.through).map { Int32(truncatingIfNeeded: $0.daysSince1970) } ?? .max
        }

        var isGiven: Bool { from != Self.never }

        func contains(_ day: Int32) -> Bool { from <= day && day <= through }
    }

    private let contract: Span
    private let insurance: Span
    private let identity: Span
    private let trainedOn: Int32

    init(_ conditions: LaneConditions = LaneConditions()) {
        contract = Span(conditions.contract)
        insurance = Span(conditions.insurance)
        identity = Span(conditions.identity)
        trainedOn = conditions.trainedOn.map { Int32(truncatingIfNeeded: $0.daysSince1970) } ?? Span.never
    }

    /// What is not met on a day. An identity document of which nothing is known is not called invalid.
    func lacks(on day: CivilDate) -> WorkerStanding {
        let day = Int32(truncatingIfNeeded: day.daysSince1970)
        var lacks: WorkerStanding = []
        if !contract.contains(day) { lacks.insert(.lacksContract) }
        if !insurance.contains(day) { lacks.insert(.lacksInsurance) }
        if trainedOn > day { lacks.insert(.lacksTraining) }
        if isTrainingOlderThanAYear(on: day) { lacks.insert(.lacksRetraining) }
        if identity.isGiven, !identity.contains(day) { lacks.insert(.lacksValidIdentity) }
        return lacks
    }

    /// By the calendar: the day one year later still counts.
    private func isTrainingOlderThanAYear(on day: Int32) -> Bool {
        guard trainedOn <= day, day - trainedOn >= 366 else { return false }
        let training = CivilDate(daysSince1970: Int64(trainedOn))
        return CivilDate(daysSince1970: Int64(day) - 1).age(ofBirth: training) >= 1
    }
}
