import SiteModel
import Testing

/// What counts as a pass: one rule for presence, day figures, deliveries and evidence.
struct PassCountTests {
    struct Row: Sendable {
        let says: String
        var reason: DenialReason?
        var direction = Direction.entering
        var standing: WorkerStanding = .known
        var isOpened = true
        var awaits = false
        var passage: Passage?
        let expected: PassCount
    }

    private static func record(
        _ reason: DenialReason?, _ direction: Direction, _ standing: WorkerStanding, isOpened: Bool,
        awaits: Bool, badge: LedgerSequence? = nil, manual: ManualAdmission? = nil
    ) -> AttendanceRecord {
        AttendanceRecord(
            reader: ReaderName(lane: "北门", reader: "in"), direction: direction, credentialKind: .cardNumber,
            reason: reason, isOpened: isOpened, isTimeUncertain: false, standing: standing,
            rosterPosition: LedgerSequence(7), policy: LedgerSequence(3), maskedCredential: nil,
            manual: manual, awaitsPassage: awaits, badge: badge)
    }

    @Test(arguments: [
        Row(says: "no feedback: on the grant", expected: .counts),
        Row(says: "no feedback, not opened after all", passage: .notPassed, expected: .never),
        Row(says: "feedback, nothing said yet", awaits: true, expected: .waits),
        Row(says: "feedback, passed", awaits: true, passage: .passed, expected: .counts),
        Row(
            says: "feedback, nobody knows: for the worker", awaits: true, passage: .unknown, expected: .counts
        ),
        Row(says: "feedback, turned back", awaits: true, passage: .notPassed, expected: .never),
        Row(says: "refused", reason: .leftProject, isOpened: false, expected: .never),
        Row(
            says: "refused and let out", reason: .leftProject, direction: .leaving,
            standing: [.known, .hasLeft], expected: .counts),
        Row(
            says: "refused and let out, turned back", reason: .leftProject, direction: .leaving, awaits: true,
            passage: .notPassed, expected: .never),
        Row(
            says: "a stranger who is let out", reason: .unknown, direction: .leaving, standing: [],
            expected: .never),
        Row(says: "a visitor", standing: .isVisitor, expected: .never),
        Row(
            says: "a used code that is let out", reason: .badgeUsed, direction: .leaving,
            standing: [.known, .isBadgeUsed], expected: .never),
        Row(
            says: "a code that is over and let out", reason: .badgeEnded, direction: .leaving,
            standing: [.known, .hasBadgeEnded], expected: .counts),
        Row(says: "a read of uncertain time", isOpened: false, expected: .counts),
    ])
    func aPassCountsByOneRule(row: Row) {
        let record = Self.record(
            row.reason, row.direction, row.standing, isOpened: row.isOpened, awaits: row.awaits)
        #expect(record.count(after: row.passage) == row.expected, "\(row.says)")
    }

    /// Elements are appended: what was written before reads as it did, and nothing that needs none has them.
    @Test func bodiesGrowAtTheirEnd() throws {
        let manual = try #require(ManualAdmission(by: "李门卫", reason: "忘带卡"))
        var heads: [UInt8] = []
        for (awaits, badge, admission) in [
            (false, nil, nil), (false, nil, manual), (true, nil, nil), (true, nil, manual),
            (false, LedgerSequence(900), nil), (true, LedgerSequence(900), nil),
        ] as [(Bool, LedgerSequence?, ManualAdmission?)] {
            let record = Self.record(
                nil, .entering, .known, isOpened: true, awaits: awaits, badge: badge, manual: admission)
            let read = try AttendanceRecord(encoded: record.encoded)
            #expect(read == record)
            heads.append(record.encoded[0] & 31)
        }
        #expect(heads == [9, 11, 13, 13, 13, 13])
        let kept = Self.record(nil, .leaving, .known, isOpened: true, awaits: false).numbered(5)
        #expect(kept.encoded[0] & 31 == 10)
        #expect(try AttendanceRecord(encoded: kept.encoded) == kept)
    }
}
