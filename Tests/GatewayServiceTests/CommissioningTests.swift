import AttendanceLedger
import DeviceSessions
import PersonnelChanges
import SiteModel
import Testing

@testable import GatewayService

/// Who opened the commissioning window of a reader, and what came of it, can be proved.
@Suite(.timeLimit(.minutes(10)))
struct CommissioningTests {
    private static let reader = ReaderName(lane: "north", reader: "in")

    @Test func whatCameOfTheWindowNamesWhoOpenedIt() async throws {
        let site = try await TestSite()
        let key = try #require(site.reader.siteKey)
        let reads = ReadDesk(
            directory: site.folder.path, siteKey: key, time: site.time,
            people: PeopleBook(reader: site.reader), logger: .silent)
        let recorder = DeviceRecorder(
            journal: EventJournal(ledger: site.ledger, health: site.health, logger: .silent),
            clock: site.time, reads: reads, passages: site.passages,
            release: ReleaseMark(last: nil), logger: .silent)
        let before = try #require(try site.reader.head()?.sequence)
        await recorder.handle(.commissioned(Self.reader, .keyRefused, words: "it has another key"))
        recorder.commissioning.note("li", for: Self.reader)
        await recorder.handle(.commissioned(Self.reader, .keySet, words: "vendor 5C2623"))
        let entries = try site.reader.entries(after: before, limit: 10)
        #expect(entries.map(\.kind) == [.deviceCommissioned, .deviceCommissioned])
        let bodies = try entries.map { try DeviceCommissioned(encoded: $0.body) }
        #expect(bodies.map(\.by) == ["", "li"])
        #expect(bodies.map(\.act) == [.keyRefused, .keySet])
        #expect(bodies[1].reader == Self.reader && bodies[1].words == "vendor 5C2623")
        #expect(try site.reader.verifyWithDecisions().isWhole)
        await site.close()
    }

    /// A reader that takes no key is promised none.
    @Test(arguments: [
        (true, "may be given its key"), (false, "may be told another place for 10min, and no key"),
    ])
    func theAnswerSaysWhatCanComeOfIt(givesKey: Bool, words: String) throws {
        let query = ["lane": "north", "reader": "in", "for": "10min", "address": "5"]
        let answer = try #require(CommissioningOrder(query)).answer(givesKey: givesKey)
        #expect(answer.contains(words) && answer.contains("its new place"))
        #expect(answer.contains("may be given its key") == givesKey)
    }

    @Test(arguments: [
        (["for": "10min"], "10min"), (["for": "1h", "address": "5"], "1h, to address 5"),
        (["for": "30s", "address": "5", "baud": "115200"], "30s, to address 5, 115200 baud"),
        (["for": "61min"], nil), (["for": "0s"], nil), (["for": "10"], nil), ([:], nil),
        (["for": "10min", "address": "x"], nil), (["for": "10min", "baud": ""], nil),
    ])
    func anOrderSaysWhatItWants(query: [String: String], words: String?) {
        let order = CommissioningOrder(query.merging(["lane": "north", "reader": "in"]) { $1 })
        #expect(order?.words == words)
        #expect(order == nil || order?.reader == Self.reader)
    }
}
