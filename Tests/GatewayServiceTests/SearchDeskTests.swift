import AccessControl
import AttendanceLedger
import LocalWeb
import PersonnelChanges
import SiteModel
import Testing

@testable import GatewayService

/// The running service's search follows the ledger by itself.
@Suite(.timeLimit(.minutes(10)))
struct SearchDeskTests {
    private static func request(_ text: String) -> SearchRequest {
        SearchRequest(text: text, limit: 5, includesLeft: true, isRevealed: false)
    }

    private static func lines(_ text: String, _ desk: SearchDesk) async throws -> [String] {
        let answer = await desk.route.handler(Self.request(text).controlRequest(.text))
        #expect(answer.status == 200)
        return String(decoding: answer.body, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test func itFollowsFromTheRosterOn() async throws {
        let site = try await TestSite()
        let people = PeopleBook(reader: site.reader)
        let desk = SearchDesk(
            people: people, clock: SiteTime(site.clock, history: try site.reader.clockHistory()),
            siteOffsetMilliseconds: TestSite.offset)
        #expect(await desk.route.handler(Self.request("张").controlRequest(.text)).status == 503)
        let following = Task { [ledger = site.ledger] in
            try people.fold()
            for try await page in ledger.tail(after: people.position).pages { try people.follow(page) }
        }
        while await desk.answer(Self.request("张")) == nil { await Task.yield() }
        let number = Person.adult.idNumber.revealed
        let found = try await Self.lines(number, desk)
        #expect(found.count == 2 && found.last == "1 workers")
        #expect(found.allSatisfy { !$0.contains(number) }, "masked unless revealed")

        var renamed = Person.adult.worker
        renamed.name = "欧阳改名"
        let id = try #require(site.index.lookUp(.idNumber(renamed.idNumber))?.id)
        let change = PersonnelChange(
            kind: .updated, occurredAt: .noon, dueAt: .noon, worker: renamed, source: "test")
        _ = try await site.ledger.append([
            EntryDraft(change, kind: .personnelChange, subject: .worker(id), clock: site.clock.now())
        ])
        while try await Self.lines("oygm", desk).count < 2 { await Task.yield() }
        let json = await desk.route.handler(Self.request("ouyang").controlRequest(.json)).body
        #expect(String(decoding: json, as: UTF8.self).hasSuffix(#""found_by":"name"}"#))

        let erased = WorkerErased(isForced: true, by: "李工", reason: "test")
        _ = try await site.ledger.append([
            EntryDraft(erased, kind: .workerErased, subject: .worker(id), clock: site.clock.now())
        ])
        while try await Self.lines(number, desk).count > 1 { await Task.yield() }
        #expect(try await Self.lines("欧阳", desk) == ["0 workers"])
        following.cancel()
        _ = await following.result
        await site.close()
    }
}
