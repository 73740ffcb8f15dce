import AttendanceLedger
import DeviceSessions
import PersonnelChanges
import SiteModel
import Testing

@testable import GatewayService

/// Lanes whose barrier tells who passed: who has a place, and whom the barrier's word is about.
@Suite(.timeLimit(.minutes(10)))
struct LaneBookTests {
    static let now = Uptime(milliseconds: 100_000)

    @Test func aLaneThatTellsHoldsTwoAndOthersEverybody() {
        let book = LaneBook(telling: ["north"])
        #expect(book.take("north", at: Self.now, evenIfFull: false) != nil)
        #expect(book.take("north", at: Self.now, evenIfFull: false) != nil)
        #expect(book.take("north", at: Self.now, evenIfFull: false) == nil)
        #expect(book.take("north", at: Self.now, evenIfFull: true) != nil)
        for _ in 0..<10 { #expect(book.take("south", at: Self.now, evenIfFull: false) != nil) }
    }

    @Test func theBarriersWordIsAboutTheFirst() throws {
        let book = LaneBook(telling: ["north"])
        let one = try #require(book.take("north", at: Self.now, evenIfFull: false))
        let two = try #require(book.take("north", at: Self.now, evenIfFull: false))
        book.wrote(LedgerSequence(8), two, of: "north")
        book.wrote(LedgerSequence(7), one, of: "north")
        #expect(book.spokeOf("north") == LedgerSequence(7))
        #expect(book.spokeOf("north") == LedgerSequence(8))
        #expect(book.spokeOf("north") == LedgerSequence(0))
    }

    @Test func whatIsWithdrawnOrLongAgoTakesNoPlace() throws {
        let book = LaneBook(telling: ["north"])
        let one = try #require(book.take("north", at: Self.now, evenIfFull: false))
        #expect(book.take("north", at: Self.now, evenIfFull: false) != nil)
        book.withdraw(one, of: "north")
        #expect(book.take("north", at: Self.now, evenIfFull: false) != nil)
        #expect(book.take("north", at: Self.now + .milliseconds(89_999), evenIfFull: false) == nil)
        #expect(book.take("north", at: Self.now + .seconds(90), evenIfFull: false) != nil)
    }

    /// Three workers at once: two have a place, the third is refused on the record, and the verification
    /// agrees; who leaves is never refused a way out.
    @Test func theThirdFindsTheLaneBusy() async throws {
        let site = try await TestSite(telling: ["north"])
        let people = [Person.adult, .colleague, .leavesNext]
        var signals: [LaneSignal] = []
        for person in people { signals.append(await site.handle(site.swipe(person.byCard))) }
        #expect(signals == [.granted, .granted, .refused(.laneBusy, opens: false)])
        let out = await site.handle(site.swipe(people[0].byCard, .leaving, reader: "out"))
        #expect(out.opensBarrier)
        #expect(try site.reader.verifyWithDecisions().isWhole)
        // The first passes: there is room again, and the refused one is no repeat.
        let records = try site.records().sorted { $0.entry.sequence < $1.entry.sequence }
        #expect(site.lanes.spokeOf("north") == records[0].entry.sequence)
        #expect(site.lanes.spokeOf("north") == records[1].entry.sequence)
        #expect(await site.handle(site.swipe(people[2].byCard)) == .granted)
        #expect(try site.reader.verifyWithDecisions().isWhole)
    }

    /// What devices tell stands in the ledger with the attendance that it is about.
    @Test func passagesAlarmsAndReleasesAreWrittenDown() async throws {
        let site = try await TestSite(telling: ["north"])
        let key = try #require(site.reader.siteKey)
        let reads = ReadDesk(
            directory: site.folder.path, siteKey: key, time: site.time,
            people: PeopleBook(reader: site.reader), logger: .silent)
        let recorder = DeviceRecorder(
            journal: EventJournal(ledger: site.ledger, health: site.health, logger: .silent),
            clock: site.time, reads: reads, lanes: site.lanes, logger: .silent)
        #expect(await site.handle(site.swipe(Person.adult.byCard)) == .granted)
        let attendance = try #require(try site.records().first).entry.sequence
        await recorder.handle(.passage(lane: "north", direction: .entering, passage: .passed))
        await recorder.handle(.laneAlarm(lane: "north", direction: .entering, alarm: .passedWithoutGrant))
        await recorder.handle(.released(lane: "north", isReleased: true))
        await recorder.handle(.released(lane: "north", isReleased: false))
        let entries = try site.reader.entries(after: attendance, limit: 10)
        #expect(entries.map(\.kind) == [.passage, .laneAlarm, .lanesReleased, .lanesReleased])
        let passage = try PassageRecord(encoded: entries[0].body)
        #expect(passage.attendance == attendance && passage.passage == .passed)
        #expect(try LaneAlarmRecord(encoded: entries[1].body).alarm == .passedWithoutGrant)
        let ends = try entries[2...].map { try LanesReleased(encoded: $0.body) }
        #expect(ends.map(\.isOver) == [false, true])
        #expect(ends[0].since == ends[1].since)
        #expect(try site.reader.verifyWithDecisions().isWhole)
    }

    @Test func bodiesComeBack() throws {
        let alarm = LaneAlarmRecord(lane: "北门", direction: .leaving, alarm: .wrongWay)
        #expect(try LaneAlarmRecord(encoded: alarm.encoded).encoded == alarm.encoded)
        let opened = try #require(
            LaneOpened(lane: "北门", direction: .leaving, by: "李门卫", reason: "急救"))
        #expect(try LaneOpened(encoded: opened.encoded).encoded == opened.encoded)
        #expect(LaneOpened(lane: "n", direction: .leaving, by: "", reason: "x") == nil)
        #expect(LaneOpened(lane: "n", direction: .leaving, by: "x", reason: "") == nil)
        #expect(
            LaneOpened(lane: "n", direction: .leaving, by: "x", reason: String(repeating: "a", count: 200))
                == nil)
        let released = LanesReleased(lane: "n", isOver: true, sinceWall: .noon, since: Self.now)
        #expect(try LanesReleased(encoded: released.encoded).encoded == released.encoded)
    }
}
