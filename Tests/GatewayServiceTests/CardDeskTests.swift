import AccessControl
import AttendanceLedger
import LocalWeb
import PersonnelChanges
import SiteModel
import Testing

@testable import GatewayService

/// A card is issued by holding it to a reader.
@Suite(.timeLimit(.minutes(10)))
struct CardDeskTests {
    private struct Office {
        let site: TestSite
        let people: PeopleBook
        let desk: CardDesk
        let personnel: PersonnelService

        init(_ workers: [ProjectWorker]) async throws {
            site = try await TestSite(workers)
            people = PeopleBook(reader: site.reader)
            try people.fold()
            desk = CardDesk(
                presented: PresentedCards(clock: site.clock), index: site.index, people: people,
                time: site.time)
            personnel = PersonnelService(
                ledger: site.ledger, reader: site.reader, index: site.index, clock: site.clock)
        }

        func present(_ value: UInt64, bits: Int = 32, reader: String = "in") throws {
            let card = try #require(CardNumber(value: value, bitLength: bits))
            desk.presented.note([site.swipe(.cardNumber(card), reader: reader)])
        }

        func carryOut(
            _ action: ChangeRequest.Action, _ person: Person, _ number: String? = nil
        ) async throws -> ChangeOutcome {
            let request = ChangeRequest(
                action, workers: [person.idNumber.revealed],
                fields: number.map { [.cardNumber: $0] } ?? [:], by: "li",
                fromPresentation: number == nil && action != .blockCard
                    ? desk.presented.newest()?.number : nil)
            return try await personnel.change(
                try desk.resolved(try ChangeRequest(encoded: request.encoded)),
                siteOffsetMilliseconds: TestSite.offset)
        }
    }

    private static var withoutCard: ProjectWorker {
        var worker = Person.adult.worker
        worker.card = nil
        return worker
    }

    @Test func theNewestCardOfTheLastMinuteIsShown() async throws {
        let office = try await Office([])
        #expect(await office.desk.answer(after: 0, at: nil) == nil)
        try office.present(7_001, reader: "in")
        try office.present(7_002, reader: "out")
        office.desk.presented.note([
            office.site.swipe(.stranger, isTimeUncertain: true),
            office.site.swipe(Person.adult.byID),
        ])
        #expect(office.desk.presented.newest()?.card.value == 7_002)
        #expect(office.desk.presented.newest(at: "north/in")?.card.value == 7_001)
        #expect(office.desk.presented.newest(at: "north")?.card.value == 7_002)
        #expect(office.desk.presented.newest(after: 2) == nil)
        office.site.clock.advance(byMilliseconds: 59_999)
        #expect(office.desk.presented.newest() != nil && office.desk.presented.card(2) != nil)
        office.site.clock.advance(byMilliseconds: 1)
        #expect(office.desk.presented.newest() == nil && office.desk.presented.card(2) == nil)
    }

    @Test func aChipIsToldUnlessACardCameAfterIt() async throws {
        let office = try await Office([])
        let presented = office.desk.presented
        #expect(presented.newestChip() == nil)
        presented.note([office.site.swipe(.chipSerial(0x04A1_B2C3_D4E5_F6), reader: "in")])
        #expect(presented.newestChip()?.reader.description == "north/in" && presented.newest() == nil)
        #expect(presented.newestChip(at: "south") == nil && presented.newestChip(after: 1) == nil)
        let answer = await office.desk.route.handler(ControlRequest(query: ["format": "number"]))
        #expect(answer.status == 409 && String(decoding: answer.body, as: UTF8.self).contains("north/in: "))
        #expect(!String(decoding: answer.body, as: UTF8.self).contains("F6"))
        let waiting = await office.desk.route.handler(ControlRequest(query: ["after": "1"]))
        #expect(waiting.status == 404)
        try office.present(7_001)
        #expect(presented.newestChip() == nil && presented.newest()?.number == 2)
        presented.note([office.site.swipe(.chipSerial(1), reader: "in")])
        #expect(presented.newestChip()?.number == 3)
        office.site.clock.advance(byMilliseconds: 60_000)
        #expect(presented.newestChip() == nil)
    }

    @Test func onlyTheNewestAreHeld() async throws {
        let office = try await Office([])
        for value in 1...40 { try office.present(UInt64(value)) }
        #expect(office.desk.presented.card(8) == nil && office.desk.presented.card(9)?.card.value == 9)
        #expect(office.desk.presented.count == 40)
    }

    @Test func aShortFormThatTellsTwoCardsForOneIsFound() async throws {
        let office = try await Office([Person.adult.worker, Person.left.worker])
        let low = Person.adult.card.value & 0xFF_FFFF
        try office.present(low | 0x7700_0000)
        var answer = try #require(await office.desk.answer(after: 0, at: nil))
        let adult = try #require(office.site.index.lookUp(Person.adult.byCard)).id
        #expect(answer.worker == nil && answer.collisions == [adult])
        try office.present(UInt64(UInt32(Person.adult.card.value).byteSwapped))
        answer = try #require(await office.desk.answer(after: 1, at: nil))
        #expect(answer.collisions == [adult], "the same card from the other end")
        try office.present(Person.adult.card.value)
        answer = try #require(await office.desk.answer(after: 2, at: nil))
        #expect(answer.worker == adult && answer.collisions == [])
        #expect(answer.lines.contains { $0.contains("0050001050") })
    }

    @Test func aCardIsIssuedReplacedAndBlockedAtTheLanesAtOnce() async throws {
        let office = try await Office([Self.withoutCard])
        func signal(_ value: UInt64) async throws -> LaneSignal {
            let card = try #require(CardNumber(value: value, bitLength: 32))
            return await office.site.handle(office.site.swipe(.cardNumber(card)))
        }
        await #expect(throws: PersonnelError.self) {
            try await office.carryOut(.replaceCard, .adult, "0000007001")
        }
        await #expect(throws: PersonnelError.self) { try await office.carryOut(.blockCard, .adult) }
        await #expect(throws: PersonnelError.self) { try await office.carryOut(.issueCard, .adult) }
        try office.present(7_001)
        #expect(try await office.carryOut(.issueCard, .adult).written.map(\.kind) == [.updated])
        #expect(try await signal(7_001) == .granted)
        await #expect(throws: PersonnelError.self) {
            try await office.carryOut(.issueCard, .adult, "0000007002")
        }
        #expect(try await office.carryOut(.replaceCard, .adult, "0000007002").written.count == 1)
        office.site.clock.advance(byMilliseconds: 5_000)
        #expect(try await signal(7_001) == .refused(.unknown, opens: false))
        #expect(try await signal(7_002) == .granted)
        _ = try await office.carryOut(.blockCard, .adult)
        #expect(try await signal(7_002) == .refused(.unknown, opens: false))
    }

    @Test func aCardOfSomebodyElseIsRefusedAndACollisionIsSaid() async throws {
        let office = try await Office([Self.withoutCard, Person.colleague.worker])
        try office.present(Person.colleague.card.value)
        await #expect(throws: PersonnelError.self) { try await office.carryOut(.issueCard, .adult) }
        try office.present(Person.colleague.card.value & 0xFF_FFFF, bits: 24)
        let outcome = try await office.carryOut(.issueCard, .adult)
        #expect(outcome.written.count == 1 && outcome.warnings.count == 1)
    }
}
