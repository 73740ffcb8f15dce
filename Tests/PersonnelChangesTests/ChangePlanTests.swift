import SiteModel
import Testing

@testable import PersonnelChanges

/// What a request may do and what it must not.
struct ChangePlanTests {
    private static let calendar = SiteCalendar(now: Invented.noon, offsetMilliseconds: Invented.offset)

    private static func plan(
        _ request: ChangeRequest, _ workers: [ProjectWorker]
    ) throws(PersonnelError) -> [PersonnelChange] {
        let plan = try ChangePlan(
            request, against: Invented.roster(workers), site: SiteBook(), clock: Invented.clock(),
            calendar: calendar,
            ages: AgeLimits())
        // try!: a draft of our own reads back.
        return plan.drafts.filter { $0.kind == .personnelChange }.map {
            try! PersonnelChange(encoded: $0.body)
        }
    }

    private static func id(_ n: Int) -> String { Invented.id(n).description }

    struct KindRow: Sendable, CustomTestStringConvertible {
        let fields: [WorkerField: String]
        let kinds: [PersonnelChangeKind]

        var testDescription: String { kinds.map(\.name).joined(separator: ", ") }
    }

    private static let kindRows: [KindRow] = [
        KindRow(fields: [.phone: "13800000000"], kinds: [.updated]),
        KindRow(fields: [.team: "钢筋班"], kinds: [.moved]),
        KindRow(fields: [.workType: "木工"], kinds: [.moved]),
        KindRow(fields: [.name: "李四"], kinds: [.identityCorrected]),
        KindRow(fields: [.contractSignedOn: "2026-11-20"], kinds: [.contractSigned]),
        KindRow(fields: [.wageCard: "6228480000000001234"], kinds: [.wageCardChanged]),
        KindRow(fields: [.insuredFrom: "2026-11-01"], kinds: [.insuranceChanged]),
        KindRow(fields: [.trainedOn: "2026-11-21"], kinds: [.trained]),
        KindRow(
            fields: [
                .name: "李四", .contractSignedOn: "2026-11-20", .trainedOn: "2026-11-21", .phone: "13800000000",
            ],
            kinds: [.identityCorrected, .contractSigned, .trained, .updated]),
        KindRow(fields: [.team: "木工班"], kinds: []),
    ]

    @Test(arguments: kindRows)
    func eachKindOfChangeIsAnEntryOfItsOwnWithItsClock(row: KindRow) throws {
        let request = ChangeRequest(.update, workers: [Self.id(0)], fields: row.fields, by: "测试")
        let changes = try Self.plan(request, [Invented.worker(1)])
        #expect(changes.map(\.kind) == row.kinds)
        for change in changes {
            #expect(change.occurredAt == Invented.noon)
            #expect(change.dueAt == Invented.noon.advanced(byMilliseconds: 86_400_000))
        }
        // What is so already writes nothing.
        guard let last = changes.last?.worker else { return }
        #expect(try Self.plan(request, [last]).isEmpty)
    }

