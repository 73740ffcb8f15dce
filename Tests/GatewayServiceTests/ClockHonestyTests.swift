import AccessControl
import AttendanceLedger
import LocalWeb
import SiteModel
import Testing

@testable import GatewayService

/// What a clock that jumps does to people at the gate: nothing.
struct ClockHonestyTests {
    /// The clock jumps in the middle of the day; the service starts anew.
    struct Row: Sendable, CustomTestStringConvertible {
        let jump: String
        let restart: Restart

        enum Restart: String, CaseIterable {
            case sameBootAtTheRightTime
            case nextBootAtTheRightTime
            case sameBootAtTheWrongTime
            case nextBootAtTheWrongTime
        }

        var testDescription: String { "\(jump), \(restart.rawValue)" }

        static let all = ["1970-01-01T00:00:09Z", "2099-01-01T00:00:00Z", "2026-11-20T04:00:00Z"].flatMap {
            jump in Restart.allCases.map { Row(jump: jump, restart: $0) }
        }
    }

    private func open(_ folder: TemporaryFolder, _ clock: ManualSiteClock) async throws -> Gateway {
        var configuration = Configuration(
            environment: HostEnvironment(nodeName: "gate", stateDirectory: folder.path))
        configuration.listen = "127.0.0.1:0"
        return try await Gateway.open(configuration, clock: clock, version: "1", logger: .silent)
    }

    private func swipe(
        _ person: Person, _ clock: ManualSiteClock, _ direction: Direction = .entering
    ) -> Swipe {
        Swipe(
            credential: person.byCard, reader: ReaderName(lane: "north", reader: "in"), direction: direction,
            arrivedAt: clock.now().uptime, isTimeUncertain: false)
    }

