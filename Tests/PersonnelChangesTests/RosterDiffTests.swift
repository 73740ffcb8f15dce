import PersonnelChanges
import SiteModel
import Testing

/// One import against one roster. The roster's workers are numbered from 0; `{n}` in the text stands for the
/// n-th invented number.
struct Import: Sendable, CustomTestStringConvertible {
    let says: String
    var present: [ProjectWorker] = []
    var isFull = false
    let text: String
    var changes: [String] = []
    var unchanged = 0
    var errors: [String] = []
    var warnings: [String] = []

    var testDescription: String { says }

    var bytes: [UInt8] {
        var text = text
        for n in 0..<6 { text.replace("{\(n)}", with: Invented.number(n).revealed) }
        return Array(text.utf8)
    }

    private static let header = "name,id_number,team"

    static let joining = [
        Import(
            says: "an unknown number joins today, now", text: "\(header)\n张三,{0},木工班\n",
            changes: ["joined new 2026-11-21T04:00:00.000Z 张三 木工班/ joined 2026-11-21"]),
        Import(
            says: "a past day of joining is its end in site time",
            text: "\(header),joined_on\n张三,{0},木工班,2026-11-20\n",
            changes: ["joined new 2026-11-20T16:00:00.000Z 张三 木工班/ joined 2026-11-20"]),
        Import(
            says: "known and left in one file: one entry",
            text: "\(header),joined_on,left_on\n张三,{0},木工班,2026-01-05,2026-02-28\n",
            changes: [
                "joined new 2026-01-05T16:00:00.000Z 张三 木工班/ joined 2026-01-05 left 2026-02-28T16:00:00.000Z"
            ]),
        Import(
            says: "left before joined",
            text: "\(header),joined_on,left_on\n张三,{0},木工班,2026-02-05,2026-02-04\n",
            errors: ["2:5 退场日期 (left_on) is before the day of joining"]),
        Import(
            says: "nobody leaves or joins in years to come",
            text: "\(header),joined_on,left_on\n张三,{0},木工班,,2030-01-01\n李四,{1},木工班,2026-11-22,\n",
            errors: [
                "2:5 退场日期 (left_on) lies in the future: today is 2026-11-21 by this machine's clock",
                "3:4 进场日期 (joined_on) lies in the future: today is 2026-11-21 by this machine's clock",
            ]),
        Import(
            says: "nor before they were born",
            text: "\(header),joined_on\n张三,{0},木工班,1900-01-01\n",
            errors: ["2:4 进场日期 (joined_on) is before the day of birth in the identity number"]),
        Import(
            says: "today is no future",
            text: "\(header),joined_on,left_on\n张三,{0},木工班,2026-03-01,2026-11-21\n",
            changes: [
                "joined new 2026-03-01T16:00:00.000Z 张三 木工班/ joined 2026-03-01 left 2026-11-21T16:00:00.000Z"
            ]),
        Import(
            says: "left on the day of joining",
            text: "\(header),joined_on,left_on\n张三,{0},木工班,2026-02-05,2026-02-05\n",
            changes: [
                "joined new 2026-02-05T16:00:00.000Z 张三 木工班/ joined 2026-02-05 left 2026-02-05T16:00:00.000Z"
            ]),
        Import(
            says: "a child joins with a warning, the lane refuses",
            text: "\(header)\n张三,110101201101010012,木工班\n",
            changes: ["joined new 2026-11-21T04:00:00.000Z 张三 木工班/ joined 2026-11-21"],
            warnings: ["2:2 the worker is younger than 16; the lane refuses them"]),
        Import(
            says: "nobody is born tomorrow", text: "\(header)\n张三,110101202611220014,木工班\n",
            errors: ["2:2 证件号码 (id_number) has a birth date in the future"]),
    ]

