import AccessControl
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

    private static func guest(
        _ lane: String, at milliseconds: Int64 = 100_000, isManual: Bool = false, isRecorded: Bool = true
    ) -> LaneBook.Guest {
        LaneBook.Guest(
            reader: ReaderName(lane: lane, reader: "in"), direction: .entering,
            swipedAt: Uptime(milliseconds: milliseconds), worker: nil, isManual: isManual,
            isRecorded: isRecorded)
    }

    @Test func aLaneThatTellsHoldsTwoAndOthersEverybody() {
        let book = LaneBook(telling: ["north"])
        let places = (0..<4).map { book.take(Self.guest("north"), at: Self.now, evenIfFull: $0 == 3) }
        #expect(places.map { $0?.tells } == [true, true, nil, true])
        for _ in 0..<40 {
            #expect(book.take(Self.guest("south"), at: Self.now, evenIfFull: false)?.tells == false)
        }
    }

    @Test func theBarriersWordNamesWhomItIsAboutOrIsAboutTheFirst() throws {
        let book = LaneBook(telling: ["north"])
        for (swipedAt, expected) in [(nil, [7, 8]), (Uptime(milliseconds: 2), [8, 7])] as [(Uptime?, [Int64])]
        {
            let one = try #require(book.take(Self.guest("north", at: 1), at: Self.now, evenIfFull: false))
            let two = try #require(book.take(Self.guest("north", at: 2), at: Self.now, evenIfFull: false))
            book.wrote(LedgerSequence(8), two, of: "north")
            book.wrote(LedgerSequence(7), one, of: "north")
            let first = book.spoke(of: "north", .passed, swipedAt: swipedAt)
            let second = book.spoke(of: "north", .notPassed, swipedAt: nil)
            #expect([first, second].map { $0?.attendance.rawValue } == expected)
            #expect(first?.passage == .passed && second?.passage == .notPassed)
            #expect(book.spoke(of: "north", .passed, swipedAt: nil)?.attendance == LedgerSequence(0))
        }
    }

    @Test func whatIsWithdrawnOrLongAgoTakesNoPlace() throws {
        let book = LaneBook(telling: ["north"])
        func take(_ at: Uptime) -> LaneBook.Place? {
            book.take(Self.guest("north"), at: at, evenIfFull: false)
        }
        let one = try #require(take(Self.now))
        let two = try #require(take(Self.now))
        book.withdraw(one, of: "north")
        let three = try #require(take(Self.now))
        book.wrote(LedgerSequence(2), two, of: "north")
        book.wrote(LedgerSequence(3), three, of: "north")
        #expect(take(Self.now + .milliseconds(89_999)) == nil)
        #expect(book.collect(at: Self.now + .milliseconds(89_999)).isEmpty)
        #expect(take(Self.now + .seconds(90)) != nil)
        // Of each the ledger learns once that nobody knows.
        let words = book.collect(at: Self.now + .seconds(90))
        #expect(words.map(\.attendance.rawValue) == [2, 3] && words.allSatisfy { $0.passage == .unknown })
        #expect(book.collect(at: Self.now + .seconds(90)).isEmpty)
    }

    /// A leaver passed before the disk had the record: the word waits for its number.
    @Test func aWordThatComesBeforeTheRecordWaitsForIt() throws {
        let book = LaneBook(telling: ["north"])
        let place = try #require(book.take(Self.guest("north"), at: Self.now, evenIfFull: true))
        #expect(book.spoke(of: "north", .passed, swipedAt: nil) == nil)
        #expect(book.collect(at: Self.now).isEmpty)
        book.wrote(LedgerSequence(9), place, of: "north")
        let words = book.collect(at: Self.now)
        #expect(words.map(\.attendance.rawValue) == [9] && words[0].passage == .passed)
    }

    @Test func whoIsPushedOutOfTheBookByLeaversIsNotForgotten() throws {
        let book = LaneBook(telling: ["north"])
        for number in 1...18 {
            let place = try #require(book.take(Self.guest("north"), at: Self.now, evenIfFull: true))
            book.wrote(LedgerSequence(Int64(number)), place, of: "north")
        }
        #expect(book.collect(at: Self.now).map(\.attendance.rawValue) == [1, 2])
        #expect(book.drain().map(\.attendance.rawValue) == Array(3...18))
        #expect(book.drain().isEmpty)
    }

    /// While all lanes stand open nobody is counted, and nobody finds the lane full.
    @Test func aReleaseWaitsForNobody() {
        let book = LaneBook(telling: ["north"])
        book.release(true)
        for _ in 0..<40 {
            #expect(book.take(Self.guest("north"), at: Self.now, evenIfFull: false)?.tells == false)
        }
        book.release(false)
        #expect(book.take(Self.guest("north"), at: Self.now, evenIfFull: false)?.tells == true)
        #expect(book.collect(at: Self.now + .seconds(90)).map(\.tells) == [])
    }

    @Test func aFailureIsToldOnceAndAPersonWhoOpensByHandIsBelieved() throws {
        let book = LaneBook(telling: ["north"])
        for (isManual, expected) in [(false, Passage.notPassed), (true, .unknown)] {
            let place = try #require(
                book.take(Self.guest("north", at: 5, isManual: isManual), at: Self.now, evenIfFull: false))
            book.wrote(LedgerSequence(4), place, of: "north")
            let at = Uptime(milliseconds: 5)
            #expect(book.spoke(of: "north", .notPassed, swipedAt: at, isFailure: true)?.passage == expected)
            #expect(book.spoke(of: "north", .notPassed, swipedAt: at, isFailure: true) == nil)
        }
        _ = book.take(Self.guest("north", at: 6, isRecorded: false), at: Self.now, evenIfFull: false)
        #expect(book.spoke(of: "north", .passed, swipedAt: nil)?.attendance == LedgerSequence(0))
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
        // They pass: there is room again, and the refused one is no repeat.
        let records = try site.records().sorted { $0.entry.sequence < $1.entry.sequence }
        for record in records[..<2] {
            let word = site.lanes.spoke(of: "north", .passed, swipedAt: record.entry.clock.uptime)
            #expect(word?.attendance == record.entry.sequence)
        }
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
            clock: site.time, reads: reads, passages: site.passages,
            release: ReleaseMark(last: nil), logger: .silent)
        #expect(await site.handle(site.swipe(Person.adult.byCard)) == .granted)
        let attendance = try #require(try site.records().first).entry.sequence
        await recorder.handle(
            .passage(lane: "north", direction: .entering, passage: .passed, swipedAt: nil))
        await recorder.handle(.laneAlarm(lane: "north", direction: .entering, alarm: .passedWithoutGrant))
        await recorder.handle(.released(lane: "north", isReleased: true))
        await recorder.handle(.released(lane: "north", isReleased: false))
        let entries = try site.reader.entries(after: attendance, limit: 10)
        #expect(entries.map(\.kind) == [.passage, .laneAlarm, .lanesReleased, .lanesReleased])
        let passage = try PassageRecord(encoded: entries[0].body)
        #expect(passage.attendance == attendance && passage.passage == .passed)
        #expect(entries[0].subject == site.index.lookUp(Person.adult.byCard)?.id)
        #expect(try LaneAlarmRecord(encoded: entries[1].body).alarm == .passedWithoutGrant)
        let ends = try entries[2...].map { try LanesReleased(encoded: $0.body) }
        #expect(ends.map(\.isOver) == [false, true])
        #expect(ends[0].since == ends[1].since)
        #expect(try site.reader.verifyWithDecisions().isWhole)
    }

    /// The service ended while all lanes stood open: the end, seen after the restart, has the same beginning.
    @Test func aReleaseThatARestartCrossedHasItsEnd() async throws {
        let site = try await TestSite(telling: ["north"])
        let key = try #require(site.reader.siteKey)
        let reads = ReadDesk(
            directory: site.folder.path, siteKey: key, time: site.time,
            people: PeopleBook(reader: site.reader), logger: .silent)
        func recorder() throws -> DeviceRecorder {
            DeviceRecorder(
                journal: EventJournal(ledger: site.ledger, health: site.health, logger: .silent),
                clock: site.time, reads: reads, passages: site.passages,
                release: ReleaseMark(last: try site.reader.newestRelease()), logger: .silent)
        }
        #expect(try site.reader.newestRelease() == nil)
        let first = try recorder()
        await first.handle(.released(lane: "north", isReleased: true))
        let begun = try #require(try site.reader.newestRelease())
        #expect(!begun.isOver)
        site.clock.advance(byMilliseconds: 60_000)
        // It lasts, without another entry, until that alarm is quiet.
        let again = try recorder()
        await again.takeUpRelease(hearing: ["north", "south"])
        #expect(again.release.lane == "north")
        #expect(try site.reader.newestRelease()?.isOver == false)
        #expect(site.lanes.take(Self.guest("north"), at: Self.now, evenIfFull: false)?.tells == false)
        await again.handle(.released(lane: "north", isReleased: false))
        let told = try #require(try site.reader.newestRelease())
        #expect(told.isOver && told.since == begun.since && told.sinceWall == begun.sinceWall)
        #expect(try recorder().release.lane == nil)
        // Nobody hears that alarm any more: it is over at the start.
        await again.handle(.released(lane: "north", isReleased: true))
        let last = try recorder()
        await last.takeUpRelease(hearing: ["south"])
        #expect(last.release.lane == nil)
        #expect(try site.reader.newestRelease()?.isOver == true)
        // No lane has a fire input any more, so that the start did not ask.
        await again.handle(.released(lane: "north", isReleased: true))
        let lasting = try #require(try site.reader.newestRelease())
        await again.endForgotten(lasting)
        #expect(try site.reader.newestRelease()?.isOver == false, "it lasts")
        let deaf = DeviceRecorder(
            journal: EventJournal(ledger: site.ledger, health: site.health, logger: .silent),
            clock: site.time, reads: reads, passages: site.passages, release: ReleaseMark(last: nil),
            logger: .silent)
        await deaf.endForgotten(lasting)
        #expect(try site.reader.newestRelease()?.isOver == true)
        // The alarm of another lane begins its own.
        let other = ReleaseMark(last: begun)
        #expect(other.note(true, by: "south", at: site.time.now()).lane == "south")
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
