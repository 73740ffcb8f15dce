import AccessControl
import AttendanceLedger
import DeviceSessions
import LocalWeb
import SiteModel
import Testing

@testable import GatewayService

/// A lane whose barrier tells who passed: attendance counts on what it says.
@Suite(.timeLimit(.minutes(10)))
struct PassedTests {
    private static let day = CivilDate(iso8601: "2026-11-21")!

    /// What a restart makes of the ledger, with the entries that it writes.
    private struct Restarted {
        let index = WorkerIndex()
        let presence = Presence()
        let feed: BoardFeed
        let badges: BadgeBook
        let lost: LostPassages

        init(_ site: TestSite) throws {
            let history = try site.reader.clockHistory()
            let time = SiteTime(site.clock, history: history)
            feed = BoardFeed(
                reader: site.reader, time: time, offsetMilliseconds: TestSite.offset, policy: .standard)
            badges = BadgeBook(
                key: BadgeKey(try #require(site.reader.siteKey)),
                originTag: try site.reader.node().origin.tag, time: time)
            lost = try LostPassages(in: site.reader)
            try StartFold(
                reader: site.reader, index: index, presence: presence, feed: feed, badges: badges
            ).run(asOf: site.clock.now().wall, by: history, offsetMilliseconds: TestSite.offset)
        }
    }

    private func passages(_ site: TestSite) throws -> [PassageRecord] {
        try site.reader.entries(after: LedgerSequence(0), limit: 1_000).filter { $0.kind == .passage }
            .map { try PassageRecord(encoded: $0.body) }
    }

    @Test func nobodyIsInsideBeforeTheBarrierSaysSo() async throws {
        let site = try await TestSite(telling: ["north"])
        let feed = BoardFeed(
            reader: site.reader, time: site.time, offsetMilliseconds: TestSite.offset, policy: .standard)
        for (passage, inside, granted) in [
            (Passage.notPassed, 0, 0), (.passed, 1, 1), (.unknown, 2, 2),
        ] {
            let person = [Passage.notPassed: Person.adult, .passed: .adult, .unknown: .colleague][passage]!
            let before = site.presence.insideCount
            #expect(
                await site.handle(site.swipe(person.byCard)) == .granted, "a card turned back is no repeat")
            #expect(site.presence.insideCount == before)
            let record = try #require(try site.records().last?.record)
            #expect(record.awaitsPassage && record.count(after: nil) == .waits)
            await site.passages.take(passage, of: "north", .entering, swipedAt: site.clock.now().uptime)
            #expect(site.presence.insideCount == inside)
            try feed.follow(try site.reader.entries(after: feed.position, limit: 100))
            #expect(feed.counts(on: Self.day) == (granted, 0))
        }
        let shown = try feed.swipes()
        #expect(shown.map(\.isTurnedBack) == [false, false, true])
        #expect(try site.reader.verifyWithDecisions().isWhole)
        await site.close()
        let again = try Restarted(site)
        #expect(again.presence.insideCountsByTeam == site.presence.insideCountsByTeam)
        #expect(again.feed.counts(on: Self.day) == (2, 0))
        #expect(again.lost.drafts(at: site.clock.now()).isEmpty)
    }

    /// Who leaves and is turned back is still inside.
    @Test func whoDidNotLeaveIsStillThere() async throws {
        let site = try await TestSite(telling: ["north"])
        _ = await site.handle(site.swipe(Person.adult.byCard))
        await site.passages.take(.passed, of: "north", .entering, swipedAt: nil)
        site.clock.advance(byMilliseconds: 60_000)
        _ = await site.handle(site.swipe(Person.adult.byCard, .leaving, reader: "out"))
        #expect(site.presence.insideCount == 1)
        await site.passages.take(.notPassed, of: "north", .leaving, swipedAt: nil)
        #expect(site.presence.insideCount == 1)
        await site.close()
        #expect(try Restarted(site).presence.insideCount == 1)
    }

    /// Where no barrier tells, the grant counts, unless the lane was not opened after all.
    @Test func aLaneThatCannotTellCountsOnTheGrant() async throws {
        let site = try await TestSite()
        let feed = BoardFeed(
            reader: site.reader, time: site.time, offsetMilliseconds: TestSite.offset, policy: .standard)
        _ = await site.handle(site.swipe(Person.adult.byCard))
        let failed = site.swipe(Person.colleague.byCard)
        _ = await site.handle(failed)
        #expect(site.presence.insideCount == 2)
        #expect(try site.records().allSatisfy { !$0.record.awaitsPassage })
        try feed.follow(try site.reader.entries(after: feed.position, limit: 100))
        #expect(feed.counts(on: Self.day) == (2, 0))
        await site.passages.take(.tooLate, of: "north", .entering, swipedAt: nil)
        #expect(site.presence.insideCount == 1)
        #expect(site.presence.whereabouts(of: site.index.lookUp(Person.adult.byCard)!.id) == .inside)
        try feed.follow(try site.reader.entries(after: feed.position, limit: 100))
        #expect(feed.counts(on: Self.day) == (1, 0))
        await site.close()
        let again = try Restarted(site)
        #expect(again.presence.insideCountsByTeam == site.presence.insideCountsByTeam)
        #expect(again.feed.counts(on: Self.day) == (1, 0))
    }

