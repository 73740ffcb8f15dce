public import SiteModel

/// The rules that decide at the lane, as one `policyApplied` entry states them. Pure: the same facts give the
/// same decision, now and when the ledger is verified years later.
///
/// Two steps. `standing` turns what is known at this moment into facts, which are stored with the record;
/// `decide` sees nothing but those facts. So a record can be decided again without roster, presence or clock.
public struct AccessPolicy: Sendable, Hashable {
    public let applied: PolicyApplied

    public init(_ applied: PolicyApplied) {
        self.applied = applied
    }

    /// What `RepeatGuard` waits for.
    public var repeatWindow: Duration { .milliseconds(applied.repeatWindowMilliseconds) }

    /// The facts about whoever has the credential.
    ///
    /// - Parameters:
    ///   - worker: nil when nobody on the roster has it.
    ///   - instant: when they swiped.
    ///   - siteOffsetMilliseconds: site time minus UTC; ages count in days of site time.
    public func standing(
        of worker: IndexedWorker?, whereabouts: Whereabouts, at instant: UTCInstant,
        siteOffsetMilliseconds: Int64
    ) -> WorkerStanding {
        guard let worker else { return [] }
        var standing: WorkerStanding = .known
        if worker.hasLeft(at: instant) { standing.insert(.hasLeft) }
        let today = instant.day(offsetMilliseconds: siteOffsetMilliseconds)
        if isUnderAge(worker, on: today) { standing.insert(.isUnderAge) }
        standing.formUnion(worker.lacks(on: today))
        switch whereabouts {
        case .inside: standing.insert(.isInside)
        case .outside: standing.insert(.isOutside)
        case .unknown: break
        }
        return standing
    }

    /// The decision for these facts. The first reason counts, in this order: unknown, what is wrong with a
    /// QR badge, left, under age, the required conditions, anti-passback.
    ///
    /// A leaving lane opens whatever is decided here, and anti-passback is never the reason there. Soft
    /// anti-passback refuses nobody: that somebody entered twice stands in the stored facts.
    public func decide(
        standing: WorkerStanding, worker: WorkerID?, direction: Direction
    ) -> AccessDecision {
        let badgeFault = standing.badgeFault
        if standing.contains(.isVisitor) {
            return badgeFault.map { .denied($0, worker: nil) } ?? .grantedVisitor
        }
        guard standing.contains(.known), let worker else { return .denied(.unknown, worker: nil) }
        if let badgeFault { return .denied(badgeFault, worker: worker) }
        if standing.contains(.hasLeft) { return .denied(.leftProject, worker: worker) }
        if standing.contains(.isUnderAge) { return .denied(.underAge, worker: worker) }
        if let condition = LaneCondition.allCases.first(where: {
            isUnmet($0, in: standing, counting: .refuse)
        }) {
            return .denied(condition.reason, worker: worker)
        }
        if applied.antiPassback == .hard, direction == .entering, standing.contains(.isInside) {
            return .denied(.antiPassback, worker: worker)
        }
        return .granted(worker)
    }

    /// Conditions that these facts do not meet and that count so much, in their order.
    public func unmet(in standing: WorkerStanding, counting requirement: Requirement) -> [LaneCondition] {
        LaneCondition.allCases.filter { isUnmet($0, in: standing, counting: requirement) }
    }

    private func isUnmet(
        _ condition: LaneCondition, in standing: WorkerStanding, counting requirement: Requirement
    ) -> Bool {
        standing.contains(condition.lack) && applied.requirements[condition] == requirement
    }

    /// Decides a stored record again.
    ///
    /// - Parameter worker: the subject of its entry.
    /// - Precondition: this is the policy that the record names.
    public func redecide(record: AttendanceRecord, worker: WorkerID?) -> AccessDecision {
        decide(standing: record.standing, worker: worker, direction: record.direction)
    }

    /// Whether deciding again gives what the record says. The lane is asked last: whom it was too busy for
    /// would have been let in.
    public func agrees(with record: AttendanceRecord, worker: WorkerID?) -> Bool {
        let reason = redecide(record: record, worker: worker).reason
        return reason == record.reason || (reason == nil && record.reason == .laneBusy)
    }

    /// A minimum of 0 asks nobody's age. A number that tells no birth date was not read from a document.
    private func isUnderAge(_ worker: IndexedWorker, on day: CivilDate) -> Bool {
        guard applied.minimumAgeYears > 0, let birthDate = worker.birthDate else { return false }
        return day.age(ofBirth: birthDate) < applied.minimumAgeYears
    }
}

extension WorkerStanding {
    /// Why a QR badge lets nobody in; nil for one that does, and for any other credential.
    fileprivate var badgeFault: DenialReason? {
        if contains(.hasBadgeEnded) { return .badgeEnded }
        if contains(.isBadgeUsed) { return .badgeUsed }
        return contains(.isBadgeTimeUnknown) ? .clockUnknown : nil
    }
}