    @Test(arguments: Row.all)
    func aJumpHidesNoSwipeOfTodayAndBlocksNobody(row: Row) async throws {
        let site = try await TestSite()
        await site.close()
        let clock = site.clock
        let wrong = UTCInstant(rfc3339: row.jump)!
        let before = try await open(site.folder, clock)
        #expect(await before.pipeline.handle([swipe(.adult, clock)]) == [.granted])
        clock.advance(byMilliseconds: 60_000)
        clock.setWall(wrong, synchronisation: .none)
        let people: [Person] = [.colleague, .leavesNow, .left, .fifteen]
        let refusals: [LaneSignal] = [
            .refused(.leftProject, opens: false), .refused(.leftProject, opens: false),
            .refused(.underAge, opens: false),
        ]
        #expect(await before.pipeline.handle(people.map { swipe($0, clock) }) == [.granted] + refusals)
        clock.advance(byMilliseconds: 4_000)
        #expect(await before.pipeline.handle([swipe(.adult, clock, .leaving)]) == [.granted])
        await before.ledger.close()

        clock.advance(byMilliseconds: 60_000)
        let now = UTCInstant.noon.advanced(byMilliseconds: 124_000)
        switch row.restart {
        case .sameBootAtTheRightTime: clock.setWall(now, synchronisation: .kernel)
        case .nextBootAtTheRightTime:
            clock.reboot(as: BootID(bytes: [UInt8](repeating: 0xB1, count: 16))!, wall: now)
            clock.setWall(now, synchronisation: .kernel)
        case .sameBootAtTheWrongTime: break
        case .nextBootAtTheWrongTime:
            clock.reboot(as: BootID(bytes: [UInt8](repeating: 0xB1, count: 16))!, wall: wrong)
        }
        let after = try await open(site.folder, clock)
        let board = after.composer.snapshot()
        #expect(board.onSiteCount == 1)
        #expect(board.grantedTodayCount == 3 && board.refusedTodayCount == 3)
        #expect(board.swipes.map(\.timeMark) == Array(repeating: .corrected, count: 5) + [nil])
        #expect(
            board.swipes.map(\.occurredAt.milliseconds)
                == [64, 60, 60, 60, 60, 0].map {
                    UTCInstant.noon.milliseconds + $0 * 1_000
                })
        #expect(abs(board.now.milliseconds - now.milliseconds) < 100_000)
        clock.advance(byMilliseconds: 4_000)
        #expect(await after.pipeline.handle([swipe(.adult, clock)]) == [.granted])
        #expect(await after.pipeline.handle([swipe(.colleague, clock, .leaving)]) == [.granted])
        #expect(await after.pipeline.handle(people.dropFirst().map { swipe($0, clock) }) == refusals)
        #expect(after.presence.insideCount == 1)
        await after.ledger.close()
        #expect(try site.records().count == 11, "nothing is lost and nothing is doubled")
    }

    /// A first day without battery and network: the board shows guesses, until the network comes.
    @Test func theBoardCorrectsItselfWhenTheNetworkComes() async throws {
        let wall = UTCInstant(rfc3339: "1970-01-01T00:01:00Z")!
        let clock = ManualSiteClock(wall: wall, synchronisation: .none)
        let site = try await TestSite(clock: clock)
        let feed = BoardFeed(
            reader: site.reader, time: site.time, offsetMilliseconds: TestSite.offset, policy: .standard)
        _ = try await site.ledger.append([
            EntryDraft(ServiceMark(words: "test"), kind: .serviceStarted, clock: clock.now())
        ])
        _ = await site.handle(site.swipe(Person.adult.byCard))
        clock.advance(byMilliseconds: 3_600_000)
        for entry in try site.reader.entries(after: LedgerSequence(0), limit: 99) { try feed.follow(entry) }
        #expect(try feed.swipes().map(\.timeMark) == [.pending])
        let today = CivilDate(iso8601: "2026-11-21")!
        #expect(feed.counts(on: today) == (0, 0))

        clock.setWall(.noon, synchronisation: .kernel)
        let anchor = try await site.ledger.append([ClockObserver.anchor(at: clock.now())])
        try feed.follow(anchor[0])
        let swipe = try #require(try feed.swipes().first)
        #expect(swipe.timeMark == .corrected)
        #expect(swipe.occurredAt == UTCInstant.noon.advanced(byMilliseconds: -3_600_000))
        #expect(feed.counts(on: today) == (1, 0))
        await site.close()
    }

    @Test func aPersonVouchesUntilTheClockIsSetOrTheMachineBoots() async throws {
        let clock = ManualSiteClock(wall: .noon, synchronisation: .none)
        let site = try await TestSite(clock: clock)
        let desk = ClockDesk(ledger: site.ledger, time: site.time)
        #expect(site.time.now().synchronisation == .none)
        _ = try await desk.confirm(by: "王测")
        #expect(site.time.now().synchronisation == .operator)
        #expect(site.time.corrected(site.time.now()).errorBound == .seconds(60))
        let entry = try #require(try site.reader.head())
        #expect(entry.kind == .clockAnchor && entry.clock.synchronisation == .operator)
        #expect(try ServiceMark(encoded: entry.body).words == "confirmed by 王测")
        clock.advance(byMilliseconds: 3_600_000)
        #expect(site.time.now().synchronisation == .operator)
        // The service starts anew in the same boot.
        let again = SiteTime(clock, history: try site.reader.clockHistory())
        #expect(again.now().synchronisation == .operator)
        // Half a second is drift, more is a hand.
        let wall = clock.now().wall
        clock.setWall(wall.advanced(byMilliseconds: 499), synchronisation: .none)
        #expect(site.time.now().synchronisation == .operator)
        clock.setWall(wall.advanced(byMilliseconds: 500), synchronisation: .none)
        #expect(site.time.now().synchronisation == .none)
        clock.setWall(wall, synchronisation: .none)
        #expect(site.time.now().synchronisation == .none, "set back is set too")
        clock.reboot(as: BootID(bytes: [UInt8](repeating: 0xB1, count: 16))!, wall: wall)
        #expect(again.now().synchronisation == .none)
        await site.close()
    }

    @Test(arguments: [
        ("", UTCInstant.noon, ClockSynchronisation.none), (String(repeating: "王", count: 65), .noon, .none),
        ("王测", .noon, .kernel), ("王测", .noon, .chrony),
        ("王测", UTCInstant(rfc3339: "1970-01-01T00:00:09Z")!, .none),
        ("王测", UTCInstant(rfc3339: "2099-01-01T00:00:00Z")!, .none),
        // In this boot the clock was vouched for at noon.
        ("王测", UTCInstant.noon.advanced(byMilliseconds: 76_001), .none),
    ])
    func nobodyVouchesForWhatCannotBe(
        name: String, wall: UTCInstant, synchronisation: ClockSynchronisation
    ) async throws {
        let site = try await TestSite()
        site.time.confirm(site.clock.now())
        site.clock.setWall(wall, synchronisation: synchronisation)
        let head = try site.reader.head()?.sequence
        let desk = ClockDesk(ledger: site.ledger, time: site.time)
        let error = await #expect(throws: EvidenceError.self) { _ = try await desk.confirm(by: name) }
        guard case .refused? = error else {
            Issue.record("not refused")
            return
        }
        #expect(try site.reader.head()?.sequence == head)
        await site.close()
    }

    @Test func aShiftEndsWhenTimePassesAndNotWhenTheClockIsSet() {
        let threeOClock = UTCInstant(rfc3339: "2026-11-21T19:00:00Z")!
        var watch = ShiftWatch(first: Uptime(milliseconds: 0), offsetMilliseconds: TestSite.offset)
        func isOver(_ uptime: Int64, _ now: UTCInstant) -> Bool {
            watch.isOver(at: Uptime(milliseconds: uptime), now)
        }
        #expect(!isOver(1_000, threeOClock))
        // A day ahead, and back.
        #expect(!isOver(2_000, threeOClock.advanced(byMilliseconds: 86_400_000)))
        #expect(!isOver(3_000, threeOClock.advanced(byMilliseconds: 2_000)))
        #expect(!isOver(3_600_999, threeOClock.advanced(byMilliseconds: 3_599_999)))
        #expect(isOver(3_601_000, threeOClock.advanced(byMilliseconds: 3_600_000)))
        #expect(!isOver(3_602_000, threeOClock.advanced(byMilliseconds: 3_601_000)))
    }
}
