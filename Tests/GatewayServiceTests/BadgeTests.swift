import AccessControl
import AttendanceLedger
import LocalWeb
import SiteModel
import Testing

@testable import GatewayService

/// QR badges at the lane: whose they are, how often, until when, and what a copy can do.
@Suite(.timeLimit(.minutes(10)))
struct BadgeTests {
    /// Gives a badge as the desk does, and lets the book know.
    private static func give(
        _ person: Person, _ site: TestSite, forMilliseconds validity: Int64 = 3_600_000
    ) async throws -> (text: String, number: LedgerSequence) {
        let worker = try #require(site.index.lookUp(person.byCard))
        let now = site.clock.now()
        let until = now.wall.advanced(byMilliseconds: validity)
        let entry = try await site.ledger.append([
            EntryDraft(
                BadgeIssued(until: until, by: "officer"), kind: .badgeIssued, subject: .worker(worker.id),
                clock: now)
        ])[0]
        try site.badges.follow(entry)
        return (site.badges.text(.worker, entry.sequence, until: until), entry.sequence)
    }

    private static func visit(_ site: TestSite) async throws -> (text: String, number: LedgerSequence) {
        let now = site.clock.now()
        let until = now.wall.advanced(byMilliseconds: 3_600_000)
        let entry = try await site.ledger.append([
            EntryDraft(
                VisitorAdmitted(
                    name: "王来访", company: "测试监理", purpose: "检查", host: nil, until: until, lane: nil,
                    by: "guard"), kind: .visitorAdmitted, clock: now)
        ])[0]
        try site.badges.follow(entry)
        return (site.badges.text(.visitor, entry.sequence, until: until), entry.sequence)
    }

    private static func reason(_ signal: LaneSignal) -> DenialReason? {
        if case .refused(let reason, _) = signal { reason } else { nil }
    }

    private static func show(
        _ text: String, _ site: TestSite, _ direction: Direction = .entering, reader: String = "qr"
    ) async -> LaneSignal {
        site.clock.advance(byMilliseconds: 5_000)
        return await site.handle(site.swipe(.qrToken(text), direction, reader: reader))
    }

    @Test func aBadgeLetsInOnceAndOutOnce() async throws {
        let site = try await TestSite()
        let (text, number) = try await Self.give(.adult, site)
        #expect(await Self.show(text, site) == .granted)
        #expect(site.presence.insideCount == 1)
        // A scanner that sees the code for seconds reads it again.
        #expect(await site.handle(site.swipe(.qrToken(text), reader: "qr")) == .unchanged)
        // A photograph of it.
        #expect(await Self.show(text, site, reader: "other") == .refused(.badgeUsed, opens: false))
        #expect(await Self.show(text, site, .leaving) == .granted)
        #expect(site.presence.insideCount == 0)
        // The photograph leaves as well: nobody is held back, and nobody's day ends.
        #expect(await Self.show(text, site, .leaving) == .refused(.badgeUsed, opens: true))
        let records = try site.records()
        #expect(records.allSatisfy { $0.record.badge == number && $0.record.credentialKind == .qrToken })
        #expect(records.map { $0.record.count(after: nil) }.last == .never)
        let body = String(decoding: records[0].entry.body, as: UTF8.self)
        #expect(!body.contains("MB1"), "the code itself is not kept")
        #expect(try site.reader.verifyWithDecisions().isWhole)
        await site.close()
    }

    @Test func aWorkerIsJudgedAsWithACard() async throws {
        let site = try await TestSite()
        for (person, reason) in [(Person.fifteen, DenialReason.underAge), (.left, .leftProject)] {
            let (text, _) = try await Self.give(person, site)
            #expect(await Self.show(text, site) == .refused(reason, opens: false))
            #expect(await Self.show(text, site) == .refused(reason, opens: false), "it was not used")
        }
        await site.close()
    }

    @Test func whatWasChangedOrMadeElsewhereIsNobodys() async throws {
        let site = try await TestSite()
        let (text, number) = try await Self.give(.adult, site)
        let foreign = BadgeKey(.random())
        let forged = foreign.text(
            of: BadgeCode(
                kind: .worker, originTag: try site.reader.node().origin.tag, number: number,
                until: UTCInstant.noon.advanced(byMilliseconds: 3_600_000)))
        var characters = Array(text.utf8)
        characters[20] = characters[20] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
        let changed = String(decoding: characters, as: UTF8.self)
        for other in [forged, changed, "MB1", text + "A"] {
            #expect(Self.reason(await Self.show(other, site)) == .unknown)
        }
        let stranger = try #require(try site.records().last)
        #expect(stranger.entry.subject == nil && stranger.record.badge == nil)
        #expect(await Self.show(text.lowercased(), site) == .granted)
        await site.close()
    }

