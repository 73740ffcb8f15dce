import AccessControl
import SiteModel
import Testing

struct AccessPolicyTests {
    /// China Standard Time.
    private static let offset: Int64 = 8 * 3_600_000
    private static let worker = InventedRoster.worker(1)

    private static func policy(
        _ mode: AntiPassback = .off, minimumAge: Int = 16, requirements: LaneRequirements = .off
    ) -> AccessPolicy {
        AccessPolicy(
            PolicyApplied(
                repeatWindowMilliseconds: 3_000, antiPassback: mode, minimumAgeYears: minimumAge,
                requirements: requirements))
    }

    private static func day(_ text: String) -> CivilDate {
        guard let day = CivilDate(iso8601: text) else { preconditionFailure("\(text) is no day") }
        return day
    }

    /// Everything in order on 2026-11-21; the identity card ends on 2030-01-01.
    private static var dossier: WorkerDossier {
        var dossier = WorkerDossier()
        let start = day("2000-01-01")
        dossier.contract = WorkContract(kind: .labourContract, signedOn: start, startsOn: start)
        dossier.insurance = InjuryInsurance(insurer: "测试保险", from: start)
        dossier.trainedOn = day("2026-02-01")
        dossier.identity = IdentityRead(validFrom: start, validUntil: day("2030-01-01"))
        return dossier
    }

    struct ConditionRow: Sendable, CustomTestStringConvertible {
        let says: String
        let change: @Sendable (inout WorkerDossier) -> Void
        let lack: WorkerStanding
        var on = "2026-11-21"

        var testDescription: String { says }
    }

