import AccessControl
import AttendanceLedger
import SiteModel
import Testing

@testable import GatewayService

/// What a restart knows: everything that the service knew when it stopped.
struct StartFoldTests {
    /// A ledger that is opened again, folded.
    private struct Restarted {
        let index = WorkerIndex()
        let presence = Presence()
        let feed: BoardFeed
        let reader: LedgerReader

        init(_ folder: TemporaryFolder, at reading: ClockReading) throws {
            let siteKey = try SiteKey.find(directory: folder.path, credentials: nil)
            reader = try LedgerReader.open(directory: folder.path, siteKey: siteKey)
            let history = try reader.clockHistory()
            let time = SiteTime(ManualSiteClock(), history: history)
            feed = BoardFeed(
                reader: reader, time: time, offsetMilliseconds: TestSite.offset, policy: .standard)
            try StartFold(
                reader: reader, index: index, presence: presence, feed: feed,
                badges: BadgeBook(
                    key: BadgeKey(siteKey!), originTag: try reader.node().origin.tag, time: time)
            )
            .run(asOf: reading.wall, by: history, offsetMilliseconds: TestSite.offset)
        }
    }

    @Test func indexPresenceAndBoardStandAsBefore() async throws {
        let site = try await TestSite()
        _ = await site.handle(site.swipe(Person.adult.byCard))
        _ = await site.handle(site.swipe(Person.colleague.byCard))
        _ = await site.handle(site.swipe(Person.sixteen.byCard, isTimeUncertain: true))
        _ = await site.handle(site.swipe(Person.fifteen.byCard))
        site.clock.advance(byMilliseconds: 60_000)
        _ = await site.handle(site.swipe(Person.colleague.byCard, .leaving))
        await site.close()

        let again = try Restarted(site.folder, at: site.clock.now())
        for person in Person.allCases {
            for credential in [person.byCard, person.byID] {
                #expect(again.index.lookUp(credential) == site.index.lookUp(credential))
            }
            let worker = try #require(site.index.lookUp(person.byCard))
            #expect(again.presence.whereabouts(of: worker.id) == site.presence.whereabouts(of: worker.id))
        }
        #expect(again.index.rosterPosition == site.index.rosterPosition)
        #expect(again.presence.insideCount == 2, "the adult, and whose card waited in the line")
        #expect(again.presence.insideCountsByTeam == site.presence.insideCountsByTeam)
        let counts = again.feed.counts(on: CivilDate(iso8601: "2026-11-21")!)
        #expect(counts == (4, 1))
        #expect(try again.feed.swipes().count == 5)
        #expect(again.feed.position == (try again.reader.head()?.sequence))
    }

    @Test func theBoardFollowsFromTheEndOfTheLedgerAlsoWithoutASwipeToday() async throws {
        let site = try await TestSite()
        await site.close()
        let again = try Restarted(site.folder, at: site.clock.now())
        #expect(again.feed.position == (try again.reader.head()?.sequence))
        #expect(again.feed.position > LedgerSequence(0))
    }

    @Test(arguments: [
        // the swipe, the restart, is the person inside?
        ("2026-11-20T20:00:00Z", "2026-11-21T04:00:00Z", true),
        ("2026-11-20T19:59:59.999Z", "2026-11-21T04:00:00Z", false),
        // A night shift: in at 22:00, restart at 02:00 and at the last millisecond before 04:00.
        ("2026-11-21T14:00:00Z", "2026-11-21T18:00:00Z", true),
        ("2026-11-21T14:00:00Z", "2026-11-21T19:59:59.999Z", true),
        ("2026-11-21T14:00:00Z", "2026-11-21T20:00:00Z", false),
    ])
    func presenceIsOfOneShiftFromFourToFour(swipe: String, restart: String, isInside: Bool) async throws {
        let site = try await TestSite(clock: ManualSiteClock(wall: UTCInstant(rfc3339: swipe)!))
        _ = await site.handle(site.swipe(Person.adult.byCard))
        let elapsed =
            UTCInstant(rfc3339: restart)!.milliseconds - UTCInstant(rfc3339: swipe)!.milliseconds
        site.clock.advance(byMilliseconds: elapsed)
        await site.close()
        let again = try Restarted(site.folder, at: site.clock.now())
        #expect(again.presence.insideCount == (isInside ? 1 : 0))
    }

    /// What the board shows after a restart is what it showed before.
    @Test(arguments: [
        // the swipe, the restart, granted today
        ("2026-11-20T16:00:00Z", "2026-11-21T15:59:59.999Z", 1),
        ("2026-11-20T15:59:59.999Z", "2026-11-20T16:00:00Z", 0),
        ("2026-11-21T16:00:00Z", "2026-11-21T18:00:00Z", 1),
        ("2026-11-21T16:00:00Z", "2026-11-22T01:00:00Z", 1),
    ])
    func theBoardCountsTheCalendarDay(swipe: String, restart: String, granted: Int) async throws {
        let site = try await TestSite(clock: ManualSiteClock(wall: UTCInstant(rfc3339: swipe)!))
        _ = await site.handle(site.swipe(Person.adult.byCard))
        await site.close()
        let now = UTCInstant(rfc3339: restart)!
        site.clock.setWall(now, synchronisation: .kernel)
        let again = try Restarted(site.folder, at: site.clock.now())
        #expect(again.feed.counts(on: now.day(offsetMilliseconds: TestSite.offset)).granted == granted)
    }

    @Test func everyStartIsOnRecordAndThePolicyOnlyWhenItChanges() async throws {
        let folder = TemporaryFolder()
        let clock = ManualSiteClock(wall: .noon)
        let ledger = try LedgerWriter.open(
            directory: folder.path, node: "gate", siteKey: .random())
        let reader = try LedgerReader.open(directory: folder.path)
        let start = StartEntries(ledger: ledger, reader: reader, clock: clock)
        let lost = try LostPassages(in: reader)
        let first = try await start.append(policy: .standard, version: "1", settling: lost)
        let same = try await start.append(policy: .standard, version: "1", settling: lost)
        let other = try await start.append(policy: .policy(.hard), version: "1", settling: lost)
        let back = try await start.append(policy: .standard, version: "1", settling: lost)
        #expect(first == same)
        #expect(first < other && other < back)
        clock.setWall(.noon, synchronisation: .none)
        _ = try await start.append(policy: .standard, version: "2", settling: lost)
        let entries = try reader.entries(after: LedgerSequence(0), limit: 99)
        #expect(
            entries.map(\.kind) == [
                .serviceStarted, .clockAnchor, .policyApplied, .checkpoint, .serviceStarted, .clockAnchor,
                .checkpoint, .serviceStarted, .clockAnchor, .policyApplied, .checkpoint, .serviceStarted,
                .clockAnchor, .policyApplied, .checkpoint, .serviceStarted, .checkpoint,
            ])
        let words = try ServiceMark(encoded: entries[entries.count - 2].body).words
        #expect(words == "muster 2")
        await ledger.close()
    }
}