    static let changing = [
        Import(
            says: "the same again changes nothing", present: [Invented.worker(0)],
            text: "\(header)\n张三,{0},木工班\n", unchanged: 1),
        Import(
            says: "blank cells keep what is known",
            present: [Invented.worker(0, employer: "甲公司", card: Invented.card(7), leftOn: "2026-12-31")],
            text: "\(header),employer,card_number,phone,left_on,role\n张三,{0},木工班,,,,,\n", unchanged: 1),
        Import(
            says: "a hyphen takes away",
            present: [Invented.worker(0, employer: "甲公司", card: Invented.card(7), leftOn: "2026-12-31")],
            text: "\(header),employer,card_number,left_on\n张三,{0},木工班,-,-,-\n",
            changes: ["moved 0 2026-11-21T04:00:00.000Z 张三 木工班/ joined 2026-03-01"]),
        Import(
            says: "another team is a move, with the employer kept",
            present: [Invented.worker(0, employer: "甲公司")], text: "\(header)\n张三,{0},钢筋班\n",
            changes: ["moved 0 2026-11-21T04:00:00.000Z 张三 钢筋班/甲公司 joined 2026-03-01"]),
        Import(
            says: "another name is a correction of identity", present: [Invented.worker(0)],
            text: "\(header)\n张珊,{0},木工班\n",
            changes: ["identity_corrected 0 2026-11-21T04:00:00.000Z 张珊 木工班/ joined 2026-03-01"]),
        Import(
            says: "leaving is at the end of the day, and wins over the move", present: [Invented.worker(0)],
            text: "\(header),left_on\n张三,{0},钢筋班,2026-11-21\n",
            changes: [
                "left 0 2026-11-21T16:00:00.000Z 张三 钢筋班/ joined 2026-03-01 left 2026-11-21T16:00:00.000Z"
            ]),
        Import(
            says: "a leaving during that day is that day",
            present: [
                {
                    var worker = Invented.worker(0)
                    worker.leftAt = UTCInstant(rfc3339: "2026-11-20T02:00:00Z")
                    return worker
                }()
            ], text: "\(header),joined_on,left_on\n张三,{0},木工班,2026-03-01,2026-11-20\n", unchanged: 1),
    ]

    static let returning = [
        Import(
            says: "listed again without dates: joins again today",
            present: [Invented.worker(0, leftOn: "2026-06-30")], text: "\(header)\n张三,{0},木工班\n",
            changes: ["joined 0 2026-11-21T04:00:00.000Z 张三 木工班/ joined 2026-11-21"],
            warnings: ["2:0 the worker left on 2026-06-30 and joins again"]),
        Import(
            says: "listed again with a later day of joining",
            present: [Invented.worker(0, leftOn: "2026-06-30")],
            text: "\(header),joined_on\n张三,{0},木工班,2026-07-01\n",
            changes: ["joined 0 2026-07-01T16:00:00.000Z 张三 木工班/ joined 2026-07-01"],
            warnings: ["2:0 the worker left on 2026-06-30 and joins again"]),
        Import(
            says: "a stale row of the ended stay takes nobody back",
            present: [Invented.worker(0, leftOn: "2026-06-30")],
            text: "\(header),joined_on\n张三,{0},木工班,2026-03-01\n", unchanged: 1,
            warnings: [
                "2:0 the worker left on 2026-06-30 and stays so: joined_on is not later. To take them back,"
                    + " give the day they came back, or - as left_on"
            ]),
        Import(
            says: "a hyphen takes the leaving back, now", present: [Invented.worker(0, leftOn: "2026-06-30")],
            text: "\(header),joined_on,left_on\n张三,{0},木工班,2026-03-01,-\n",
            changes: ["joined 0 2026-11-21T04:00:00.000Z 张三 木工班/ joined 2026-03-01"]),
        Import(
            says: "a full roster takes the leaving back, now",
            present: [Invented.worker(0, leftOn: "2026-06-30")], isFull: true,
            text: "\(header),joined_on\n张三,{0},木工班,2026-03-01\n",
            changes: ["joined 0 2026-11-21T04:00:00.000Z 张三 木工班/ joined 2026-03-01"],
            warnings: ["2:0 the worker left on 2026-06-30 and joins again"]),
        Import(
            says: "who is not listed stays", present: [Invented.worker(0), Invented.worker(1)],
            text: "\(header)\n张三,{0},木工班\n", unchanged: 1),
        Import(
            says: "who is not listed in a full roster leaves now, once",
            present: [Invented.worker(0), Invented.worker(1), Invented.worker(2, leftOn: "2026-06-30")],
            isFull: true, text: "\(header)\n张三,{0},木工班\n",
            changes: [
                "left 1 2026-11-21T04:00:00.000Z 张三 木工班/ joined 2026-03-01 left 2026-11-21T04:00:00.000Z"
            ], unchanged: 1),
    ]