    @Test(arguments: [
        ConditionRow(says: "everything in order", change: { _ in }, lack: []),
        ConditionRow(says: "no contract", change: { $0.contract = nil }, lack: .lacksContract),
        ConditionRow(
            says: "last day of the contract", change: { $0.contract?.endsOn = day("2026-11-21") }, lack: []),
        ConditionRow(
            says: "the day after", change: { $0.contract?.endsOn = day("2026-11-20") }, lack: .lacksContract),
        ConditionRow(says: "not insured", change: { $0.insurance = nil }, lack: .lacksInsurance),
        ConditionRow(
            says: "insured from tomorrow", change: { $0.insurance?.from = day("2026-11-22") },
            lack: .lacksInsurance),
        ConditionRow(says: "not trained", change: { $0.trainedOn = nil }, lack: .lacksTraining),
        ConditionRow(says: "trained today", change: { $0.trainedOn = day("2026-11-21") }, lack: []),
        ConditionRow(
            says: "the card has expired", change: { $0.trainedOn = day("2029-12-01") },
            lack: .lacksValidIdentity, on: "2030-01-02"),
        ConditionRow(
            says: "a card that nobody read",
            change: {
                $0.identity = nil
                $0.trainedOn = day("2029-12-01")
            }, lack: [], on: "2030-01-02"),
        ConditionRow(
            says: "trained a year ago", change: { $0.trainedOn = day("2025-11-21") }, lack: []),
        ConditionRow(
            says: "trained a year and a day ago", change: { $0.trainedOn = day("2025-11-20") },
            lack: .lacksRetraining),
        ConditionRow(
            says: "trained on a leap day, a year of 366 days ago",
            change: { $0.trainedOn = day("2024-02-29") }, lack: [], on: "2025-03-01"),
        ConditionRow(
            says: "the day after", change: { $0.trainedOn = day("2024-02-29") }, lack: .lacksRetraining,
            on: "2025-03-02"),
        ConditionRow(
            says: "trained before a leap day, 366 days ago", change: { $0.trainedOn = day("2024-01-15") },
            lack: [], on: "2025-01-15"),
        ConditionRow(
            says: "366 days ago without a leap day", change: { $0.trainedOn = day("2026-01-15") },
            lack: .lacksRetraining, on: "2027-01-16"),
    ])
    func whatIsNotMetStandsInTheFactsAndIsRefusedWhereRequired(row: ConditionRow) throws {
        var dossier = Self.dossier
        row.change(&dossier)
        let person = IndexedWorker(
            id: Self.worker, team: TeamNumber(rawValue: 0), leftAt: nil,
            birthDate: InventedRoster.idNumber(born: 19_900_101).birthDate,
            conditions: LaneConditions(of: dossier))
        let noon = try #require(UTCInstant(rfc3339: row.on + "T04:00:00.000Z"))
        for requirement in Requirement.allCases {
            let policy = Self.policy(requirements: LaneRequirements(all: requirement))
            let standing = policy.standing(
                of: person, whereabouts: .unknown, at: noon, siteOffsetMilliseconds: Self.offset)
            #expect(standing == row.lack.union(.known))
            let condition = LaneCondition.allCases.first { row.lack.contains($0.lack) }
            let decision = policy.decide(standing: standing, worker: Self.worker, direction: .entering)
            #expect(decision.reason == (requirement == .refuse ? condition?.reason : nil))
            #expect(
                policy.unmet(in: standing, counting: .warn)
                    == (requirement == .warn ? [condition].compactMap(\.self) : []))
        }
    }

    private static func person(born: Int = 19_900_101, leftAt: String? = nil) -> IndexedWorker {
        IndexedWorker(
            id: worker, team: TeamNumber(rawValue: 0), leftAt: leftAt.flatMap(UTCInstant.init(rfc3339:)),
            birthDate: InventedRoster.idNumber(born: born).birthDate,
            conditions: LaneConditions(of: conditionless))
    }

    /// Meets every condition but that of retraining on every day that the rows ask about.
    private static var conditionless: WorkerDossier {
        var dossier = dossier
        let start = day("1970-01-01")
        dossier.contract?.startsOn = start
        dossier.insurance?.from = start
        dossier.trainedOn = start
        dossier.identity = nil
        return dossier
    }

    struct StandingRow: Sendable, CustomTestStringConvertible {
        let says: String
        var worker: IndexedWorker? = AccessPolicyTests.person()
        var whereabouts = Whereabouts.unknown
        var at = "2026-11-21T04:00:00.000Z"
        var minimumAge = 16
        let expected: WorkerStanding

        var testDescription: String { says }
    }

    @Test(arguments: [
        StandingRow(says: "nobody", worker: nil, whereabouts: .inside, expected: []),
        StandingRow(says: "an adult", expected: .known),
        StandingRow(says: "inside", whereabouts: .inside, expected: [.known, .isInside]),
        StandingRow(says: "outside", whereabouts: .outside, expected: [.known, .isOutside]),
        StandingRow(
            says: "a millisecond before leaving", worker: person(leftAt: "2026-11-21T04:00:00.001Z"),
            expected: .known),
        StandingRow(
            says: "at the instant of leaving", worker: person(leftAt: "2026-11-21T04:00:00.000Z"),
            expected: [.known, .hasLeft]),
        StandingRow(
            says: "a millisecond after leaving", worker: person(leftAt: "2026-11-21T03:59:59.999Z"),
            expected: [.known, .hasLeft]),
        StandingRow(
            says: "the last millisecond before the 16th birthday, site time",
            worker: person(born: 20_101_122), at: "2026-11-21T15:59:59.999Z",
            expected: [.known, .isUnderAge]),
        StandingRow(
            says: "the first millisecond of the 16th birthday, site time",
            worker: person(born: 20_101_122), at: "2026-11-21T16:00:00.000Z", expected: .known),
        StandingRow(
            says: "born on 29 February, 28 February", worker: person(born: 20_080_229),
            at: "2024-02-28T04:00:00.000Z", expected: [.known, .isUnderAge]),
        StandingRow(
            says: "born on 29 February, 29 February", worker: person(born: 20_080_229),
            at: "2024-02-29T04:00:00.000Z", expected: .known),
        StandingRow(
            says: "born on 29 February, minimum 18, 28 February of a common year",
            worker: person(born: 20_080_229), at: "2026-02-28T04:00:00.000Z", minimumAge: 18,
            expected: [.known, .isUnderAge]),
        StandingRow(
            says: "born on 29 February, minimum 18, 1 March of a common year",
            worker: person(born: 20_080_229), at: "2026-03-01T04:00:00.000Z", minimumAge: 18,
            expected: .known),
        StandingRow(
            says: "no minimum, born today", worker: person(born: 20_261_121), minimumAge: 0,
            expected: .known),
        StandingRow(
            says: "no minimum, born after a wrong clock's day", worker: person(born: 20_261_121),
            at: "1970-01-01T00:00:00.000Z", minimumAge: 0, expected: .known),
        StandingRow(
            says: "everything at once",
            worker: person(born: 20_200_101, leftAt: "2026-11-20T16:00:00.000Z"), whereabouts: .inside,
            expected: [.known, .hasLeft, .isUnderAge, .isInside]),
    ])
    func standingHoldsTheFacts(row: StandingRow) throws {
        let instant = try #require(UTCInstant(rfc3339: row.at))
        let standing = Self.policy(minimumAge: row.minimumAge).standing(
            of: row.worker, whereabouts: row.whereabouts, at: instant, siteOffsetMilliseconds: Self.offset)
        #expect(standing.subtracting(.lacksRetraining) == row.expected, "retraining has rows of its own")
    }

    struct DecisionRow: Sendable, CustomTestStringConvertible {
        let says: String
        let standing: WorkerStanding
        var direction = Direction.entering
        var mode = AntiPassback.off
        let reason: DenialReason?

        var testDescription: String { says }
    }

    @Test(arguments: [
        DecisionRow(says: "unknown", standing: [], reason: .unknown),
        DecisionRow(says: "unknown, leaving", standing: [], direction: .leaving, reason: .unknown),
        DecisionRow(says: "known", standing: .known, reason: nil),
        DecisionRow(says: "known, direction unknown", standing: .known, direction: .unknown, reason: nil),
        DecisionRow(says: "left", standing: [.known, .hasLeft], reason: .leftProject),
        DecisionRow(
            says: "left, leaving", standing: [.known, .hasLeft], direction: .leaving, reason: .leftProject),
        DecisionRow(says: "under age", standing: [.known, .isUnderAge], reason: .underAge),
        DecisionRow(
            says: "left comes before under age", standing: [.known, .hasLeft, .isUnderAge],
            reason: .leftProject),
        DecisionRow(
            says: "under age comes before anti-passback", standing: [.known, .isUnderAge, .isInside],
            mode: .hard, reason: .underAge),
        DecisionRow(
            says: "hard, entering while inside", standing: [.known, .isInside], mode: .hard,
            reason: .antiPassback),
        DecisionRow(
            says: "hard, entering while outside", standing: [.known, .isOutside], mode: .hard, reason: nil),
        DecisionRow(says: "hard, entering, nothing known", standing: .known, mode: .hard, reason: nil),
        DecisionRow(
            says: "hard, leaving while outside", standing: [.known, .isOutside], direction: .leaving,
            mode: .hard, reason: nil),
        DecisionRow(
            says: "hard, leaving while inside", standing: [.known, .isInside], direction: .leaving,
            mode: .hard, reason: nil),
        DecisionRow(
            says: "hard, direction unknown while inside", standing: [.known, .isInside],
            direction: .unknown, mode: .hard, reason: nil),
        DecisionRow(
            says: "soft, entering while inside", standing: [.known, .isInside], mode: .soft, reason: nil),
        DecisionRow(
            says: "off, entering while inside", standing: [.known, .isInside], mode: .off, reason: nil),
    ])
    func theFirstReasonDecides(row: DecisionRow) throws {
        let policy = Self.policy(row.mode)
        let worker = row.standing.contains(.known) ? Self.worker : nil
        let decision = policy.decide(standing: row.standing, worker: worker, direction: row.direction)
        #expect(decision.reason == row.reason)
        #expect(decision.worker == worker)

        let record = AttendanceRecord(
            reader: ReaderName(lane: "north", reader: "in"), direction: row.direction,
            credentialKind: .cardNumber, reason: decision.reason, isOpened: decision.isGranted,
            isTimeUncertain: false, standing: row.standing, rosterPosition: LedgerSequence(3),
            policy: LedgerSequence(1), maskedCredential: worker == nil ? "card ***11" : nil)
        let stored = try AttendanceRecord(encoded: record.encoded)
        #expect(policy.redecide(record: stored, worker: worker) == decision)
        #expect(policy.agrees(with: stored, worker: worker))
    }

    @Test func aRecordThatWasAlteredNoLongerAgrees() {
        let record = AttendanceRecord(
            reader: ReaderName(lane: "north", reader: "in"), direction: .entering,
            credentialKind: .cardNumber, reason: nil, isOpened: true, isTimeUncertain: false,
            standing: [.known, .hasLeft], rosterPosition: LedgerSequence(3), policy: LedgerSequence(1),
            maskedCredential: nil)
        #expect(!Self.policy().agrees(with: record, worker: Self.worker))
    }

    @Test func aKnownStandingWithoutAWorkerGrantsNobody() {
        let decision = Self.policy().decide(standing: .known, worker: nil, direction: .entering)
        #expect(decision == .denied(.unknown, worker: nil))
    }

    @Test func theRepeatWindowIsThePolicys() {
        #expect(Self.policy().repeatWindow == .seconds(3))
    }
}