    @Test func aContractIsRenewedEndedAndSignedAnew() throws {
        var worker = Invented.worker(1)
        func update(_ fields: [WorkerField: String]) throws -> [PersonnelChangeKind] {
            let changes = try Self.plan(
                ChangeRequest(.update, workers: [Self.id(0)], fields: fields, by: "测试"), [worker])
            worker = changes.last?.worker ?? worker
            return changes.map(\.kind)
        }
        #expect(
            try update([.contractSignedOn: "2026-03-01", .contractUntil: "2026-12-31"]) == [.contractSigned])
        #expect(try update([.contractUntil: "2027-12-31"]) == [.contractRenewed])
        #expect(try update([.contractEndedOn: "2026-10-01"]) == [.contractEnded])
        #expect(worker.dossier.contract?.isInForce(on: Invented.date("2026-11-21")) == false)
        #expect(try update([.contractSignedOn: "2026-11-20"]) == [.contractSigned])
        #expect(worker.dossier.contract?.startsOn == Invented.date("2026-11-20"))
        #expect(worker.dossier.contract?.endsOn == nil)
    }

    /// A dossier has one of each: what begins later would leave today without.
    @Test(arguments: [
        ([WorkerField.insuredFrom: "2026-11-01"], [WorkerField.insuredFrom: "2027-01-01"]),
        ([.contractSignedOn: "2026-03-01"], [.contractSignedOn: "2026-11-20", .contractFrom: "2027-01-01"]),
    ])
    func whatBeginsLaterTakesNothingFromToday(
        present: [WorkerField: String], later: [WorkerField: String]
    ) throws {
        let request = { (fields: [WorkerField: String]) in
            ChangeRequest(.update, workers: [Self.id(0)], fields: fields, by: "测试")
        }
        #expect(try Self.plan(request(later), [Invented.worker(1)]).count == 1, "nothing is taken")
        let covered = try #require(try Self.plan(request(present), [Invented.worker(1)]).last?.worker)
        let error = #expect(throws: PersonnelError.self) { try Self.plan(request(later), [covered]) }
        #expect("\(String(describing: error))".contains("on its first day"))
    }

    struct RefusedRow: Sendable, CustomTestStringConvertible {
        let request: ChangeRequest
        let says: String

        var testDescription: String { says }
    }

    private static func request(
        _ action: ChangeRequest.Action, _ workers: [Int] = [0], at: String? = nil,
        ofTeam: String? = nil, _ fields: [WorkerField: String] = [:]
    ) -> ChangeRequest {
        ChangeRequest(
            action, workers: workers.map(id), ofTeam: ofTeam, at: at, fields: fields, by: "测试")
    }

    private static let refusedRows: [RefusedRow] = [
        .init(request: request(.leave, []), says: "name a worker, or a team"),
        .init(request: request(.leave, [9]), says: "nobody has the id"),
        .init(request: request(.leave, [2]), says: "has left already"),
        .init(request: request(.join, [0]), says: "belongs to the project already"),
        .init(request: request(.leave, at: "2026-11-22"), says: "lies in the future"),
        .init(request: request(.leave, at: "2026-02-01"), says: "cannot have left before"),
        .init(request: request(.join, [2], at: "2026-05-01"), says: "still belonged to the project"),
        .init(request: request(.leave, at: "gestern"), says: "the time"),
        .init(request: request(.leave, [], ofTeam: "钢筋班"), says: "several employers"),
        .init(request: request(.leave, [], ofTeam: "没有"), says: "nobody belongs to that team"),
        .init(request: request(.move), says: "say where to"),
        .init(request: request(.move, [2], [.team: "油漆班"]), says: "let them join again first"),
        .init(
            request: request(.move, at: "2020-01-01", [.team: "油漆班"]),
            says: "no change of theirs can be older"),
        .init(
            request: request(.update, at: "2026-02-28", [.phone: "13800000000"]),
            says: "no change of theirs can be older"),
        .init(request: request(.update, [0, 1], [.cardNumber: "0012345678"]), says: "one worker at a time"),
        .init(request: request(.update, [0], [.cardNumber: "0050001050"]), says: "has that card"),
        .init(
            request: request(.update, [0], [.contractUntil: "2027-01-01"]),
            says: "when was the contract signed"),
        .init(request: request(.update, [0], [.contractEndedOn: "2027-01-01"]), says: "there is no contract"),
        .init(request: request(.update, [0], [.wageCard: "12"]), says: "no bank card number"),
        .init(request: request(.update, [0], [.trainedOn: "2026-11-22"]), says: "lies in the future"),
        .init(request: request(.update, [0], [.phone: "call me"]), says: "no phone number"),
        .init(
            request: ChangeRequest(
                .join, workers: [Invented.number(77).revealed], fields: [.name: " ", .team: "木工班"], by: "测试"),
            says: "needs a name and a team"),
        .init(
            request: ChangeRequest(.join, workers: ["110101190001010015"], fields: [:], by: "测试"),
            says: "wrong check digit"),
    ]

    @Test(arguments: refusedRows)
    func whatCannotBeIsRefusedWithWords(row: RefusedRow) {
        let workers = [
            Invented.worker(1), Invented.worker(2, card: Invented.card(50_001_050)),
            Invented.worker(3, leftOn: "2026-06-01"), Invented.worker(4, team: "钢筋班", employer: "甲"),
            Invented.worker(5, team: "钢筋班", employer: "乙"),
        ]
        let error = #expect(throws: PersonnelError.self) { try Self.plan(row.request, workers) }
        guard case .refused(let refusals) = error else {
            Issue.record("not refused: \(String(describing: error))")
            return
        }
        let words = refusals.map(\.english).joined(separator: "\n")
        #expect(words.contains(row.says))
        #expect(refusals.allSatisfy { $0.chinese.unicodeScalars.contains { $0.properties.isIdeographic } })
        #expect(!words.contains(Invented.number(77).revealed), "masked")
    }

    @Test func nobodyIsChangedTwiceByOneRequest() throws {
        let request = ChangeRequest(
            .leave, workers: [Self.id(0), Invented.number(1).revealed], ofTeam: "木工班",
            isConfirmedByLeaver: true, by: "测试")
        #expect(try Self.plan(request, [Invented.worker(1), Invented.worker(2)]).count == 2)
    }

    @Test func aLeaverMayConfirmLater() throws {
        let left = try Self.plan(
            ChangeRequest(.leave, workers: [Self.id(0)], by: "测试"), [Invented.worker(1)])
        #expect(left.map(\.isConfirmedByLeaver) == [false])
        let confirmed = try Self.plan(
            ChangeRequest(.leave, workers: [Self.id(0)], isConfirmedByLeaver: true, by: "测试"),
            [left[0].worker])
        #expect(confirmed.map(\.kind) == [.left])
        #expect(confirmed[0].worker == left[0].worker)
        #expect(confirmed[0].isBaseline, "no second clock")
    }

    @Test func aCardThatAReaderMixesUpIsToldInBothLanguages() throws {
        let card = Invented.card(0x1234_5678)
        let others = [0x9934_5678, 0x7856_3412].map { Invented.worker(2, card: Invented.card($0)) }
        for other in others {
            let plan = try ChangePlan(
                Self.request(.update, [0], [.cardNumber: "0305419896"]),
                against: Invented.roster([Invented.worker(1), other]), site: SiteBook(),
                clock: Invented.clock(), calendar: Self.calendar, ages: AgeLimits())
            #expect(CardNumber(value: 305_419_896, bitLength: 32) == card)
            #expect(plan.warnings.map { $0.chinese.contains("\(Self.id(1))") } == [true])
            #expect(plan.warnings.map { $0.english.contains("\(Self.id(1))") } == [true])
        }
    }

    /// Only who was not known is taken over: what becomes of them afterwards has its clock, and is reported.
    @Test func aSecondTakeoverStartsTheClocksOfWhatChanged() throws {
        let roster = Invented.roster([Invented.worker(1), Invented.worker(2)])
        let text = """
            name,id_number,team
            张三,\(Invented.number(1).revealed),架子班
            李四,\(Invented.number(3).revealed),木工班

            """
        let diff = RosterDiff(
            of: RosterFile(Array(text.utf8)), against: roster,
            terms: Invented.terms(isFull: true, isBaseline: true))
        #expect(diff.changes.map(\.change.kind) == [.moved, .joined, .left])
        #expect(diff.changes.map(\.change.isBaseline) == [false, true, false])
    }

    /// An import says nothing of a dossier, so it takes nothing of it away.
    @Test func anImportLeavesTheDossierAlone() throws {
        var worker = Invented.worker(1)
        worker.dossier.trainedOn = Invented.date("2026-11-01")
        worker.dossier.insurance = InjuryInsurance(insurer: "测试保险", from: Invented.date("2026-11-01"))
        let roster = Invented.roster([worker])
        let listing = RosterListing(isRevealed: true, siteOffsetMilliseconds: Invented.offset)
        let same = RosterDiff(
            of: RosterFile(listing.csv(roster.members)), against: roster, terms: Invented.terms())
        #expect(same.changes.isEmpty && same.unchangedCount == 1)
        let text = "name,id_number,team\n张三,\(worker.idNumber.revealed),架子班\n"
        let moved = RosterDiff(of: RosterFile(Array(text.utf8)), against: roster, terms: Invented.terms())
        #expect(moved.changes.map(\.change.worker.dossier) == [worker.dossier])
    }
}