    static let cards = [
        Import(
            says: "the card of somebody present is refused",
            present: [Invented.worker(0, card: Invented.card(50_001_050))],
            text: "\(header),card_number\n李四,{1},木工班,0050001050\n",
            errors: ["2:4 考勤卡号 (card_number) is the card of a worker not in this file who has not left"]),
        Import(
            says: "also when that one stands in the file",
            present: [Invented.worker(0, card: Invented.card(50_001_050))],
            text: "\(header),card_number\n张三,{0},木工班,\n李四,{1},木工班,0050001050\n",
            errors: ["3:4 考勤卡号 (card_number) is the card of line 2 already; take it off there first (-)"]),
        Import(
            says: "the card of somebody who left passes on",
            present: [Invented.worker(0, card: Invented.card(50_001_050), leftOn: "2026-06-30")],
            text: "\(header),card_number\n李四,{1},木工班,0050001050\n",
            changes: [
                "updated 0 2026-11-21T04:00:00.000Z 张三 木工班/ joined 2026-03-01 left 2026-06-30T16:00:00.000Z",
                "joined new 2026-11-21T04:00:00.000Z 李四 木工班/ card 50001050 joined 2026-11-21",
            ]),
        Import(
            says: "who has left gets no card that somebody has",
            present: [
                Invented.worker(0, card: Invented.card(50_001_050)),
                Invented.worker(1, leftOn: "2026-06-30"),
            ],
            text: "\(header),card_number,left_on\n张三,{1},木工班,0050001050,2026-06-30\n", unchanged: 1),
        Import(
            says: "taken off before it is given",
            present: [Invented.worker(0, card: Invented.card(50_001_050)), Invented.worker(1, name: "李四")],
            text: "\(header),card_number\n李四,{1},木工班,0050001050\n张三,{0},木工班,-\n",
            changes: [
                "updated 0 2026-11-21T04:00:00.000Z 张三 木工班/ joined 2026-03-01",
                "updated 1 2026-11-21T04:00:00.000Z 李四 木工班/ card 50001050 joined 2026-03-01",
            ]),
        Import(
            says: "two cards are exchanged",
            present: [
                Invented.worker(0, card: Invented.card(50_001_050)),
                Invented.worker(1, card: Invented.card(50_001_051)),
            ],
            text: "\(header),card_number\n张三,{0},木工班,0050001051\n张三,{1},木工班,0050001050\n",
            changes: [
                "updated 0 2026-11-21T04:00:00.000Z 张三 木工班/ card 50001051 joined 2026-03-01",
                "updated 1 2026-11-21T04:00:00.000Z 张三 木工班/ card 50001050 joined 2026-03-01",
            ]),
    ]
}

private func words(_ change: RosterChange) -> String {
    let worker = change.change.worker
    let id = change.worker.map { String(($0.rawValue & 0xFFFF) - 1) } ?? "new"
    let card = worker.card.map { " card \($0.value)" } ?? ""
    let left = worker.leftAt.map { " left \($0.rfc3339)" } ?? ""
    return "\(change.change.kind.name) \(id) \(change.change.occurredAt.rfc3339) \(worker.name)"
        + " \(worker.team.name)/\(worker.team.employer)\(card) joined \(worker.joinedOn)\(left)"
}

private func words(_ issues: RosterIssues) -> [String] {
    issues.listed.map { "\($0.line):\($0.column) \($0.message)" }
}

