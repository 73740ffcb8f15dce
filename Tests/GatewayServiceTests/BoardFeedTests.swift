import AttendanceLedger
import LocalWeb
import SiteModel
import Testing

@testable import GatewayService

struct BoardFeedTests {
    private static let lastOfTheDay = UTCInstant(rfc3339: "2026-11-21T15:59:59.999Z")!
    private static let midnight = UTCInstant(rfc3339: "2026-11-21T16:00:00Z")!
    private static let today = CivilDate(iso8601: "2026-11-21")!
    private static let tomorrow = CivilDate(iso8601: "2026-11-22")!

    /// Hands the newest entries of the site's ledger to a feed.
    private func feed(
        of site: TestSite, offset: Int64 = TestSite.offset
    ) throws -> BoardFeed {
        let feed = BoardFeed(
            reader: site.reader, time: SiteTime(site.clock, history: try site.reader.clockHistory()),
            offsetMilliseconds: offset, policy: .standard)
        try site.reader.forEachEntry { entry throws(LedgerError) in
            do throws(CanonicalDecodingError) {
                try feed.follow(entry)
            } catch {
                throw .chainBroken(sequence: entry.sequence)
            }
        }
        return feed
    }

    private func counts(_ feed: BoardFeed, _ day: CivilDate) -> [Int] {
        let counts = feed.counts(on: day)
        return [counts.granted, counts.refused]
    }

    @Test func countsBelongToADayInSiteTime() async throws {
        let site = try await TestSite(clock: ManualSiteClock(wall: Self.lastOfTheDay))
        _ = await site.handle(site.swipe(Person.adult.byCard))
        _ = await site.handle(site.swipe(.stranger))
        let evening = try feed(of: site)
        #expect(counts(evening, Self.today) == [1, 1])
        #expect(
            counts(evening, Self.tomorrow) == [0, 0], "at midnight the counts stand at zero by themselves")

        site.clock.advance(byMilliseconds: 1)
        _ = await site.handle(site.swipe(Person.colleague.byCard))
        let night = try feed(of: site)
        #expect(counts(night, Self.tomorrow) == [1, 0])

        let urumqi = try feed(of: site, offset: 21_600_000)
        #expect(counts(urumqi, Self.today) == [2, 1], "two hours earlier in Urumqi it is still the same day")
        await site.close()
    }

    @Test func aSwipeOfYesterdayThatIsWrittenLateTakesNothingFromToday() async throws {
        let site = try await TestSite(clock: ManualSiteClock(wall: Self.lastOfTheDay))
        let late = site.swipe(.stranger)
        site.clock.advance(byMilliseconds: 1)
        _ = await site.handle(site.swipe(Person.adult.byCard))
        _ = await site.handle(late)
        _ = await site.handle(site.swipe(Person.colleague.byCard))
        let feed = try feed(of: site)
        #expect(counts(feed, Self.tomorrow) == [2, 0])
        #expect(counts(feed, Self.today) == [0, 1])
        await site.close()
    }

    @Test func aClockThatWasAheadDoesNotStopTheCounts() async throws {
        let site = try await TestSite(
            clock: ManualSiteClock(wall: UTCInstant(rfc3339: "2036-01-01T00:00:00Z")!))
        _ = await site.handle(site.swipe(Person.adult.byCard))
        site.clock.setWall(.noon, synchronisation: .kernel)
        _ = await site.handle(site.swipe(Person.colleague.byCard))
        #expect(counts(try feed(of: site), Self.today) == [1, 0])
        await site.close()
    }

    @Test func repeatsAreNeitherCountedNorShown() async throws {
        let site = try await TestSite()
        for _ in 0..<3 { _ = await site.handle(site.swipe(Person.adult.byCard)) }
        let feed = try feed(of: site)
        #expect(counts(feed, Self.today) == [1, 0])
        #expect(try feed.swipes().count == 1)
        #expect(feed.position == (try site.reader.head()?.sequence))
        await site.close()
    }

    @Test func theNewestSwipesAreShownWithTeamsAndStrangersMasked() async throws {
        let site = try await TestSite()
        for _ in 0...BoardSnapshot.shownSwipeCount {
            _ = await site.handle(site.swipe(Person.adult.byCard))
            site.clock.advance(byMilliseconds: 3_000)
        }
        _ = await site.handle(site.swipe(.stranger, .leaving))
        let shown = try feed(of: site).swipes()
        try #require(shown.count == BoardSnapshot.shownSwipeCount)
        #expect(shown[0].person == .stranger(maskedCredential: "card ***66"))
        #expect(shown[0].reason == .unknown && shown[0].isOpened)
        #expect(shown[1].person == .worker(name: Person.adult.worker.name, team: "测试木工班"))
        #expect(shown.map(\.sequence) == shown.map(\.sequence).sorted(by: >))
        await site.close()
    }
}
