public import SiteModel

/// What an enrolment must have within ten days of entry. Names are exported.
public enum EnrolmentItem: Sendable, Hashable, CaseIterable {
    /// The identity document was read by a reader.
    case identityRead
    case contract
    case training
    /// A wage card that no other worker of the site has.
    case wageCard
    case insurance
    case phone
    case photo

    public var name: String {
        switch self {
        case .identityRead: "id_read"
        case .contract: "contract"
        case .training: "training"
        case .wageCard: "wage_card"
        case .insurance: "insurance"
        case .phone: "phone"
        case .photo: "photo"
        }
    }

    public var words: (chinese: String, english: String) {
        switch self {
        case .identityRead: ("身份证读卡", "ID card read")
        case .contract: ("合同", "Contract")
        case .training: ("安全教育", "Training")
        case .wageCard: ("工资卡", "Wage card")
        case .insurance: ("工伤保险", "Insurance")
        case .phone: ("手机", "Phone")
        case .photo: ("照片", "Photo")
        }
    }

    func isThere(in worker: ProjectWorker, on day: CivilDate, sharedWageCards: Set<String>) -> Bool {
        let dossier = worker.dossier
        switch self {
        case .identityRead: return dossier.identity?.isReadByReader ?? false
        case .contract: return dossier.contract?.isInForce(on: day) ?? false
        case .training: return dossier.trainedOn.map { $0 <= day } ?? false
        case .wageCard: return dossier.wageCard.map { !sharedWageCards.contains($0.number) } ?? false
        case .insurance: return dossier.insurance?.covers(day) ?? false
        case .phone: return !worker.phone.isEmpty
        case .photo: return dossier.photo != nil
        }
    }
}

/// Where an enrolment stands. No personal data.
public struct Enrolment: Sendable, Hashable {
    public let worker: WorkerID
    public let team: Team
    public let role: WorkRole
    /// In the order of `EnrolmentItem.allCases`; empty when it is complete.
    public let missing: [EnrolmentItem]
    /// From the end of the day of entry. Nil for who was there before the gateway was
    /// (`roster import --baseline`): what is missing is to be completed, and nothing of it is late.
    public let deadline: Deadline?

    public var isComplete: Bool { missing.isEmpty }

    /// Those without a clock come after those with one.
    fileprivate var orderedBy: UTCInstant { deadline?.dueAt ?? UTCInstant(milliseconds: .max) }

    public func isLate(at instant: UTCInstant) -> Bool {
        !isComplete && deadline?.stage(at: instant) == .late
    }

    /// complete, open, warning (day 7), urgent (day 9), late (day 10: escalated), taken_over.
    public func stateName(at instant: UTCInstant) -> String {
        if isComplete { return "complete" }
        guard let deadline else { return "taken_over" }
        let stage = deadline.stage(at: instant)
        return stage == .inTime ? "open" : stage.name
    }

    /// `{"worker", "missing": […], "due_at", "state", "team", "role", "remaining_s"}`. Without a clock
    /// `due_at` and `remaining_s` are null.
    public func json(at instant: UTCInstant) -> String {
        var json = JSONText()
        json.beginObject()
        json.member("worker", worker.description)
        json.name("missing")
        json.beginArray()
        for item in missing { json.value(item.name) }
        json.endArray()
        json.member("due_at", deadline?.dueAt.rfc3339)
        json.member("state", stateName(at: instant))
        json.member("team", team.name)
        json.member("role", role == .manager ? "manager" : "worker")
        json.member(
            "remaining_s", deadline?.remainingMilliseconds(at: instant).flooredQuotient(by: 1_000))
        json.endObject()
        return json.text
    }
}

extension Roster {
    /// The enrolment of everybody who belongs to the project, the most urgent first.
    public func enrolments(calendar: SiteCalendar) -> [Enrolment] {
        let present = members.filter { !$0.worker.hasLeft(at: calendar.instant) }
        let shared = Self.sharedWageCards(of: present)
        return present.map { member in
            Self.enrolment(of: member, calendar: calendar, sharedWageCards: shared)
        }.sorted {
            ($0.isComplete ? 1 : 0, $0.orderedBy, $0.worker)
                < ($1.isComplete ? 1 : 0, $1.orderedBy, $1.worker)
        }
    }

    static func enrolment(
        of member: RosterMember, calendar: SiteCalendar, sharedWageCards: Set<String>
    ) -> Enrolment {
        Enrolment(
            worker: member.id, team: member.worker.team, role: member.worker.role,
            missing: EnrolmentItem.allCases.filter {
                !$0.isThere(in: member.worker, on: calendar.today, sharedWageCards: sharedWageCards)
            },
            deadline: member.isTakenOver
                ? nil : Deadline(.enrolment, from: calendar.end(of: member.worker.joinedOn)))
    }

    /// Numbers that more than one worker has.
    static func sharedWageCards(of members: [RosterMember]) -> Set<String> {
        var (seen, shared) = (Set<String>(), Set<String>())
        for number in members.compactMap(\.worker.dossier.wageCard?.number)
        where !seen.insert(number).inserted {
            shared.insert(number)
        }
        return shared
    }
}