    @Test func whatIsOverOrTakenBackIsSaidSo() async throws {
        let site = try await TestSite()
        let (text, _) = try await Self.give(.adult, site, forMilliseconds: 60_000)
        let (revoked, number) = try await Self.give(.colleague, site)
        let entry = try await site.ledger.append([
            EntryDraft(
                BadgeRevoked(badge: number, by: "officer"), kind: .badgeRevoked, clock: site.clock.now())
        ])[0]
        try site.badges.follow(entry)
        #expect(Self.reason(await Self.show(revoked, site)) == .badgeEnded)
        site.clock.advance(byMilliseconds: 54_999)
        #expect(await Self.show(text, site, .leaving) == .refused(.badgeEnded, opens: true), "60 s")
        #expect(try site.records().last?.record.count(after: nil) == .counts, "they left all the same")
        await site.close()
    }

    /// Two copies at two lanes in one read: one of them.
    @Test func twoCopiesAtOnceAreOneUse() async throws {
        let site = try await TestSite()
        let (text, _) = try await Self.give(.adult, site)
        let signals = await site.pipeline.handle(
            ["north", "south"].map { lane in
                Swipe(
                    credential: .qrToken(text), reader: ReaderName(lane: lane, reader: "in"),
                    direction: .entering, arrivedAt: site.clock.now().uptime, isTimeUncertain: false)
            })
        #expect(signals == [.granted, .refused(.badgeUsed, opens: false)])
        await site.close()
    }

    /// A board that boots in 1970: where the uptime can tell, it does; else nobody is let in on a guess.
    @Test func aClockThatNobodyBelievesIsNoClock() async throws {
        let site = try await TestSite()
        let (text, _) = try await Self.give(.adult, site, forMilliseconds: 600_000)
        let (second, _) = try await Self.give(.colleague, site, forMilliseconds: 600_000)
        site.clock.setWall(UTCInstant(rfc3339: "1970-01-01T00:00:20Z")!, synchronisation: .none)
        #expect(await Self.show(text, site) == .granted, "same boot: minutes are minutes")
        let boot = BootID(bytes: [UInt8](repeating: 0xB1, count: 16))!
        site.clock.reboot(as: boot, wall: UTCInstant(rfc3339: "1970-01-01T00:00:20Z")!)
        let reading = site.clock.now()
        let blind = BadgeBook(
            key: BadgeKey(try #require(site.reader.siteKey)), originTag: try site.reader.node().origin.tag,
            time: SiteTime(site.clock, history: ClockHistory()))
        for entry in try site.reader.badgeEntries(newest: 10) { try blind.follow(entry) }
        let shown = try #require(blind.read(second))
        #expect(blind.use(shown, .entering, at: reading) == .isBadgeTimeUnknown)
        site.clock.setWall(.noon, synchronisation: .kernel)
        #expect(blind.use(shown, .entering, at: site.clock.now()) == [])
        await site.close()
    }

    @Test func aVisitorIsLetInAndIsNobodysAttendance() async throws {
        let site = try await TestSite()
        let (text, number) = try await Self.visit(site)
        #expect(await Self.show(text, site) == .granted)
        #expect(await site.handle(site.swipe(.qrToken(text), reader: "qr")) == .unchanged)
        #expect(await Self.show(text, site) == .refused(.badgeUsed, opens: false))
        let first = try #require(try site.records().first)
        #expect(first.entry.subject == nil && first.record.badge == number)
        #expect(first.record.count(after: nil) == .never && site.presence.insideCount == 0)
        let feed = BoardFeed(
            reader: site.reader, time: site.time, offsetMilliseconds: TestSite.offset, policy: .standard)
        try feed.follow(first.entry)
        #expect(try feed.swipes().map(\.person) == [.visitor(number)])
        #expect(try site.reader.verifyWithDecisions().isWhole)
        await site.close()
    }

    /// A restart remembers what a badge was used for, and a pass that nobody made gives the use back.
    @Test func usesOutliveARestartAndNotAnEmptyTurnstile() async throws {
        let site = try await TestSite(telling: ["north"])
        let (text, _) = try await Self.give(.adult, site)
        let (second, _) = try await Self.give(.colleague, site)
        #expect(await Self.show(text, site) == .granted)
        await site.passages.take(.notPassed, of: "north", .entering, swipedAt: nil)
        #expect(await Self.show(text, site) == .granted, "turned back, and once more")
        await site.passages.take(.passed, of: "north", .entering, swipedAt: nil)
        #expect(await Self.show(second, site) == .granted)
        await site.passages.take(.notPassed, of: "north", .entering, swipedAt: nil)
        await site.close()

        let history = try site.reader.clockHistory()
        let time = SiteTime(site.clock, history: history)
        let badges = BadgeBook(
            key: BadgeKey(try #require(site.reader.siteKey)), originTag: try site.reader.node().origin.tag,
            time: time)
        let feed = BoardFeed(
            reader: site.reader, time: time, offsetMilliseconds: TestSite.offset, policy: .standard)
        try StartFold(
            reader: site.reader, index: WorkerIndex(), presence: Presence(), feed: feed, badges: badges
        ).run(asOf: site.clock.now().wall, by: history, offsetMilliseconds: TestSite.offset)
        let now = site.clock.now()
        #expect(badges.use(try #require(badges.read(text)), .entering, at: now) == .isBadgeUsed)
        #expect(badges.use(try #require(badges.read(text)), .leaving, at: now) == [])
        #expect(badges.use(try #require(badges.read(second)), .entering, at: now) == [])
    }
}
