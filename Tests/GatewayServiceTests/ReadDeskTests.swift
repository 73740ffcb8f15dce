import AttendanceLedger
import DeviceSessions
import LocalWeb
import PersonnelChanges
import SiteModel
import Testing

@testable import GatewayService

/// From the read of a card to the worker: one step, and nothing left behind.
@Suite(.timeLimit(.minutes(10)))
struct ReadDeskTests {
    private static let reader = ReaderName(lane: "north", reader: "id")
    private static let chipPhoto = (0..<IdentityCard.photoByteLimit).map { UInt8(truncatingIfNeeded: $0 * 7) }

    static func card(of person: Person, name: String = "测新人") -> IdentityCard {
        var card = IdentityCard(
            kind: .resident, idNumber: person.idNumber, name: name, nameCodeUnits: Array(name.utf16))
        card.birthDate = person.idNumber.birthDate
        card.address = "测试路1号"
        card.expiry = .never
        card.photo = chipPhoto
        return card
    }

    private struct Office {
        let site: TestSite
        let people: PeopleBook
        let desk: ReadDesk
        let personnel: PersonnelService

        init(_ workers: [Person]) async throws {
            site = try await TestSite(workers.map(\.worker))
            people = PeopleBook(reader: site.reader)
            try people.fold()
            let key = try #require(site.reader.siteKey)
            desk = ReadDesk(
                directory: site.folder.path, siteKey: key, time: site.time, people: people, logger: .silent)
            personnel = PersonnelService(
                ledger: site.ledger, reader: site.reader, index: site.index, clock: site.clock)
        }

        /// As the device's session tells it.
        func present(_ card: IdentityCard) async {
            let recorder = DeviceRecorder(
                journal: EventJournal(ledger: site.ledger, health: site.health, logger: .silent),
                clock: site.time, reads: desk, passages: site.passages,
                release: ReleaseMark(last: nil), logger: .silent)
            await recorder.handle(.identityRead(card, reader: ReadDeskTests.reader))
        }

        func carryOut(_ request: ChangeRequest) async throws -> ChangeOutcome {
            let travelled = try ChangeRequest(encoded: request.encoded)
            return try await desk.carryOut(
                travelled, on: personnel,
                Configuration(
                    environment: HostEnvironment(nodeName: "gate", stateDirectory: site.folder.path)))
        }

        /// The chip's photo stands right behind the change that the read made, sealed.
        func expectPhoto(of person: Person) throws {
            let id = try #require(try member(person)).id
            let kept = try site.reader.files(of: id, corrected: site.time.corrected)
            #expect(kept.map(\.file) == [WorkerFile(.cardPhoto, .wlt, ReadDeskTests.chipPhoto)])
            #expect(kept.first?.name == "\(id)-\(kept.first?.sequence.rawValue ?? 0).wlt")
            let entry = try #require(try site.reader.fileEntries(of: id).first)
            let before = try #require(try site.reader.entry(LedgerSequence(entry.sequence.rawValue - 1)))
            #expect(before.kind == .personnelChange && before.subject == id)
            #expect(entry.sealing == .workerKey && !entry.body.contains(ReadDeskTests.chipPhoto))
        }

        func member(_ person: Person) throws -> RosterMember? {
            try Roster.folded(from: site.reader).member(person.idNumber)
        }
    }

    @Test func aStrangerIsRefusedThenEnrolledFromTheReadThenLetIn() async throws {
        let office = try await Office([])
        let swipe = office.site.swipe(Person.adult.byID)
        #expect(await office.site.handle(swipe) == .refused(.unknown, opens: false))
        await office.present(Self.card(of: .adult))
        let read = try #require(try await office.desk.cards.reads().first)
        let outcome = try await office.carryOut(
            ChangeRequest(.join, fields: [.team: "测试钢筋班"], by: "li", fromRead: read.id))
        #expect(outcome.written.map(\.kind) == [.joined])
        let worker = try #require(try office.member(.adult)).worker
        #expect(worker.name == "测新人" && worker.team.name == "测试钢筋班")
        #expect(worker.dossier.identity == IdentityRead(Self.card(of: .adult), readAt: .noon))
        #expect(try await office.desk.cards.reads() == [], "the read has done its work")
        try office.expectPhoto(of: .adult)
        #expect(await office.site.handle(swipe) == .granted)
    }

    @Test func ofSomebodyWhoseIdentityIsThereNothingIsKept() async throws {
        let office = try await Office([.adult])
        await office.present(Self.card(of: .adult))
        let read = try #require(try await office.desk.cards.reads().first)
        let outcome = try await office.carryOut(ChangeRequest(.update, by: "li", fromRead: read.id))
        #expect(outcome.written.map(\.kind) == [.identityCorrected])
        try office.expectPhoto(of: .adult)
        #expect(try office.member(.adult)?.worker.dossier.identity?.isReadByReader == true)
        #expect(try office.member(.adult)?.worker.name == Person.adult.worker.name)
        try office.people.fold()
        await office.present(Self.card(of: .adult))
        #expect(try await office.desk.cards.reads() == [])
        var renewed = Self.card(of: .adult)
        renewed.address = "测试路2号"
        await office.present(renewed)
        #expect(try await office.desk.cards.reads().count == 1, "another card of the same person")
    }

    @Test func aReadOfSomebodyElseIsRefused() async throws {
        let office = try await Office([.adult, .colleague])
        await office.present(Self.card(of: .colleague))
        let id = try #require(try await office.desk.cards.reads().first).id
        let other = ChangeRequest(
            .update, workers: [Person.adult.idNumber.revealed], by: "li", fromRead: id)
        await #expect(throws: PersonnelError.self) { try await office.carryOut(other) }
        await #expect(throws: PersonnelError.self) {
            try await office.carryOut(ChangeRequest(.leave, by: "li", fromRead: id))
        }
        await #expect(throws: PersonnelError.self) {
            try await office.carryOut(ChangeRequest(.update, by: "li", fromRead: id + 1))
        }
        #expect(try await office.desk.cards.reads().count == 1, "a refused change leaves the read")
    }

    @Test func aNameThatOnlyTheIssuerCanShowIsTyped() async throws {
        let office = try await Office([])
        await office.present(Self.card(of: .adult, name: "测\u{E863}"))
        let id = try #require(try await office.desk.cards.reads().first).id
        var request = ChangeRequest(.join, fields: [.team: "测试钢筋班"], by: "li", fromRead: id)
        await #expect(throws: PersonnelError.self) { try await office.carryOut(request) }
        request.fields[.name] = "测䶮"
        _ = try await office.carryOut(request)
        #expect(try office.member(.adult)?.worker.name == "测䶮")
    }

    @Test func theListIsMasked() async throws {
        let office = try await Office([])
        await office.present(Self.card(of: .adult))
        for format in ["text", "json"] {
            let answer = await office.desk.route.handler(ControlRequest(query: ["format": format]))
            let text = String(decoding: answer.body, as: UTF8.self)
            #expect(answer.status == 200 && text.contains("测*") && text.contains("north/id"))
            #expect(!text.contains("测新人") && !text.contains(Person.adult.idNumber.revealed))
        }
    }
}