@Test(arguments: Import.joining + Import.changing + Import.returning + Import.cards)
func anImportChangesWhatItSaysAndNothingElse(_ row: Import) {
    let roster = Invented.roster(row.present)
    let file = RosterFile(row.bytes)
    let diff = RosterDiff(of: file, against: roster, terms: Invented.terms(isFull: row.isFull))
    #expect(diff.changes.map(words) == row.changes)
    #expect(diff.unchangedCount == row.unchanged)
    #expect(words(diff.errors) == row.errors)
    #expect(words(diff.warnings) == row.warnings)
    for change in diff.changes {
        #expect(change.change.dueAt == change.change.occurredAt.advanced(byMilliseconds: 86_400_000))
    }
    let after = Invented.applying(diff, to: roster)
    let again = RosterDiff(of: file, against: after, terms: Invented.terms(isFull: row.isFull))
    #expect(again.changes.isEmpty, "a second import changes nothing")
}

/// The clock says 1970: nobody is refused for being born after that.
@Test func aBoardWithoutAClockDoesNotRefuseTheLiving() {
    let terms = RosterTerms(
        calendar: SiteCalendar(now: UTCInstant(milliseconds: 0), offsetMilliseconds: Invented.offset),
        isClockTrusted: false, source: "import roster.csv")
    let file = RosterFile(Array("name,id_number,team\n张三,110101199001010015,木工班\n".utf8))
    let diff = RosterDiff(of: file, against: Roster(), terms: terms)
    #expect(diff.errors.isEmpty)
    #expect(diff.changes.count == 1)
}

/// What happens as it is recorded is stated by the clock that recorded it, wrong as it is: so its day is
/// known when that clock is.
@Test func anImportOnABoardWithoutAClockIsStatedByThatClock() throws {
    // Its day of joining is a future that this clock does not know of.
    let text = """
        name,id_number,team,joined_on
        张三,110101199001010015,木工班,
        李四,11010119000101009X,木工班,2026-02-03
        """
    let early = UTCInstant(milliseconds: 86_400_000)
    var clock = Invented.clock(early)
    clock = ClockReading(wall: early, uptime: clock.uptime, boot: clock.boot, synchronisation: .none)
    let plan = RosterPlan(
        RosterImport(bytes: Array(text.utf8), name: "roster.csv"), against: Roster(), clock: clock,
        at: ClockHistory.plausible.lowerBound, siteOffsetMilliseconds: Invented.offset)
    let changes = try plan.changes.map { try PersonnelChange(encoded: $0.body) }
    #expect(changes.count == 2)
    #expect(changes[0].occurredAt == early && plan.changes[0].clock.wall == early)
    #expect(changes[1].occurredAt == UTCInstant(rfc3339: "2026-02-03T16:00:00Z"))
}

@Test func aPlanClosesWithRosterAppliedOrWritesNothing() throws {
    let text = "name,id_number,team\n张三,110101190001010014,木工班\n李四,11010119000101009X,木工班\n"
    let rosterImport = RosterImport(bytes: Array(text.utf8), name: "/home/officer/十一月.csv")
    let plan = RosterPlan(
        rosterImport, against: Roster(), clock: Invented.clock(), at: Invented.noon,
        siteOffsetMilliseconds: Invented.offset)
    #expect(plan.drafts.map(\.kind) == [.personnelChange, .personnelChange, .rosterApplied])
    #expect(plan.drafts.map(\.subject) == [.newWorker, .newWorker, .nobody])
    #expect(try PersonnelChange(encoded: plan.drafts[1].body).source == "import 十一月.csv line 3")
    let closing = try RosterApplied(encoded: plan.drafts[2].body)
    #expect(closing == RosterApplied(source: "import 十一月.csv", joined: 2, left: 0, changed: 0, unchanged: 0))
    #expect(
        plan.report.json == #"{"joined":2,"left":0,"changed":0,"unchanged":0,"errors":[],"warnings":[]}"#)

    let refused = RosterPlan(
        RosterImport(bytes: Array((text + "王五,1,木工班\n").utf8), name: ""), against: Roster(),
        clock: Invented.clock(), at: Invented.noon, siteOffsetMilliseconds: Invented.offset)
    #expect(refused.drafts.isEmpty)
    #expect(refused.report.joined == 0)
    #expect(refused.report.lines.last == "nothing is imported: 1 errors")
    #expect(
        refused.report.json.contains(#""errors":[{"line":4,"column":2,"message":"证件号码 (id_number) has 1 "#))
}