    /// The relay is unplugged or refuses, and the gate perhaps propped open: nobody loses the day by it, with
    /// feedback or without, and the card may be shown again at once.
    @Test(arguments: [true, false]) func aBrokenBarrierTakesNobodysDay(tells: Bool) async throws {
        let site = try await TestSite(telling: tells ? ["north"] : [])
        for round in 1...2 {
            let swipe = site.swipe(Person.adult.byCard)
            #expect(await site.handle(swipe) == .granted, "round \(round)")
            await site.passages.take(.barrier, of: "north", .entering, swipedAt: swipe.arrivedAt)
        }
        #expect(site.presence.insideCount == 1)
        #expect(try passages(site).map(\.passage) == [.unknown, .unknown])
        await site.close()
        let again = try Restarted(site)
        #expect(again.presence.insideCount == 1)
        #expect(again.feed.counts(on: Self.day) == (2, 0))
    }

    /// The power went between the grant and the barrier's word: the start says that nobody knows, and the
    /// worker has the day.
    @Test func whatAPowerCutTookIsUnknownAtTheStart() async throws {
        let site = try await TestSite(telling: ["north"])
        for person in [Person.adult, .colleague] { _ = await site.handle(site.swipe(person.byCard)) }
        await site.passages.take(.notPassed, of: "north", .entering, swipedAt: nil)
        let waiting = try #require(try site.records().last)
        for round in 1...2 {
            let again = try Restarted(site)
            #expect(again.presence.insideCount == 1, "start \(round)")
            let journal = EventJournal(ledger: site.ledger, health: site.health, logger: .silent)
            _ = try await StartEntries(ledger: site.ledger, reader: site.reader, clock: site.clock)
                .begin(policy: site.policy, version: "1", journal: journal, settling: again.lost)
            let told = try passages(site)
            #expect(told.map(\.passage) == [.notPassed, .unknown], "once")
            #expect(told.last?.attendance == waiting.entry.sequence)
            try again.feed.follow(try site.reader.entries(after: again.feed.position, limit: 100))
            #expect(again.feed.counts(on: Self.day) == (1, 0))
        }
        #expect(try site.reader.verifyWithDecisions().isWhole)
        await site.close()
    }

    /// A large roster is imported right after the grant, and then the power goes.
    @Test func howMuchWasWrittenInBetweenDoesNotMatter() async throws {
        let site = try await TestSite(telling: ["north"])
        _ = await site.handle(site.swipe(Person.adult.byCard))
        let waiting = try #require(try site.records().last)
        let other = EntryDraft(ServiceMark(words: ""), kind: .serviceStopped, clock: site.clock.now())
        for _ in 0..<50 { _ = try await site.ledger.append([EntryDraft](repeating: other, count: 500)) }
        let told = try LostPassages(in: site.reader).drafts(at: site.clock.now())
        #expect(try told.map { try PassageRecord(encoded: $0.body).attendance } == [waiting.entry.sequence])
        await site.close()
    }

    @Test func whoNobodySpokeOfIsUnknownAfterAMinuteAndAHalfAndAtTheEnd() async throws {
        let site = try await TestSite(telling: ["north"])
        _ = await site.handle(site.swipe(Person.adult.byCard))
        site.clock.advance(byMilliseconds: 89_999)
        await site.passages.settle()
        #expect(site.presence.insideCount == 0)
        site.clock.advance(byMilliseconds: 1)
        await site.passages.settle()
        #expect(site.presence.insideCount == 1)
        _ = await site.handle(site.swipe(Person.colleague.byCard))
        await site.passages.giveUp()
        #expect(site.presence.insideCount == 2)
        #expect(try passages(site).map(\.passage) == [.unknown, .unknown])
        await site.close()
    }

    /// A leaver whose record waits in the reserve is outside at once: no word can name them.
    @Test func aLeaverInTheReserveWaitsForNoBarrier() async throws {
        let site = try await TestSite(telling: ["north"])
        _ = await site.handle(site.swipe(Person.adult.byCard))
        await site.passages.take(.passed, of: "north", .entering, swipedAt: nil)
        let fault = try LedgerFault(in: site.folder)
        site.clock.advance(byMilliseconds: 60_000)
        #expect(await site.handle(site.swipe(Person.adult.byCard, .leaving, reader: "out")).opensBarrier)
        #expect(site.presence.insideCount == 0 && site.reserve.waitingCount == 1)
        try fault.heal()
        await site.storage.look()
        await site.passages.take(.passed, of: "north", .leaving, swipedAt: nil)
        let late = try #require(try site.records().last)
        #expect(late.record.isLate && !late.record.awaitsPassage)
        #expect(try passages(site).map(\.attendance.rawValue).last == 0)
        await site.close()
        #expect(try Restarted(site).presence.insideCount == 0)
    }
}
